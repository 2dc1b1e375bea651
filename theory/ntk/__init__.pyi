from . import activations as activations
from . import parametrisation as parametrisation
from . import perceptron as perceptron
from .at_initialisation import AtInitialisation as AtInitialisation
from .perceptron import Kernels as Kernels
from .perceptron import kernels as kernels
