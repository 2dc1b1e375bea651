"""The spherical perceptron: Gardner's capacity, and its volume by other quadrature."""

from math import log, sqrt
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import log_ndtr

from theory import ConvergenceError, InputError
from theory.perceptron import spherical


@pytest.mark.parametrize("kappa", [-9.0, -2.0, -1.999, -0.5, 0.0, 1.3, 10.0])
def test_capacity_is_gardners_integral(kappa):
    with mp.workdps(40):
        k = mp.mpf(kappa)
        moment: Any = mp.quad(lambda t: mp.npdf(t) * (t + k) ** 2, [-k, -k + 1, -k + 5, -k + 30])
    assert float(spherical.capacity(kappa=kappa)) == pytest.approx(float(1 / moment), rel=1e-8)


def test_twice_as_many_patterns_as_weights_without_a_margin():
    assert float(spherical.capacity()) == pytest.approx(2, rel=1e-15)  # Cover 1965
    kappa = np.array([0.0, 0.4, 3.0])
    found = spherical.largest_margin(spherical.capacity(kappa=kappa))
    np.testing.assert_allclose(found, kappa, atol=1e-9)


def density(z):
    return np.exp(-z * z / 2) / sqrt(2 * np.pi)


@pytest.mark.parametrize(("alpha", "kappa"), [(1.0, 0.0), (0.4, 0.7)])
def test_the_volume_is_extremal(alpha, kappa):
    def volume(q):
        patterns = quad(
            lambda z: density(z) * log_ndtr((sqrt(q) * z - kappa) / sqrt(1 - q)), -12, 12
        )
        return (log(1 - q) + q / (1 - q)) / 2 + alpha * patterns[0]

    q = float(spherical.overlap(alpha, kappa=kappa))
    found = float(spherical.log_volume(alpha, kappa=kappa))
    assert volume(q) == pytest.approx(found, abs=1e-9)
    assert abs(volume(q + 1e-4) - volume(q - 1e-4)) < 1e-9
    assert min(volume(q + 0.05), volume(q - 0.05)) > found + 1e-4  # a minimum in q


def test_few_patterns_halve_the_sphere_and_many_leave_a_point():
    alpha = np.array([1e-9, 1e-4])
    np.testing.assert_allclose(spherical.log_volume(alpha), -alpha * log(2), rtol=1e-4)
    assert float(spherical.overlap(1.9999)) > 0.9999
    assert np.all(np.diff(spherical.overlap(np.linspace(0, 1.9, 8))) > 0)


def test_bad_input_is_refused():
    with pytest.raises(InputError, match=r"below 2 at kappa 0, got 0\.5\.\.2"):
        spherical.log_volume([0.5, 2.0])
    with pytest.raises(InputError, match=r"kappa must lie in \[0, 10\]"):
        spherical.overlap(0.5, kappa=-0.1)
    with pytest.raises(InputError, match="alpha must lie in"):
        spherical.largest_margin(2.5)
    with pytest.raises(ConvergenceError, match="too close to the capacity"):
        spherical.overlap(np.nextafter(2, 0))
