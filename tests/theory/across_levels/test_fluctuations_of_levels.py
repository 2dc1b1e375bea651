"""Spread of the outliers with curvature and anisotropic noise, against sampled draws."""

from typing import Any

import numpy as np
import pytest

from tests.support.draws.sampling import hessian, logit_gradients, means, outputs
from theory import curvature
from theory.across_levels import fluctuations
from theory.spread.splitting import Ordered

N, C, D, SIGMA_E, SIGMA_H, DRAWS = 40, 4, 200, 0.7, 0.04, 200


SAMPLED = 4 / np.sqrt(2 * DRAWS)  # of a standard deviation, z = 4


@pytest.fixture(scope="module")
def fixed():
    """Outputs, residuals and means, of lengths that part the outliers."""
    rng = np.random.default_rng(3)
    p = outputs(rng, N=N, C=C, sigma_z=1.0)
    c = means(rng, R=C, D=D) * np.array([[2.4], [1.8], [1.3], [1.0]])
    return p, p - np.eye(C)[rng.integers(C, size=N)], c


def holds(found, values):
    """Bands that hold 90 to 99 % of the draws, and the deviation within z = 4."""
    values = values[:, : len(found.mean)]
    inside = np.abs(values - found.mean) < 1.96 * found.std
    held = inside.mean(axis=0)
    spread = np.abs(values.std(axis=0, ddof=1) / found.std - 1) < SAMPLED
    return np.all((held >= 0.90) & (held <= 0.99)), np.all(spread)


@pytest.fixture(scope="module")
def curved(fixed):
    p, r, c = fixed
    rng, size = np.random.default_rng(5), SIGMA_H * np.sqrt(np.mean(np.sum(r**2, axis=1)))
    top = []
    for _ in range(DRAWS):
        W = rng.standard_normal((D, D))
        G = hessian(logit_gradients(rng, c, sigma_E=SIGMA_E, N=N), p)
        top.append(np.linalg.eigvalsh(G + size * (W + W.T) / np.sqrt(2 * D))[::-1][:C])
    return np.array(top)


def test_outliers_with_curvature(fixed, curved):
    """Without K's own part the deviation is rejected."""
    p, r, c = fixed
    plain = {"Gamma": c @ c.T, "sigma_E": SIGMA_E, "D": D}
    found = fluctuations.curvature(p, r, sigma_H=SIGMA_H, **plain)
    assert found.mean.shape == (3,)
    assert holds(found, curved) == (True, True)
    without = fluctuations.outliers(p, **plain)
    assert holds(Ordered(found.mean, without.std), curved) == (False, False)


def test_a_spiked_wigner_matrix_without_noise(fixed):
    """``2 sigma_W² (1 - sigma_W²/u²)/D`` (Capitaine, Donati-Martin and Féral 2009)."""
    p, r, _ = fixed
    options = {"Gamma": np.diag([400.0, 40.0, 4.0, 0.0]), "sigma_E": 0.0, "D": 10**8}
    found = fluctuations.curvature(p, r, sigma_H=SIGMA_H, **options)
    square = SIGMA_H**2 * np.mean(np.sum(r**2, axis=1))
    u = curvature.outliers(p, r, sigma_H=0.0, **options)
    expected = np.sqrt(2 * square * (1 - square / u**2) / options["D"])
    np.testing.assert_allclose(found.std, expected[: len(found.std)], rtol=0.05)


def anisotropic(rng):
    values = np.array([1.0, 0.5, 0.2, 0.05])
    frame = np.linalg.qr(rng.standard_normal((C, C)))[0]
    T, K = np.arange(1, D + 1.0) ** -0.5, (frame * values) @ frame.T
    return T / T.sum() * SIGMA_E**2, K * C / values.sum()


def test_outliers_with_anisotropic_noise(fixed):
    """Without the covariance of logits or of weights the deviation is rejected."""
    p, _, c = fixed
    rng = np.random.default_rng(6)
    T, K = anisotropic(rng)
    c = c * np.sqrt(T / T.mean())
    model: dict[str, Any] = {"means": c, "sigma_E": SIGMA_E, "T": T, "K_C": K}
    root, top = np.linalg.cholesky(K), []
    for _ in range(DRAWS):
        E = (root @ rng.standard_normal((N, C, D))) * np.sqrt(T)
        top.append(np.linalg.eigvalsh(hessian(c + E, p))[::-1][:C])
    found = fluctuations.separable(p, **model)
    assert found.mean.shape == (3,)
    assert holds(found, np.array(top)) == (True, True)
    for wrong in ({**model, "K_C": None}, {**model, "T": np.ones(D)}):
        other = Ordered(found.mean, fluctuations.separable(p, **wrong).std)
        assert holds(other, np.array(top)) == (False, False)


def test_limits(fixed):
    """Curvature and anisotropy that are none are the plain level; no outlier, no deviation."""
    p, r, c = fixed
    plain = {"Gamma": c @ c.T, "sigma_E": SIGMA_E, "D": D}
    expected = fluctuations.outliers(p, **plain)
    flat = fluctuations.curvature(p, r, sigma_H=0.0, **plain)
    np.testing.assert_allclose(flat.std, expected.std, rtol=1e-12)
    isotropic = fluctuations.separable(p, means=c, sigma_E=SIGMA_E, T=np.ones(D))
    np.testing.assert_allclose(isotropic.std, expected.std, rtol=1e-3)
    assert fluctuations.curvature(p, r, sigma_H=9.0, **plain).std.shape == (0,)
    none = fluctuations.separable(p, means=0 * c, sigma_E=SIGMA_E, T=np.ones(D))
    assert none.mean.shape == (0,)
