"""The binary perceptron's saddle: stationarity by other quadrature, limits, bounds."""

from math import log, sqrt

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import log_ndtr

from theory import InputError, perceptron
from theory.perceptron.typical import at_field, saddle


def free(q: float, q_hat: float, *, alpha: float, kappa: float) -> float:
    """The replica-symmetric free entropy by its definition, with adaptive quadrature."""

    def density(z):
        return np.exp(-z * z / 2) / sqrt(2 * np.pi)

    weights = quad(lambda z: density(z) * np.logaddexp(z * sqrt(q_hat), -z * sqrt(q_hat)), -12, 12)
    patterns = quad(
        lambda z: density(z) * log_ndtr((sqrt(q) * z - kappa) / sqrt(1 - q)),
        -12,
        12,
        points=[kappa / sqrt(q)],
        limit=200,
    )
    return -q_hat * (1 - q) / 2 + weights[0] + alpha * patterns[0]


@pytest.mark.parametrize(("alpha", "kappa"), [(0.5, 0.0), (0.3, 0.8), (2.0, -1.0), (0.05, 2.0)])
def test_the_saddle_is_stationary(alpha, kappa):
    found = saddle(alpha, kappa=kappa)
    q, q_hat = found.q, found.q_hat
    assert free(q, q_hat, alpha=alpha, kappa=kappa) == pytest.approx(found.entropy, abs=1e-9)
    h = 1e-4
    slopes = (
        free(q + h, q_hat, alpha=alpha, kappa=kappa) - free(q - h, q_hat, alpha=alpha, kappa=kappa),
        free(q, q_hat + h, alpha=alpha, kappa=kappa) - free(q, q_hat - h, alpha=alpha, kappa=kappa),
    )
    for slope in slopes:
        assert abs(slope / (2 * h)) < 1e-6
    off = free(q + 0.02, q_hat, alpha=alpha, kappa=kappa)  # another q is seen
    assert abs(off - found.entropy) > 1e-5


def test_the_slope_in_the_load_is_the_mean_log_of_a_pattern():
    h = 1e-4
    up, down = perceptron.entropy([0.4 + h, 0.4 - h], kappa=0.2)
    q = float(perceptron.overlap(0.4, kappa=0.2))
    expected = quad(
        lambda z: (
            np.exp(-z * z / 2) / sqrt(2 * np.pi) * log_ndtr((sqrt(q) * z - 0.2) / sqrt(1 - q))
        ),
        -12,
        12,
    )[0]
    assert (up - down) / (2 * h) == pytest.approx(expected, rel=1e-6)


def test_few_patterns_halve_the_solutions():
    alpha = np.array([1e-13, 1e-6, 1e-4])
    for kappa in (-1.5, 0.0, 1.0, 6.0):
        lost = perceptron.entropy(alpha, kappa=kappa) - log(2)
        annealed = alpha * log_ndtr(-kappa)
        assert np.all(lost <= annealed + 1e-15)  # Jensen
        np.testing.assert_allclose(lost[1:], annealed[1:], rtol=5e-2 if kappa > 2 else 2e-3)
    assert float(perceptron.entropy(0.0)) == log(2)
    assert float(perceptron.overlap(0.0)) == 0


def test_entropy_and_overlap_are_monotone_in_load_and_margin():
    alpha, kappa = np.linspace(0, 0.3, 7), np.linspace(-2, 1, 7)
    for values, sign in ((perceptron.entropy, -1), (perceptron.overlap, 1)):
        table = np.array([values(alpha, kappa=k) for k in kappa])
        assert np.all(sign * np.diff(table, axis=1) > 0)
        assert np.all(sign * np.diff(table[:, 1:], axis=0) > 0)


@pytest.mark.parametrize("kappa", [-2.0, -1.0, 0.0, 1.0, 10.0])
def test_the_load_grows_along_the_fields_so_that_the_saddle_is_one(kappa):
    loads = [at_field(x, kappa=kappa).alpha for x in np.linspace(-12, 40, 200)]
    assert np.all(np.diff(loads[:-30]) > 0)
    assert loads[-1] == pytest.approx(
        2 / np.pi * float(perceptron.spherical.capacity(kappa=kappa)), rel=1e-6
    )


def test_fields_of_a_solution_are_a_law_above_the_margin():
    for alpha, kappa in ((0.5, 0.0), (0.2, 0.7), (1e-9, -0.5)):
        x = np.linspace(kappa, kappa + 12, 4001)
        density = perceptron.field_density(x, alpha=alpha, kappa=kappa)
        assert np.trapezoid(density, x) == pytest.approx(1, abs=1e-5)
        assert float(perceptron.field_density(kappa - 1e-9, alpha=alpha, kappa=kappa)) == 0
    cut = np.exp(-((x + 0.0) ** 2) / 2) / sqrt(2 * np.pi) / np.exp(log_ndtr(0.5))
    np.testing.assert_allclose(density, cut, rtol=1e-4)  # no load: a normal, cut at the margin


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: perceptron.entropy(-0.1), "alpha must be at least 0 and below 1.27324"),
        (lambda: perceptron.entropy(1.3), "at kappa 0, got 1.3"),
        (lambda: perceptron.entropy(0.1, kappa=-2.5), "kappa must be at least -2"),
        (lambda: perceptron.entropy(0.1, kappa=11), "kappa must be at most 10"),
        (lambda: perceptron.entropy([0.1, 0.2], kappa=[0.1, 0.2, 0.3]), "kappa must broadcast"),
        (lambda: perceptron.overlap(float("nan")), "alpha must be finite"),
    ],
)
def test_bad_input_is_refused(call, told):
    with pytest.raises(InputError, match=told):
        call()


def test_shapes_broadcast():
    assert perceptron.entropy(0.1).shape == ()
    assert perceptron.entropy([[0.1], [0.2]], kappa=[0.0, 0.1, 0.2]).shape == (2, 3)
