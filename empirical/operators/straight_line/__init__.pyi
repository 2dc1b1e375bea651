from . import shortening as shortening
from .recorded import Repeated as Repeated
from .recorded import StraightLine as StraightLine
