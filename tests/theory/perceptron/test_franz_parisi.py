"""The averages around a reference: their weights, and the saddle's equations as derivatives."""

from math import sqrt

import numpy as np
import pytest
from scipy.special import log_ndtr, ndtr, ndtri

from theory import ConvergenceError, stream
from theory.perceptron.franz_parisi import Fields, Potential
from theory.perceptron.typical import saddle

POTENTIAL = Potential(0.5, 0.0, 0.2, saddle(0.5, kappa=0.2))
FIELDS = Fields(0.8, 0.4, 0.7)


def test_overlaps_against_drawn_fields():
    """z, v and the reference's weight drawn as the formula says."""
    rng, draws = stream(0, "franz parisi"), 400_000
    z, v = rng.standard_normal((2, draws))
    root = sqrt(POTENTIAL.reference.q_hat)
    reference = np.where(rng.random(draws) < (1 + np.tanh(root * z)) / 2, 1, -1)
    m = np.tanh(FIELDS.t_hat / root * z + FIELDS.spread * v + FIELDS.along * reference)
    found = POTENTIAL.overlaps(FIELDS)
    for drawn, value in (
        (reference * m, found.S),
        (m * np.tanh(root * z), found.t),
        (1 - m**2, found.rest),
    ):
        error = drawn.std() / sqrt(draws)
        assert abs(drawn.mean() - value) < 4 * error
        assert abs(drawn.mean() - 1.03 * value) > 5 * error


def test_constraints_against_drawn_patterns():
    """Fields of the reference above its margin, and those of the others given it."""
    of = POTENTIAL.overlaps(FIELDS)
    rng, draws = stream(0, "constraints"), 400_000
    q = POTENTIAL.reference.q
    z, v = rng.standard_normal((2, draws))
    edge = (POTENTIAL.reference_margin - sqrt(q) * z) / sqrt(1 - q)
    y = -ndtri(rng.random(draws) * ndtr(-edge))
    b = (of.S - of.t) / sqrt(1 - q)
    left = 1 - of.rest - of.t**2 / q - b**2
    u = -(of.t / sqrt(q) * z + b * y + sqrt(left) * v) / sqrt(of.rest)
    slope = np.exp(-(u**2) / 2) / sqrt(2 * np.pi) / ndtr(-u) / sqrt(of.rest)
    found = POTENTIAL.constraints(of)
    for drawn, value in ((slope**2, found.square), (np.log(ndtr(-u)), found.log_share)):
        error = drawn.std() / sqrt(draws)
        assert abs(drawn.mean() - value) < 4 * error
        assert abs(drawn.mean() - 1.05 * value) > 5 * error


def test_the_constraints_are_the_derivatives_of_the_mean_log_share():
    """``∂⟨ln H⟩/∂q = -⟨g²⟩/2`` and ``∂⟨ln H⟩/∂t = -⟨g g̃⟩``."""
    of, h = POTENTIAL.overlaps(FIELDS), 1e-5

    def slope(**by: float) -> float:
        ((name, step),) = by.items()
        up, down = (
            POTENTIAL.constraints(of._replace(**{name: getattr(of, name) + s})).log_share
            for s in (step, -step)
        )
        return (up - down) / (2 * step)

    found = POTENTIAL.constraints(of)
    assert slope(rest=h) == pytest.approx(found.square / 2, rel=1e-6)
    assert slope(t=h) == pytest.approx(-found.product, rel=1e-6)


def test_the_nodes_resolve_turns_far_sharper_than_the_normal():
    """Against sums over a fine even grid, where the spread of a reference's choice is 0.03."""
    of = POTENTIAL.overlaps(Fields(0.05, 0.18, 3.2))
    found = POTENTIAL.constraints(of)
    q = POTENTIAL.reference.q
    a, b = of.t / sqrt(q), (of.S - of.t) / sqrt(1 - q)
    left = 1 - of.rest - a**2 - b**2
    c = sqrt(b**2 + left)
    step = 0.3 * min(sqrt(left), sqrt(of.rest)) / c
    z = np.arange(-9, 9, 0.2)
    x = np.arange(-10, 14, step)[:, None]
    edge = (POTENTIAL.reference_margin - sqrt(q) * z) / sqrt(1 - q)
    weights = np.exp(-(z**2 + x**2) / 2) / (2 * np.pi) * 0.2 * step
    weights = weights * ndtr((b * x - edge * c) / sqrt(left)) / ndtr(-edge)
    u = -(a * z + c * x) / sqrt(of.rest)
    slope = np.exp(-(u**2) / 2 - log_ndtr(-u)) / sqrt(2 * np.pi * of.rest)
    assert found.square == pytest.approx((weights * slope**2).sum(), rel=1e-7)


def test_overlaps_of_no_vectors_are_refused():
    of = POTENTIAL.overlaps(FIELDS)
    with pytest.raises(ConvergenceError, match="none of vectors"):
        POTENTIAL.constraints(of._replace(t=1.5))
