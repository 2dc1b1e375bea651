from . import matrix_equation as matrix_equation
from .mixture import Mixture as Mixture
from .softmax_regression import SoftmaxRegression as SoftmaxRegression
