from . import addition as addition
from . import curvature as curvature
from . import errors as errors
from . import judgement as judgement
from . import levels as levels
from . import thresholds as thresholds
