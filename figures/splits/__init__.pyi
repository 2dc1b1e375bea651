from . import intervals as intervals
from . import networks as networks
from . import study as study
from .settings import Levels as Levels
