from . import draw as draw
from . import sweep as sweep
