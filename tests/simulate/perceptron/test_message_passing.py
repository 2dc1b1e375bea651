"""Focusing belief propagation: what it solves, and its marginals without focusing."""

import numpy as np
import pytest

from simulate.perceptron import enumeration, errors, focusing, patterns
from simulate.perceptron._kernels import propagate
from simulate.perceptron.message_passing import _of_replicas
from theory import InputError, perceptron, stream


def test_a_committee_near_three_tenths():
    xi = patterns(round(0.3 * 101 * 5), N=101, rng=stream(0))
    found = focusing(xi, hidden=5, rng=stream(1))
    assert found.solved
    assert found.weights.shape == (5, 101)
    assert errors(found.weights, patterns=xi) == 0


@pytest.mark.slow
def test_a_committee_of_five_units_with_321_weights_each():
    xi = patterns(round(0.3 * 321 * 5), N=321, rng=stream(0))
    found = focusing(xi, hidden=5, rng=stream(1))
    assert found.solved
    assert errors(found.weights, patterns=xi) == 0


def test_no_solution_is_told_where_there_is_none():
    limit = float(perceptron.capacity())
    found = focusing(patterns(round(2 * limit * 51), N=51, rng=stream(2)), sweeps=40, rng=stream(3))
    assert not found.solved
    assert found.errors > 0
    assert found.sweeps == 40


def test_marginals_are_those_of_all_solutions_of_a_small_perceptron():
    """Without focusing: belief propagation against enumeration, to the order 1/N."""
    N, P = 15, 3
    xi = patterns(P, N=N, rng=stream(4))
    solutions = np.flatnonzero(enumeration.margins(xi) > 0)
    weights = ((solutions[:, None] >> np.arange(N)) & 1) * 2 - 1
    messages = np.zeros((P, 1, N))
    total = np.zeros((1, N))
    for _ in range(60):
        propagate(xi, np.arange(P), messages, total, 0.3)
    exact = weights.mean(axis=0)
    gap = np.abs(np.tanh(total[0]) - exact).max()
    assert gap < 0.1 * np.abs(exact).max() < np.abs(exact).max()


def test_the_other_replicas_agree_with_one_and_with_each_other():
    field = np.array([[-0.7, 0.0, 0.4]])
    np.testing.assert_allclose(_of_replicas(field, polarisation=1 - 1e-15, y=2), field, atol=1e-6)
    assert not _of_replicas(field, polarisation=0.0, y=7).any()
    sure = _of_replicas(1e9 * field, polarisation=np.tanh(8.0), y=7)
    np.testing.assert_allclose(sure, [[-8, 0, 8]], rtol=1e-6)
    weak = _of_replicas(1e-4 * field, polarisation=0.3, y=7)
    np.testing.assert_allclose(weak, 6 * 0.09 * 1e-4 * field, rtol=1e-6)  # p² (y-1)


def test_bad_input_is_refused():
    xi = patterns(3, N=5, rng=stream(0))
    with pytest.raises(InputError, match="replicas must be at least 2"):
        focusing(xi, replicas=1, rng=stream(0))
    with pytest.raises(InputError, match="step must be greater than 0"):
        focusing(xi, step=0.0, rng=stream(0))
