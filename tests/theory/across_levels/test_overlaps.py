"""Overlaps of G's outlier eigenvectors with the directions of the means, against sampling."""

import numpy as np
import pytest
from scipy.sparse.linalg import eigsh

from tests.support.draws.sampling import blocks, hessian, logit_gradients, means, outputs
from theory import hessian as theory_hessian
from theory.across_levels import overlaps


def population_frame(p, c, groups=None):
    """Unit eigenvectors of G without noise, (D, rank), by descending eigenvalue."""
    N, C = p.shape
    basis = np.linalg.qr(c.T)[0]
    mean = c @ basis
    rows = (
        np.broadcast_to(mean, (N, *mean.shape))
        if groups is None
        else mean.reshape(C, C, -1)[groups]
    )
    clean = np.einsum("mki,mkl,mlj->ij", rows, blocks(p), rows, optimize=True)
    return basis @ np.linalg.eigh(clean)[1][:, ::-1]


def sampled_overlaps(rng, p, c, *, sigma_E, k, draws, groups=None):
    frame = population_frame(p, c, groups)
    out = []
    for _ in range(draws):
        J = logit_gradients(rng, c, sigma_E=sigma_E, N=len(p), groups=groups)
        values, vectors = eigsh(hessian(J, p), k)
        out.append((vectors[:, np.argsort(values)[::-1]].T @ frame) ** 2)
    return np.array(out)


@pytest.mark.parametrize("sigma_E", [1.0, 4.0])
def test_unequal_means_against_sampling(sigma_E):
    """Strong noise turns the eigenvectors inside the span too: e_j is not f_j."""
    rng = np.random.default_rng(0)
    p = outputs(rng, N=60, C=4, sigma_z=1.5)
    c = means(rng, R=4, D=300) * np.array([[1.0], [1.8], [2.6], [4.0]])
    options = {"Gamma": c @ c.T, "sigma_E": sigma_E, "D": 300}
    found, inside = overlaps.population(p, **options), overlaps.span(p, **options)
    k = len(inside)
    assert k == len(theory_hessian.outliers(p, **options))
    np.testing.assert_allclose(found.sum(axis=1), inside, rtol=1e-12)
    sample = sampled_overlaps(rng, p, c, sigma_E=sigma_E, k=k, draws=40)
    mean, error = sample.mean(axis=0), sample.std(axis=0, ddof=1) / np.sqrt(len(sample))
    assert np.all(np.abs(mean - found) < 4 * error + 0.02)
    total = sample.sum(axis=2)
    error = total.std(axis=0, ddof=1) / np.sqrt(len(total))
    tolerance = 4 * error + 0.03 * (1 - inside)
    assert np.all(np.abs(total.mean(axis=0) - inside) < tolerance)
    other = overlaps.span(p, **options | {"sigma_E": 1.2 * sigma_E})
    assert len(other) < k or np.any(np.abs(total.mean(axis=0) - other) > tolerance)


def test_cluster_level():
    rng = np.random.default_rng(1)
    N, C, D = 60, 3, 300
    p, groups = outputs(rng, N=N, C=C, sigma_z=1.0), np.arange(N) % C
    c = means(rng, R=C * C, D=D) * rng.uniform(0.8, 2.0, (C * C, 1))
    found = overlaps.span(p, Gamma=c @ c.T, sigma_E=0.7, D=D, groups=groups)
    sample = sampled_overlaps(rng, p, c, sigma_E=0.7, k=len(found), draws=30, groups=groups)
    total = sample.sum(axis=2)
    error = total.std(axis=0, ddof=1) / np.sqrt(len(total))
    assert np.all(np.abs(total.mean(axis=0) - found) < 4 * error + 0.01)


def test_two_classes_of_equal_outputs_are_the_rectangular_spike():
    """One row √(1/2N) (w + e) for each example: a spike of θ² = N|w|²/σ_E² on N × D noise.

    Its right singular vector has the overlap ``1 - (c + θ²)/(θ² (θ² + 1))``, c = N/D
    (Benaych-Georges and Nadakuditi 2012, section 3.1); of what is left 2/D is in the means' span.
    """
    N, D, sigma_E = 40, 1000, 3.0
    found = overlaps.span(np.full((N, 2), 0.5), Gamma=np.eye(2), sigma_E=sigma_E, D=D)
    theta2, c = N / sigma_E**2, N / D
    lost = (c + theta2) / (theta2 * (theta2 + 1))
    np.testing.assert_allclose(found, [1 - lost + 2 * lost / D], rtol=1e-12)


def test_without_noise_the_eigenvectors_are_the_population_ones():
    rng = np.random.default_rng(2)
    p, c = outputs(rng, N=30, C=5, sigma_z=1.0), means(rng, R=5, D=50)
    found = overlaps.population(p, Gamma=c @ c.T, sigma_E=0.0, D=50)
    np.testing.assert_allclose(found, np.eye(5)[:4], atol=1e-9)


def test_overlap_vanishes_at_the_threshold():
    p = np.full((60, 3), 1 / 3)
    strong = overlaps.span(p, Gamma=np.eye(3), sigma_E=1.0, D=500)
    weak = overlaps.span(p, Gamma=0.0112 * np.eye(3), sigma_E=1.0, D=500)
    assert strong[0] > 0.95
    assert len(weak) == 0 or weak[0] < 0.5
