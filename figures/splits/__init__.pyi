from . import intervals as intervals
from . import networks as networks
from . import picture as picture
from . import report as report
from . import run as run
from . import study as study
from . import surrogates as surrogates
from .settings import Levels as Levels
