"""Kernels against their NumPy twins."""

import numpy as np
import pytest

from simulate import _kernels
from theory import stream

pytestmark = pytest.mark.kernels


def fold_roots_twin(roots, triangle):
    n, m = len(triangle), roots.shape[1]
    blocks = np.tril(triangle).reshape(n, -1, m)
    return np.einsum("jub,uab->jua", blocks, np.triu(roots)).reshape(n, n)


@pytest.mark.parametrize(("N", "m"), [(1, 1), (1, 4), (5, 1), (6, 3)])
def test_fold_roots_is_its_twin(N, m):
    rng = stream(0)
    roots = np.triu(rng.standard_normal((N, m, m)))
    triangle = np.tril(rng.standard_normal((N * m, N * m)))
    expected = fold_roots_twin(roots, triangle)
    _kernels.fold_roots(roots, triangle)
    np.testing.assert_allclose(triangle, expected, atol=1e-14)


@pytest.mark.parametrize("n", [1, 2, 3, 40])
def test_ql_implicit_is_eigh_of_the_tridiagonal(n):
    rng = stream(1)
    diagonal, off = rng.standard_normal(n), rng.standard_normal(n)
    dense = np.diag(diagonal) + np.diag(off[:-1], 1) + np.diag(off[:-1], -1)
    values, vectors = np.linalg.eigh(dense)
    last = np.eye(n)[-1]
    assert _kernels.ql_implicit(diagonal, off, last, 60)
    order = np.argsort(diagonal)
    np.testing.assert_allclose(diagonal[order], values, atol=1e-13)
    np.testing.assert_allclose(last[order] ** 2, vectors[-1] ** 2, atol=1e-13)


def test_ql_implicit_says_when_it_does_not_converge():
    assert not _kernels.ql_implicit(np.zeros(3), np.ones(3), np.eye(3)[-1], 0)
