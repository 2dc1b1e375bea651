"""The array type that closed forms take and return."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
