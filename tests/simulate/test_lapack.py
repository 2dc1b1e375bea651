"""LAPACK without SciPy's wrappers against NumPy."""

from typing import Any, cast

import numpy as np
import pytest

from simulate import _lapack
from theory import stream

pytestmark = pytest.mark.kernels


def test_lapack_routines_match_numpy():
    L = np.tril(stream(2).standard_normal((70, 70)))
    a = L.copy()
    _lapack.gram_of_triangle(a)
    np.testing.assert_allclose(np.tril(a), np.tril(L.T @ L), atol=1e-12)
    symmetric = L.T @ L
    diagonal, off = _lapack.tridiagonal(np.tril(symmetric))
    dense = np.diag(diagonal) + np.diag(off, 1) + np.diag(off, -1)
    np.testing.assert_allclose(
        np.linalg.eigvalsh(dense), np.linalg.eigvalsh(symmetric), rtol=1e-10, atol=1e-11
    )


@pytest.mark.parametrize("width", [1, 30, 50])
def test_add_gram_adds_to_the_leading_triangle(width):
    rng = stream(6)
    rows, out = rng.standard_normal((20, width)), np.tril(rng.standard_normal((50, 50)))
    expected = out.copy()
    expected[:width, :width] += np.tril(rows.T @ rows)
    _lapack.add_gram(rows, out)
    np.testing.assert_allclose(out, expected, atol=1e-13)


def test_lapack_refuses_what_it_would_misread():
    with pytest.raises(TypeError, match="C-ordered float64"):
        _lapack.gram_of_triangle(cast(Any, np.zeros((4, 4), order="F", dtype=np.float32)))
    with pytest.raises(TypeError, match="rows must be a C-ordered float64"):
        _lapack.add_gram(np.zeros((4, 4), order="F"), np.zeros((4, 4)))
    with pytest.raises(TypeError, match="rows must have at most 4 columns, got 5"):
        _lapack.add_gram(np.zeros((4, 5)), np.zeros((4, 4)))
    with pytest.raises(TypeError, match="square"):
        _lapack.tridiagonal(np.zeros((4, 5)))
