"""The local entropy by random flips against all neighbours of small perceptrons."""

from math import log

import numpy as np
import pytest

from simulate.perceptron import enumeration, patterns
from simulate.perceptron.neighbours import local_entropy
from theory import InputError, stream


def test_against_all_neighbours():
    N = 13
    xi = patterns(4, N=N, rng=stream(0))
    solutions = np.flatnonzero(enumeration.margins(xi) > 0)
    scores = []
    for i, at in enumerate(solutions[:: len(solutions) // 12][:12]):
        weights = ((int(at) >> np.arange(N)) & 1) * 2 - 1
        exact = enumeration.distance_counts(np.array([at]), solutions, N=N)[0, 3]
        found = local_entropy([weights], patterns=xi, flips=3, draws=400, rng=stream(1, i))
        scores.append((found.value - log(exact) / N) / found.error)
    assert np.abs(scores).max() < 4
    assert abs(np.mean(scores)) < 1


def test_nothing_is_claimed_where_no_draw_solves():
    found = local_entropy([[1, 1, 1]], patterns=np.ones((1, 3)), flips=3, draws=5, rng=stream(0))
    assert found.value == -np.inf
    assert np.isnan(found.error)


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="flips must be at most 3, got 4"):
        local_entropy([[1, 1, 1]], patterns=np.ones((1, 3)), flips=4, draws=5, rng=stream(0))
