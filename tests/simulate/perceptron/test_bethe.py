"""Bethe's entropy around weights: against all weight vectors, and against random flips."""

from math import comb, log

import numpy as np
import pytest
from scipy.special import logsumexp

from simulate.perceptron import enumeration, focusing, neighbours, patterns
from simulate.perceptron.bethe import Around, _majority, local_entropy
from theory import InputError, perceptron, stream


@pytest.mark.parametrize("field", [0.0, 0.5, 1.0])
def test_the_log_weight_of_all_solutions_of_a_small_perceptron(field):
    N = 15
    xi = patterns(4, N=N, rng=stream(0))
    solutions = np.flatnonzero(enumeration.margins(xi) > 0)
    vectors = ((solutions[:, None] >> np.arange(N)) & 1) * 2.0 - 1
    centre = vectors[len(vectors) // 2]
    products = vectors @ centre
    exact = float(np.asarray(logsumexp(field * products)))
    overlap = float(np.exp(field * products - exact) @ products) / N
    around = Around(xi, centre[None])
    around.settle(field)
    free = N * np.log(2 * np.cosh(field))  # without the patterns
    assert abs(around.log_weight() - exact) < 0.3 * abs(free - exact)
    assert around.overlap == pytest.approx(overlap, abs=0.03)


def test_the_log_weight_has_the_overlap_as_its_slope():
    xi = patterns(40, N=101, rng=stream(1))
    around = Around(xi, np.ones((1, 101)))
    values = []
    for field in (0.49, 0.5, 0.51):
        around.settle(field)
        values.append((around.log_weight(), around.overlap))
    slope = (values[2][0] - values[0][0]) / 0.02 / 101
    assert slope == pytest.approx(values[1][1], rel=5e-3)


def test_against_random_flips():
    """At the same distance; the share of the ball, as its size is another by ln N/N."""
    N, flips = 101, 3
    xi = patterns(40, N=N, rng=stream(2))
    found = focusing(xi, rng=stream(3))
    assert found.solved
    seen = neighbours.local_entropy(
        found.weights, patterns=xi, flips=flips, draws=2000, rng=stream(4)
    )
    told = local_entropy(found.weights, patterns=xi, distance=flips / N)
    lost = told - float(perceptron.largest_local_entropy(flips / N))
    assert abs(lost - (seen.value - log(comb(N, flips)) / N)) < 4 * seen.error + 0.5 / N
    assert lost < -0.5 / N


def test_majority_of_three():
    up = np.array([[0.2, 0.7, 0.9]])
    p, q, r = up[0]
    exact = p * q * r + p * q * (1 - r) + p * (1 - q) * r + (1 - p) * q * r
    np.testing.assert_allclose(_majority(up), [exact])
    np.testing.assert_allclose(_majority(np.array([[0.3]])), [0.3])


def test_a_committee_has_less_around_a_solution_than_there_are_weights():
    xi = patterns(round(0.1 * 51 * 3), N=51, rng=stream(5))
    found = focusing(xi, hidden=3, rng=stream(6))
    assert found.solved
    told = local_entropy(found.weights, patterns=xi, distance=0.05)
    assert 0 < told < float(perceptron.largest_local_entropy(0.05))


def test_bad_input_is_refused():
    xi = patterns(3, N=5, rng=stream(0))
    with pytest.raises(InputError, match=r"distance must be below 0\.5, got 0\.6"):
        local_entropy(np.ones((1, 5)), patterns=xi, distance=0.6)
    with pytest.raises(InputError, match="weights must be -1 or 1 in 5 columns"):
        local_entropy(np.ones((1, 3)), patterns=xi, distance=0.1)
