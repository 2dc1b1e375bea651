from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulate import _kernels, _lapack
from simulate.spectral import power_spectrum
from theory import stream


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


@pytest.mark.parametrize("n", [1, 2, 5, 120])
def test_power_spectrum_is_eigh(n):
    rng = stream(3, n)
    X, vector = rng.standard_normal((n, n + 3)), rng.standard_normal(n)
    values, u = np.linalg.eigh(X @ X.T)
    eigenvalues, power = power_spectrum(np.tril(X @ X.T), vector)
    np.testing.assert_allclose(eigenvalues, values[::-1], rtol=1e-9)
    np.testing.assert_allclose(power, ((vector @ u) ** 2)[::-1], atol=1e-11)


def test_power_of_small_components_keeps_absolute_accuracy():
    rng = stream(4)
    u = np.linalg.qr(rng.standard_normal((60, 60)))[0]
    values, components = np.logspace(0, -9, 60), np.logspace(0, -7, 60)
    eigenvalues, power = power_spectrum(u * values @ u.T, u @ components)
    np.testing.assert_allclose(eigenvalues, values, atol=1e-15, rtol=1e-12)
    np.testing.assert_allclose(np.sqrt(power), components, atol=1e-13)


@pytest.mark.parametrize("vector", [np.zeros(4), np.eye(4)[0], np.eye(4)[-1], -np.eye(4)[-1]])
def test_degenerate_vectors_and_matrices(vector):
    eigenvalues, power = power_spectrum(np.diag([4.0, 3, 2, 1]), vector)
    np.testing.assert_allclose(eigenvalues, [4, 3, 2, 1])
    np.testing.assert_allclose(power, vector**2, atol=1e-15)
    eigenvalues, power = power_spectrum(np.zeros((4, 4)), vector)
    np.testing.assert_array_equal(eigenvalues, 0)
    assert power.sum() == pytest.approx(vector @ vector)


@settings(deadline=None, max_examples=30)
@given(n=st.integers(1, 12), scale=st.floats(-150, 150), seed=st.integers(0, 99))
def test_power_spectrum_scales_and_keeps_moments(n, scale, seed):
    rng = stream(seed)
    X, vector = rng.standard_normal((n, n)), rng.standard_normal(n)
    a = (X + X.T) / 2
    plain, power = power_spectrum(a.copy(), vector)
    scaled, _ = power_spectrum(a * 2.0 ** int(scale), vector)
    np.testing.assert_allclose(scaled, plain * 2.0 ** int(scale), rtol=1e-12)
    assert power.sum() == pytest.approx(vector @ vector)
    assert power @ plain == pytest.approx(vector @ a @ vector, abs=1e-12 * n * (vector @ vector))


@pytest.mark.parametrize("seed", range(4))
def test_graded_matrices_converge(seed):
    """Rows of very different lengths: rounding keeps off-diagonals above ε times the smallest."""
    rng = stream(5, seed)
    X = rng.standard_normal((300, 305)) * rng.permutation(np.logspace(0, -8, 300))[:, None]
    vector = rng.standard_normal(300)
    values, u = np.linalg.eigh(X @ X.T)
    eigenvalues, power = power_spectrum(np.tril(X @ X.T), vector)
    np.testing.assert_allclose(eigenvalues, values[::-1], atol=1e-14 * values[-1])
    np.testing.assert_allclose(power[:20], ((vector @ u) ** 2)[:-21:-1], atol=1e-8)
