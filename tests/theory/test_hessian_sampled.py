"""Outliers given the outputs against sampled spectra."""

import numpy as np
import pytest

from tests.support.draws.sampling import blocks, logit_gradients, means, outputs
from tests.support.draws.sampling import hessian as sampled_hessian
from theory import hessian

SIGMAS = [0.5, 1.0, 2.0, 4.0]


def first_order_std(p, c, *, sigma_E, groups=None):
    """Standard deviation of each outlier at fixed means, at first order in the noise.

    A unit eigenvector v of the means' part moves by ``(2/N) Σ (c v)ᵀ A_μ E_μ v``, of variance
    ``4 (σ_E²/(N² D)) Σ |A_μ c v|²``.
    """
    N, C = p.shape
    D = c.shape[1]
    basis, _ = np.linalg.qr(c.T)
    mean = c @ basis
    mean = (
        np.broadcast_to(mean, (N, *mean.shape))
        if groups is None
        else mean.reshape(C, C, -1)[groups]
    )
    A = blocks(p)
    values, vectors = np.linalg.eigh(np.einsum("mki,mkl,mlj->ij", mean, A, mean, optimize=True) / N)
    keep = vectors[:, values > 1e-12 * values[-1]][:, ::-1]
    pulled = np.matmul(A, mean @ keep)
    return 2 * sigma_E / N * np.sqrt(np.sum(pulled**2, axis=(0, 1)) / D)


def theory(p, c, sigma_E, D):
    return hessian.outliers(p, Gamma=c @ c.T, sigma_E=sigma_E, D=D)


WRONG = {
    "population scale per logit, not per example": lambda p, c, sigma_E, D: hessian.outliers(
        p, Gamma=c @ c.T, sigma_E=sigma_E / np.sqrt(p.shape[1]), D=D
    ),
    "half the dimension": lambda p, c, sigma_E, D: hessian.outliers(
        p, Gamma=c @ c.T, sigma_E=sigma_E, D=D // 2
    ),
    "no noise": lambda p, c, sigma_E, D: hessian.outliers(p, Gamma=c @ c.T, sigma_E=0, D=D),
    "expected Gram in place of the draw's": lambda p, c, sigma_E, D: hessian.outliers(
        p, Gamma=np.eye(len(c)), sigma_E=sigma_E, D=D
    ),
}


@pytest.fixture(scope="module")
def fort_ganguli_draws():
    """(sampled/predicted - 1, its first-order standard deviation) at N=300, C=10, D=1000."""
    results = {name: [] for name in ["theory", *WRONG]}
    spreads = []
    for sigma_z in SIGMAS:
        for seed in range(3):
            rng = np.random.default_rng([seed, int(10 * sigma_z)])
            p = outputs(rng, N=300, C=10, sigma_z=sigma_z)
            c = means(rng, R=10, D=1000)
            J = logit_gradients(rng, c, sigma_E=0.7, N=300)
            sampled = np.linalg.eigvalsh(sampled_hessian(J, p))[::-1][:9]
            for name, predict in [("theory", theory), *WRONG.items()]:
                results[name].append(sampled / predict(p, c, 0.7, 1000) - 1)
            spreads.append(first_order_std(p, c, sigma_E=0.7) / sampled)
    return {name: np.array(x) for name, x in results.items()}, np.array(spreads)


def test_outliers_given_the_gram_of_a_draw(fort_ganguli_draws):
    """Nine outliers at σ_z = 0.5, 1, 2, 4: their stated size is 0.2 to 0.6 % each."""
    errors, spread = fort_ganguli_draws
    error = np.abs(errors["theory"])
    assert error.reshape(len(SIGMAS), -1).mean(axis=1).max() < 0.006
    assert error.max() < 0.025
    assert np.all(error < 5 * spread + 0.001)


def bias_z(error, spread):
    """Mean error in its standard errors."""
    weight = spread.ravel() ** -2
    mean = (error.ravel() * weight).sum() / weight.sum()
    return mean * np.sqrt(weight.sum())


