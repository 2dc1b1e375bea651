"""Complex numbers are no input of the model: they are refused, not cast to their real parts."""

import numpy as np
import pytest

from theory.bulk import SampleCovariance
from theory.checks import InputError


@pytest.mark.parametrize("values", [np.array([1 + 1j, 2]), [1 + 0j, 2.0]])
def test_complex_arrays_are_refused(values):
    with pytest.raises(InputError, match="must be real, got complex numbers"):
        SampleCovariance(values, ratio=0.5)
