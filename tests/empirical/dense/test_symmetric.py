"""Eigenvalues and a vector's components against full eigendecompositions."""

from __future__ import annotations

import numpy as np
import pytest

from empirical.dense import symmetric
from empirical.dense.symmetric import components, eigenvalues, implicit_ql
from theory import stream

pytestmark = pytest.mark.kernels


MATRICES = {
    "flat": np.ones(120),
    "falling": np.logspace(0, -6, 120),
    "rising": np.logspace(-6, 0, 120),
    "shuffled": stream(0, "shuffle").permutation(np.logspace(0, -8, 120)),
    "low rank": (np.arange(120) < 30).astype(float),
    "zero": np.zeros(120),
}


def case(name: str) -> tuple[np.ndarray, np.ndarray]:
    rng = stream(1, "components")
    rows = rng.standard_normal((120, 150)) * MATRICES[name][:, None]
    return rows @ rows.T, rng.standard_normal(120)


@pytest.mark.parametrize("width", [0, 1, 7, 32, 119, 130])
@pytest.mark.parametrize(("dtype", "eps"), [(np.float64, 2.3e-16), (np.float32, 1.2e-7)])
@pytest.mark.parametrize("name", MATRICES)
def test_the_spectral_measure_of_a_vector(monkeypatch, name, dtype, eps, width):
    """By way of a band of so many subdiagonals, or directly."""
    if width > 0:
        monkeypatch.setattr(symmetric, "DIRECT", 0)
        monkeypatch.setattr(symmetric, "WIDTH", width)
    matrix, vector = case(name)
    lower = np.tril(matrix).astype(dtype) + np.triu(np.full_like(matrix, np.nan), 1).astype(dtype)
    alone = eigenvalues(lower.copy())
    values, along = components(lower, vector.astype(dtype))
    assert alone.dtype == dtype
    np.testing.assert_allclose(alone, values, atol=20 * eps * max(values[-1], 1e-300))
    assert values.dtype == along.dtype == dtype
    expected, vectors = np.linalg.eigh(matrix)
    top = max(expected[-1], 1e-300)
    np.testing.assert_allclose(values, expected, atol=20 * eps * top)
    length = vector @ vector
    for degree in range(4):  # moments are free of the choice of basis among equal eigenvalues
        moment = (values.astype(float) / top) ** degree @ along.astype(float) ** 2
        exact = (expected / top) ** degree @ (vectors.T @ vector) ** 2
        assert moment == pytest.approx(exact, abs=40 * eps * length)
    clear = np.flatnonzero(expected > 0.05 * top)[-5:]
    found, exact = np.abs(along[clear]), np.abs(vectors[:, clear].T @ vector)
    np.testing.assert_allclose(found, exact, atol=1e4 * eps * np.sqrt(length))


def test_the_kernel_is_the_eigendecomposition_of_the_tridiagonal():
    rng = stream(2, "kernel")
    diagonal, off, vector = rng.standard_normal((3, 40))
    off[-1] = 0
    matrix = np.diag(diagonal) + np.diag(off[:-1], 1) + np.diag(off[:-1], -1)
    expected, vectors = np.linalg.eigh(matrix)
    values, along = diagonal.copy(), vector.copy()
    assert implicit_ql(values, off.copy(), along, 60)
    order = np.argsort(values)
    np.testing.assert_allclose(values[order], expected, atol=1e-13)
    np.testing.assert_allclose(np.abs(along[order]), np.abs(vectors.T @ vector), atol=1e-12)
    assert not implicit_ql(diagonal.copy(), off.copy(), vector.copy(), 0)


def test_numbers_whose_squares_underflow(monkeypatch):
    monkeypatch.setattr(symmetric, "DIRECT", 0)
    matrix, _ = case("falling")
    scale = 1e-25
    found = eigenvalues((scale * matrix).astype(np.float32)).astype(float) / scale
    expected = np.linalg.eigvalsh(matrix)
    np.testing.assert_allclose(found, expected, atol=1e-6 * expected[-1])


def test_no_convergence_is_an_error(monkeypatch):
    monkeypatch.setattr(symmetric, "SWEEPS", 0)
    with pytest.raises(ArithmeticError, match="QL did not converge in 0 sweeps"):
        components(*case("flat"))


def test_one_by_one():
    values, along = components(np.array([[3.0]]), np.array([2.0]))
    assert (values[0], abs(along[0])) == (3.0, 2.0)
    assert eigenvalues(np.array([[3.0]])) == [3.0]


def test_what_is_not_finite_is_an_error(monkeypatch):
    for direct in (0, 2000):
        monkeypatch.setattr(symmetric, "DIRECT", direct)
        with pytest.raises(ValueError, match="must not contain infs or NaNs"):
            eigenvalues(np.full((3, 3), np.nan))
