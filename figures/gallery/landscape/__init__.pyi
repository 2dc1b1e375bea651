from . import curvature as curvature
from . import goldilocks as goldilocks
