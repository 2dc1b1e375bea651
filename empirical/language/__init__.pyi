from . import gauss_newton as gauss_newton
from .readout import Readout as Readout
from .windows import Windows as Windows
