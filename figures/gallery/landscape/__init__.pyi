from . import batch as batch
from . import curvature as curvature
from . import goldilocks as goldilocks
from . import sharpness as sharpness
