"""Replicated descent: what it solves, and that a solution stays."""

import pytest

from simulate.perceptron import errors, patterns, replicated
from theory import InputError, stream


@pytest.mark.parametrize(("hidden", "alpha"), [(1, 0.5), (3, 0.3)])
def test_it_solves(hidden, alpha):
    xi = patterns(round(alpha * 101 * hidden), N=101, rng=stream(0, hidden))
    found = replicated(xi, hidden=hidden, rng=stream(1))
    assert found.solved
    assert errors(found.weights, patterns=xi) == 0


def test_the_fewest_errors_are_kept_where_it_does_not_solve():
    xi = patterns(100, N=51, rng=stream(2))
    few, many = (replicated(xi, sweeps=n, rng=stream(3)) for n in (2, 30))
    assert few.sweeps, many.sweeps == (2, 30)
    assert 0 < many.errors <= few.errors
    assert errors(many.weights, patterns=xi) == many.errors


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="sweeps must be at least 1"):
        replicated([[1, 1, 1]], sweeps=0, rng=stream(0))
