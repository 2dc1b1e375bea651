"""Networks by name, their training and its checkpoints."""

from . import image as image
from . import initial as initial
from . import resume as resume
from . import text as text
from . import training as training
from .by_name import DIGITS_WIDTHS as DIGITS_WIDTHS
from .by_name import GAIN_SQUARED as GAIN_SQUARED
from .by_name import KINDS as KINDS
from .by_name import build as build
from .by_name import cnn as cnn
from .by_name import lenet as lenet
from .by_name import mlp as mlp
from .by_name import named as named
from .by_name import own as own
from .by_name import resnet20 as resnet20
from .by_name import transformer as transformer
