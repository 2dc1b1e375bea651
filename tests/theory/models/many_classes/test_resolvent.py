"""``B = A (I + κKA)⁻¹`` by products against matrices, and the noise's map that is made of it."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.draws.sampling import outputs
from theory import stream
from theory.models.many_classes import logit_covariance
from theory.models.many_classes.logit_covariance import identity
from theory.models.many_classes.logit_noise import LogitNoise
from theory.models.many_classes.resolvent import Resolvent
from theory.models.noise import Noise

N, C, G, KAPPA = 9, 6, 3, -0.15
RNG = stream(0, "resolvent")
P = outputs(RNG, N=N, C=C, sigma_z=1.5)
GROUPS = np.arange(N) % G


def blocks(p):
    """``A_μ`` of each example."""
    return np.array([np.diag(row) - np.outer(row, row) for row in p])


A = blocks(P)
K = logit_covariance(RNG.uniform(0.5, 2, C), RNG.normal(size=(C, 2)))


@pytest.fixture(scope="module", params=["identity", "low rank", "confident"])
def both(request):
    """With one output near 1, ``1 + κδp`` and η may be below 0 above all poles."""
    covariance = identity(C) if request.param == "identity" else K
    p, a, kappa = P, A, KAPPA
    if request.param == "confident":
        p = np.vstack([P[1:], np.r_[0.96, np.full(C - 1, 0.04 / (C - 1))]])
        a, kappa = blocks(p), -1.3 / K.diagonal[0]
        covariance = logit_covariance(K.diagonal, K.factor / 20)
        root = np.linalg.cholesky(covariance.matrix)
        a, p = (each[[-1] * N] for each in (a, p))
        assert np.linalg.eigvalsh(np.eye(C) + kappa * root.T @ a[0] @ root).min() > 0
        found = Resolvent(p, groups=GROUPS, covariance=covariance, kappa=kappa)
        assert found.inverse.max() < 0
        assert found.above_poles
    found = Resolvent(p, groups=GROUPS, covariance=covariance, kappa=kappa)
    return found, a @ np.linalg.inv(np.eye(C) + kappa * covariance.matrix @ a), covariance.matrix


def test_products(both):
    found, B, _ = both
    y = RNG.normal(size=(N, C))
    np.testing.assert_allclose(found.each(y), np.einsum("nkl,nl->nk", B, y), rtol=1e-11)
    y = RNG.normal(size=(4, G, C))
    summed = np.array([[B[g == GROUPS].sum(0) @ row[g] for g in range(G)] for row in y])
    np.testing.assert_allclose(found.summed(y[0]), summed[0], rtol=1e-11)
    expected = np.einsum("igk,jgk->ij", y, summed)
    np.testing.assert_allclose(found.between(y), expected, rtol=1e-11)


def test_traces(both):
    found, B, matrix = both
    KB = matrix @ B
    assert found.trace() == pytest.approx(np.einsum("nkk->", KB), rel=1e-12)
    assert found.trace_of_square() == pytest.approx(np.einsum("nkl,nlk->", KB, KB), rel=1e-12)


def test_poles_are_the_largest_eigenvalues():
    root = np.linalg.cholesky(K.matrix)
    largest = np.linalg.eigvalsh(root.T @ A @ root).max()
    noise = LogitNoise(p=P, sigma_E=2.0, D=40, N=N, covariance=K)
    assert noise.top == pytest.approx(noise.s * largest, rel=1e-12)
    assert noise.at(1.001 * noise.top).above_poles
    assert not noise.at(0.98 * noise.top).above_poles


def test_map_and_edge_are_those_of_isotropic_noise_without_a_covariance():
    plain = Noise(p=P, sigma_E=2.0, D=40, N=N)
    ours = LogitNoise(p=P, sigma_E=2.0, D=40, N=N, covariance=identity(C))
    np.testing.assert_allclose(
        ours.map(2 * plain.top)[:2], plain.map(2 * plain.top)[:2], rtol=1e-12
    )
    assert ours.edge == pytest.approx(plain.edge, rel=1e-7)