def test_outliers_are_unbiased_and_neighbouring_formulas_are_not(fort_ganguli_draws):
    errors, spread = fort_ganguli_draws
    assert abs(bias_z(errors["theory"], spread)) < 4
    assert abs(np.std(errors["theory"] / spread) - 1) < 0.25
    for name in WRONG:
        assert abs(bias_z(errors[name], spread)) > 6 or np.abs(errors[name]).mean() > 0.02, name


@pytest.fixture(scope="module")
def strong_noise_draws():
    """Noise draws at fixed means where the noise moves the outliers by a tenth and more."""
    rng = np.random.default_rng(5)
    p, c = outputs(rng, N=60, C=5, sigma_z=1.5), means(rng, R=5, D=240)
    values = []
    for _ in range(60):
        J = logit_gradients(rng, c, sigma_E=2.0, N=60)
        values.append(np.linalg.eigvalsh(sampled_hessian(J, p))[::-1][:4])
    return p, c, np.array(values)


def test_strong_noise(strong_noise_draws):
    """Within z = 4 and a bias of 1 %, of order 1/D + 1/N, of the mean; wrong ones are not."""
    p, c, values = strong_noise_draws
    error = values.std(axis=0, ddof=1) / np.sqrt(len(values))
    mean = values.mean(axis=0)
    assert np.all(np.abs(mean - theory(p, c, 2.0, 240)) < 4 * error + 0.01 * mean)
    for name, wrong in WRONG.items():
        predicted = wrong(p, c, 2.0, 240)
        assert len(predicted) < 4 or np.any(np.abs(mean - predicted) > 4 * error + 0.01 * mean), (
            name
        )


@pytest.fixture(scope="module")
def cluster_draws():
    """Cluster level: C² means of unequal length, unequal groups."""
    rng = np.random.default_rng(6)
    N, C, D = 90, 4, 300
    groups = rng.choice(C, size=N, p=[0.4, 0.3, 0.2, 0.1])
    p = outputs(rng, N=N, C=C, sigma_z=1.5)
    c = means(rng, R=C * C, D=D) * rng.uniform(0.6, 1.6, (C * C, 1))
    values = []
    for _ in range(40):
        J = logit_gradients(rng, c, sigma_E=0.4, N=N, groups=groups)
        values.append(np.linalg.eigvalsh(sampled_hessian(J, p))[::-1])
    return p, c, groups, np.array(values)


def test_cluster_level(cluster_draws):
    p, c, groups, values = cluster_draws
    C = p.shape[1]
    Gamma = c @ c.T
    found = hessian.outliers(p, Gamma=Gamma, sigma_E=0.4, D=300, groups=groups)
    assert C - 1 < len(found) <= C * (C - 1)
    edge = hessian.edges(p, sigma_E=0.4, D=300)[-1, 1]
    gone = values[:, len(found)]  # the largest that theory puts inside the bulk
    assert gone.mean() < 1.1 * edge
    clear = found > 2 * edge
    sampled = values[:, : len(found)][:, clear]
    error = sampled.std(axis=0, ddof=1) / np.sqrt(len(values))
    assert np.all(np.abs(sampled.mean(axis=0) - found[clear]) < 4 * error + 0.003 * found[clear])
    transposed = Gamma.reshape(C, C, C, C).transpose(1, 0, 3, 2).reshape(C * C, C * C)
    wrong = hessian.outliers(p, Gamma=transposed, sigma_E=0.4, D=300, groups=groups)
    assert np.abs(wrong[:6] / found[:6] - 1).max() > 0.05


def test_cluster_level_first_order_spread(cluster_draws):
    p, c, groups, values = cluster_draws
    spread = first_order_std(p, c, sigma_E=0.4, groups=groups)[:4]
    ratio = values[:, :4].std(axis=0, ddof=1) / spread
    assert np.all(np.abs(ratio - 1) < 4 / np.sqrt(2 * len(values)))
