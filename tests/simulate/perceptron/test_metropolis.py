"""Simulated annealing: what it solves, and its last word on errors."""

import pytest

from simulate.perceptron import annealing, errors, patterns
from theory import InputError, stream


def test_it_solves_few_patterns():
    xi = patterns(30, N=101, rng=stream(0))
    found = annealing(xi, rng=stream(1))
    assert found.solved
    assert errors(found.weights, patterns=xi) == 0


def test_it_cools():
    xi = patterns(50, N=51, rng=stream(2))
    hot = annealing(xi, hottest=50.0, coldest=50.0, sweeps=40, rng=stream(3))
    cold = annealing(xi, hottest=1.0, coldest=0.1, sweeps=400, rng=stream(3))
    assert cold.errors < hot.errors
    assert errors(cold.weights, patterns=xi) == cold.errors


def test_bad_input_is_refused():
    with pytest.raises(InputError, match=r"hottest must be at least 0\.5, got 0\.1"):
        annealing([[1, 1, 1]], hottest=0.1, coldest=0.5, rng=stream(0))
