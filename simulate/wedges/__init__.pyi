from . import connectors as connectors
from . import descent as descent
from . import kernels as kernels
from . import landscape as landscape
from . import search as search
from . import study as study
from .subspace import Subspace as Subspace
