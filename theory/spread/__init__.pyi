"""How the eigenvalues of one draw lie around their deterministic equivalents."""

from . import many_outliers as many_outliers
from . import splitting as splitting
from . import tracy_widom as tracy_widom
