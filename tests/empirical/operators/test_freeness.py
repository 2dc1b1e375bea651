"""The moment that is 0 for free matrices: dense twins, free and commuting matrices."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from empirical.operators import Operator
from empirical.operators.freeness import freeness

D = 60


def operator(matrix):
    values = torch.from_numpy(matrix)
    return Operator(lambda rows: rows @ values, D=len(matrix))


def dense(G, K):
    """``τ(g k g k)/(τ(g²) τ(k²))`` of matrices."""
    n = len(G)
    g, k = (each - np.trace(each) / n * np.eye(n) for each in (G, K))
    return n * np.trace(g @ k @ g @ k) / (np.trace(g @ g) * np.trace(k @ k))


def drawn(seed, *, free):
    """Two matrices of given spectra: rotated to each other, or commuting in random order."""
    rng = np.random.default_rng(seed)
    a, b = rng.exponential(size=D), rng.permutation(np.repeat([-1.0, 1.0], D // 2))
    if not free:
        return np.diag(a), np.diag(b)
    U = np.linalg.qr(rng.standard_normal((D, D)))[0]
    return np.diag(a), (U * b) @ U.T


@pytest.mark.parametrize("free", [True, False])
def test_all_directions_in_the_sketch_give_the_dense_value(free):
    G, K = drawn(0, free=free)
    found = freeness(operator(G), operator(K), sketch=D, probes=2)
    assert found.value == pytest.approx(dense(G, K), abs=1e-10)
    assert found.error == pytest.approx(0, abs=1e-10)


def test_probes_scatter_as_their_error_says():
    G, K = drawn(1, free=False)
    found = [freeness(operator(G), operator(K), probes=40, seed=seed) for seed in range(20)]
    z = [(each.value - dense(G, K)) / each.error for each in found]
    assert abs(np.mean(z)) < 4 / np.sqrt(len(z))
    assert 0.4 < np.std(z) < 2


def test_free_matrices_give_zero_and_commuting_ones_one():
    """Over draws, with the bias of order 1/D that a finite rotation has."""
    means = {}
    for free in (True, False):
        values = [dense(*drawn(seed, free=free)) for seed in range(60)]
        means[free] = np.mean(values), np.std(values, ddof=1) / np.sqrt(len(values))
    assert abs(means[True][0]) < 4 * means[True][1] + 2 / D
    assert abs(means[False][0] - 1) < 4 * means[False][1] + 2 / D


def test_a_matrix_that_vanishes_has_none():
    found = freeness(operator(np.zeros((D, D))), operator(drawn(0, free=True)[1]))
    assert math.isnan(found.value)
