"""The random energy model at many classes against its exact values."""

import re

import numpy as np
import pytest

from theory import InputError, rem
from theory.rem import limits


def test_limits_are_approached():
    """Errors of the leading order shrink as 1/ln C within each phase."""
    sizes = (10**3, 10**9, 10**27, 10**76)
    for x in (0.3, 0.8, 1.5, 3.0):
        errors = []
        for C in sizes:
            sigma = x * rem.freezing(C)
            ratio = limits.participation(sigma, C=C) / rem.participation(sigma, C=C)
            errors.append(abs(float(ratio) - 1))
        assert errors[-1] < 0.03
        assert errors[-1] < errors[0] / 5
    big = 10**76
    sigma = np.array([0.4, 2.0]) * rem.freezing(big)
    for name, tolerance in (("entropy", 0.05), ("log_partition", 0.02)):
        exact = getattr(rem, name)(sigma, C=big)
        np.testing.assert_allclose(getattr(limits, name)(sigma, C=big), exact, rtol=tolerance)
    cube = limits.power_sum(3 * rem.freezing(big), C=big, order=3)
    assert float(cube) == pytest.approx((2 - 1 / 3) * (1 - 1 / 3) / 2, rel=1e-12)


def test_no_limit_on_a_phase_boundary():
    C = 1000
    assert np.isnan(limits.participation(rem.freezing(C), C=C))
    assert np.isnan(limits.entropy(rem.freezing(C), C=C))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: limits.power_sum(1, C=10, order=0), "order must be greater than 1, got 0"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(InputError, match=re.escape(message)):
        call()
