"""Populations that have no law are refused."""

import numpy as np
import pytest

from theory import InputError
from theory.bulk import SampleCovariance


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"atoms": [1.0, -1.0], "ratio": 1.0}, "atoms must be non-negative, got -1"),
        ({"atoms": [1.0, np.nan], "ratio": 1.0}, "atoms must be finite"),
        ({"atoms": [], "ratio": 1.0}, "atoms must not be empty"),
        ({"atoms": [0.0, 0.0], "ratio": 1.0}, "atoms must include a positive one"),
        ({"atoms": [0.0, 1.0], "weights": [1, 0], "ratio": 1.0}, "atoms must include a positive"),
        ({"atoms": [1.0], "weights": [-1.0], "ratio": 1.0}, "weights must be non-negative"),
        ({"atoms": [1.0], "weights": [np.inf], "ratio": 1.0}, "weights must be finite"),
        ({"atoms": [1.0], "weights": [1.0, 2.0], "ratio": 1.0}, "weights must have the shape"),
        ({"atoms": [1.0, 2.0], "weights": [1.0, 1e-25], "ratio": 1.0}, "1e-24/ratio"),
        ({"atoms": [1.0, 1e-101], "ratio": 1.0}, "within a factor 1e\\+100"),
        ({"atoms": [1.0], "ratio": 0.0}, "ratio must be greater than 0"),
        ({"atoms": [1.0], "ratio": np.inf}, "ratio must be finite"),
    ],
)
def test_bad_populations(arguments, message):
    with pytest.raises(InputError, match=message):
        SampleCovariance(**arguments)
