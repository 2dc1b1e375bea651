"""Dual activations against double integrals, and each other's derivative."""

import numpy as np
import pytest
from scipy.special import erf

from theory.ntk import activations
from theory.ntk.activations import DUALS

FUNCTIONS = {
    "relu": lambda u: np.maximum(u, 0),
    "erf": erf,
    "tanh": np.tanh,
    "gelu": lambda u: u * (1 + erf(u / np.sqrt(2))) / 2,
}
COVARIANCE = np.array([[1.0, 0.6, -0.5], [0.6, 0.7, -0.1], [-0.5, -0.1, 1.5]])
GRID = np.linspace(-9, 9, 1801)
WEIGHT = np.exp(-(GRID**2) / 2) / np.sqrt(2 * np.pi) * (GRID[1] - GRID[0])


def expectation(function, a, b, c):
    """``E f(u)f(v)`` by the trapezoid rule in two independent directions."""
    u = np.sqrt(a) * GRID[:, None]
    v = c / np.sqrt(a) * GRID[:, None] + np.sqrt(max(b - c**2 / a, 0)) * GRID
    return float(np.sum(function(u) * function(v) * WEIGHT[:, None] * WEIGHT))


@pytest.mark.parametrize(
    ("name", "tolerance"), [("relu", 1e-5), ("erf", 1e-12), ("tanh", 1e-9), ("gelu", 1e-9)]
)
@pytest.mark.parametrize("scale", [0.3, 2.0])
def test_values_are_double_integrals(name, tolerance, scale):
    """ReLU's tolerance is the rule's error at its kink."""
    L = scale * COVARIANCE
    value, _ = DUALS[name](L)
    for i, j in ((0, 1), (0, 2), (1, 2), (2, 2)):
        expected = expectation(FUNCTIONS[name], L[i, i], L[j, j], L[i, j])
        assert value[i, j] == pytest.approx(expected, abs=tolerance * scale)
    assert value == pytest.approx(value.T, abs=1e-15)


@pytest.mark.parametrize("name", list(DUALS))
def test_slopes_are_derivatives_in_the_covariance(name):
    """Price's theorem, ``d/dc E φ(u)φ(v) = E φ'(u)φ'(v)``."""
    h = 1e-5
    shift = h * (np.ones((3, 3)) - np.eye(3))
    up, down = (DUALS[name](COVARIANCE + each)[0] for each in (shift, -shift))
    off = ~np.eye(3, dtype=bool)
    slopes = DUALS[name](COVARIANCE)[1]
    assert ((up - down) / (2 * h))[off] == pytest.approx(slopes[off], rel=1e-7)


def test_limits():
    large = 1e8 * np.array([[1.0, 0.3], [0.3, 1.0]])
    sign = 2 / np.pi * np.arcsin(0.3)  # erf and tanh of large arguments are signs
    assert activations.erf(large)[0][0, 1] == pytest.approx(sign, rel=1e-6)
    small = 1e-6 * COVARIANCE
    for name, slope in (("tanh", 1.0), ("gelu", 0.5), ("erf", 2 / np.sqrt(np.pi))):
        value, slopes = DUALS[name](small)
        assert value == pytest.approx(slope**2 * small, abs=1e-11)
        assert slopes == pytest.approx(slope**2, rel=1e-5)
    zero = DUALS["relu"](np.diag([0.0, 1.0]))[0]
    assert zero == pytest.approx(np.diag([0, 0.5]))
