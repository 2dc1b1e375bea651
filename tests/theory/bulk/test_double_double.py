"""Pairs of floats against exact fractions."""

import mpmath as mp
import pytest

from theory import stream
from theory.bulk import double_double as dd

pytestmark = pytest.mark.kernels


def test_double_double_arithmetic_keeps_thirty_digits():
    rng = stream(0, "double-double")
    with mp.workdps(50):
        for _ in range(50):
            a, b = rng.normal(size=2)
            a_low, b_low = a * 1e-17 * rng.uniform(), b * 1e-17 * rng.uniform()
            x, y = mp.mpf(a) + mp.mpf(a_low), mp.mpf(b) + mp.mpf(b_low)
            for ours, exact in (
                (dd.add(a, a_low, b, b_low), x + y),
                (dd.multiply(a, a_low, b, b_low), x * y),
                (dd.divide(a, a_low, b, b_low), x / y),
            ):
                error = mp.mpf(ours[0]) + mp.mpf(ours[1]) - exact
                assert abs(error) < 1e-30 * max(abs(exact), abs(x))
