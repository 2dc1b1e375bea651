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
A = np.array([np.diag(p) - np.outer(p, p) for p in P])
K = logit_covariance(RNG.uniform(0.5, 2, C), RNG.normal(size=(C, 2)))


@pytest.fixture(scope="module", params=["identity", "low rank"])
def both(request):
    covariance = identity(C) if request.param == "identity" else K
    found = Resolvent(P, groups=GROUPS, covariance=covariance, kappa=KAPPA)
    return found, A @ np.linalg.inv(np.eye(C) + KAPPA * covariance.matrix @ A), covariance.matrix


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
