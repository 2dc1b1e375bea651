"""Kernels of the toy landscape against their NumPy twins."""

import numpy as np
import pytest

from simulate.wedges import kernels
from theory import stream

pytestmark = pytest.mark.kernels


def off_twin(P, c):
    return np.sort(np.argsort(P**2, kind="stable")[:c])


def descend_twin(P, noise, rate, c):
    losses = []
    for row in noise:
        off = off_twin(P, c)
        losses.append((P[off] ** 2).sum())
        gradient = np.zeros_like(P)
        gradient[off] = P[off]
        P = P - rate * (gradient + row)
    return P, losses


@pytest.mark.parametrize("ties", [False, True])
def test_rank_value_is_that_of_sorting(ties):
    rng = stream(0)
    for size in (1, 2, 3, 10, 101):
        values = rng.integers(4, size=size).astype(float) if ties else rng.standard_normal(size)
        for rank in {0, size // 2, size - 1}:
            mixed = values.copy()
            assert kernels.rank_value(mixed, rank) == np.sort(values)[rank]
            assert np.array_equal(np.sort(mixed), np.sort(values))
            assert np.all(mixed[:rank] <= mixed[rank])
            assert np.all(mixed[rank:] >= mixed[rank])


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("c", [1, 7, 40])
def test_select_off_is_its_twin(ties, c):
    rng = stream(1)
    P = rng.standard_normal(40).round(1 if ties else 12)
    off = np.empty(c, dtype=np.int64)
    square = kernels.select_off(P, np.empty_like(P), off)
    assert np.array_equal(off, off_twin(P, c))
    assert square == pytest.approx((P[off] ** 2).sum())


def test_descend_is_its_twin():
    rng = stream(2)
    P, noise, c = rng.standard_normal(30), 0.3 * rng.standard_normal((12, 30)), 11
    expected, squares = descend_twin(P, noise, 0.6, c)
    losses = np.empty(12)
    kernels.descend(P, noise, 0.6, np.empty(30), np.empty(c, dtype=np.int64), losses)
    np.testing.assert_allclose(P, expected, atol=1e-13)
    np.testing.assert_allclose(losses, squares, atol=1e-13)
