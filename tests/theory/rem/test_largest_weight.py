"""The largest weight's mean."""

import numpy as np
import pytest

from theory import rem


@pytest.mark.parametrize("sigma", [0.01, 0.7, 2.0, 6.0])
def test_largest_of_three_against_two_gaps(sigma):
    """At C = 3: ``3 ∫∫ N(y; 0, σ²(I + 11ᵀ)) / (1 + e^-y_1 + e^-y_2)`` over positive gaps y."""
    x, weight = np.polynomial.legendre.leggauss(400)
    y, dy = 7 * sigma * (x + 1), 7 * sigma * weight
    a, b = np.meshgrid(y, y)
    law = np.exp(-(a * a - a * b + b * b) / (3 * sigma**2)) / (2 * np.pi * sigma**2 * np.sqrt(3))
    expected = 3 * dy @ (law / (1 + np.exp(-a) + np.exp(-b))) @ dy
    assert float(rem.largest(sigma, C=3)) == pytest.approx(expected, rel=1e-10)


def test_largest_is_the_limit_of_high_orders():
    """``(Σ p^n)`` lies between ``(max p)^n`` and ``(max p)^(n-1)``; at σ → ∞ all tend to one."""
    for C in (2, 10, 1000):
        sigma = np.array([0.3, 2.0, 8.0, 1e4])
        top = rem.largest(sigma, C=C)
        assert np.all(top**2 <= rem.participation(sigma, C=C))
        assert np.all(rem.participation(sigma, C=C) <= top)
        assert top[-1] == pytest.approx(1, abs=1e-3)
        assert np.all(np.diff(top) > 0)
