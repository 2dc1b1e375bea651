"""Matrix-free products with H, G and K, and what is computed from them."""

from . import density as density
from . import lanczos as lanczos
from . import multilinear as multilinear
from . import passes as passes
from . import probes as probes
from . import semiorthogonal as semiorthogonal
from . import terms as terms
from . import traces as traces
from .curvature import Curvature as Curvature
from .curvature import Operator as Operator
