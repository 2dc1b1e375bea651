"""Samples of the Fort-Ganguli model, exact in distribution."""

from . import density as density
from . import draws as draws
from . import dual as dual
from . import eigenspaces as eigenspaces
from . import ensemble as ensemble
from . import hessian as hessian
from . import lazy_draw as lazy_draw
from . import on_device as on_device
from . import primal as primal
from . import replicates as replicates
from . import spectral as spectral
from . import studies as studies
from . import top as top
from . import training_path as training_path
from .ensemble import Ensemble as Ensemble
