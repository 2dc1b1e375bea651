from .atoms import Atoms as Atoms
from .free_sum import FreeSum as FreeSum
from .grid_density import GridDensity as GridDensity
from .law import Law as Law
from .semicircle import Semicircle as Semicircle
from .transform import Transform as Transform
