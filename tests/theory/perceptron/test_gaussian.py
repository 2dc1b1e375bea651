"""Averages over a normal of functions with a sharp turn, against mpmath and closed forms."""

from typing import Any

import mpmath as mp
import numpy as np
import pytest

from theory.perceptron.gaussian import log_2cosh, mills, nodes, sech_square


@pytest.mark.parametrize("turn", [-1.3, 0.0, 2.0, 50.0])
@pytest.mark.parametrize("width", [1e-6, 0.01, 1.0, 30.0])
def test_moments_of_the_normal_whatever_the_turn(turn, width):
    z, weights = nodes(turn=turn, width=width)
    for power, moment in ((0, 1), (1, 0), (2, 1), (4, 3)):
        assert z**power @ weights == pytest.approx(moment, abs=1e-11)


@pytest.mark.parametrize("width", [1e-8, 1e-3, 0.3])
def test_a_ramp_that_is_rounded_at_the_turn(width):
    """E of √((z-c)² + w²) tends to E|z - c|, which is known, as w² ln w."""
    z, weights = nodes(turn=0.7, width=width)
    found = np.sqrt((z - 0.7) ** 2 + width**2) @ weights
    with mp.workdps(20):
        expected: Any = mp.quad(
            lambda x: mp.npdf(x) * mp.sqrt((x - mp.mpf("0.7")) ** 2 + width**2),
            [-13, 0.7 - 10 * width, 0.7, 0.7 + 10 * width, 13],
        )
    assert found == pytest.approx(float(expected), rel=1e-11)


def test_mills_ratio_far_out():
    for u in (-30.0, -1.0, 0.0, 5.0, 300.0):
        with mp.workdps(30):
            expected: Any = mp.npdf(u) / (mp.erfc(u / mp.sqrt(2)) / 2)
        assert float(mills(u)) == pytest.approx(float(expected), rel=1e-13)


def test_hyperbolic_functions_do_not_overflow():
    x = np.array([-800.0, -1.0, 0.0, 20.0, 800.0])
    np.testing.assert_allclose(log_2cosh(x[1:4]), np.log(2 * np.cosh(x[1:4])), rtol=1e-14)
    np.testing.assert_array_equal(log_2cosh(x)[[0, 4]], 800.0)
    np.testing.assert_allclose(sech_square(x[1:4]), 1 / np.cosh(x[1:4]) ** 2, rtol=1e-13)
    assert not sech_square(x)[[0, 4]].any()
