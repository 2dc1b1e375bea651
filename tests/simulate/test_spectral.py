"""Eigenvalues with the power of one vector."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulate.spectral import power_spectrum
from theory import stream

pytestmark = pytest.mark.kernels


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
