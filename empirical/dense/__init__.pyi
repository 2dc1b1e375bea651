from . import band as band
from . import symmetric as symmetric
from . import tridiagonal as tridiagonal
