from . import batch as batch
from . import benchmark as benchmark
from . import confinement as confinement
from . import hierarchy as hierarchy
from . import phase as phase
from . import scale as scale
from . import sharpness as sharpness
from . import spectrum as spectrum
