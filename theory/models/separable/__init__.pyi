from . import examples as examples
from . import model as model
from . import moments as moments
from . import outliers as outliers
from . import weights as weights
from .model import Separable as Separable
