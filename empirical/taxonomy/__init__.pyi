from . import batch_norm as batch_norm
from . import bezier as bezier
from . import connectivity as connectivity
from . import curve_training as curve_training
from . import phases as phases
from . import sharpness as sharpness
from . import similarity as similarity
from .bezier import Bezier as Bezier
