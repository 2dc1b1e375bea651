"""Patterns and errors of the machine that is searched."""

import numpy as np
import pytest

from simulate.perceptron import errors, patterns
from simulate.perceptron.machine import examined, signs
from theory import InputError, stream


def test_patterns_are_what_they_say():
    binary = patterns(400, N=50, rng=stream(0))
    normal = patterns(400, N=50, law="normal", rng=stream(0))
    assert {*np.unique(binary)} == {-1.0, 1.0}
    for xi in (binary, normal):
        assert abs(xi.mean()) < 4 / np.sqrt(xi.size)
        assert abs((xi**2).mean() - 1) < 4 * np.sqrt(2 / xi.size)


def test_errors_are_of_the_majority():
    xi = patterns(60, N=7, rng=stream(1))
    w = signs(stream(2).standard_normal((3, 7)))
    votes = np.where(xi @ w.T > 0, 1, -1)
    assert errors(w, patterns=xi) == int((votes.sum(axis=1) < 0).sum())
    assert errors(-w, patterns=-xi) == errors(w, patterns=xi)
    assert errors(-w, patterns=xi) == len(xi) - errors(w, patterns=xi)


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="law must be one of binary, normal"):
        patterns(3, N=3, law="flat", rng=stream(0))
    with pytest.raises(InputError, match="weights must have 3 columns"):
        errors([[1, 1]], patterns=[[1, 1, 1]])
    with pytest.raises(InputError, match="entries -1 and 1 alone"):
        examined([[0.5, 1, 1]], hidden=1)
    with pytest.raises(InputError, match="hidden must be odd, got 2"):
        examined([[1, 1, 1]], hidden=2)
    with pytest.raises(InputError, match="N must be odd, got 2"):
        examined([[1, 1]], hidden=1)
