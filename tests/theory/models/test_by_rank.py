"""All eigenvalues by rank: as many as the rank, of the bulk's quantiles, if a bulk is left."""

from __future__ import annotations

import numpy as np
import pytest

from simulate import hessian as sampler
from tests.support.draws.sampling import means, outputs
from theory import stream
from theory.checks import InputError
from theory.models import Isotropic, Separable, by_rank


def test_many_eigenvalues_are_those_of_the_quantiles():
    """Interpolated, with a gap in the support and without, to 1e-6 of the largest."""
    rng = np.random.default_rng(0)
    for N, width, weights in ((1000, 1.0, 5000), (1500, 8.0, 4500)):
        law = Isotropic(outputs(rng, N=N, C=4, sigma_z=width), sigma_E=1.0, D=weights).law
        rank = min(1.0, 1 / law.ratio)
        above = rank * (np.arange(4500 - 1500) + 0.5) / 3000
        exact = law.quantile(1 - above)
        np.testing.assert_allclose(
            by_rank.quantiles(law, above), exact, rtol=0, atol=1e-6 * exact[0]
        )


def test_eigenvalues_are_as_many_as_the_rank():
    """49 outliers of rank 210: the bulk is within a tenth in the mean, twice that without rows."""
    N, C, D = 30, 8, 400
    rng = np.random.default_rng(0)
    p, labels = outputs(rng, N=N, C=C, sigma_z=1.0), rng.integers(C, size=N)
    c, T = means(rng, R=C * C, D=D, sigma_c=2.0), np.arange(1, D + 1.0) ** -0.5
    noise = {"means": c, "sigma_E": 0.5, "T": T, "groups": labels}
    model, r = Separable(p, **noise), p - np.eye(C)[labels]
    k = len(model.outliers)
    mean = np.mean(
        [
            sampler.spectrum(p, r, rng=stream(0, "rank", i), D=D, **noise).eigenvalues
            for i in range(20)
        ],
        axis=0,
    )
    assert abs(len(model.eigenvalues) - N * (C - 1)) <= 1
    n = min(len(model.eigenvalues), len(mean))
    off = np.abs(model.eigenvalues[k:n] - mean[k:n]).mean() / mean[k:n].mean()
    assert off < 0.1


def test_no_bulk_left():
    """Every dimension is an outlier's; noise that is the same for all logits is not in G."""
    p = outputs(np.random.default_rng(0), N=20, C=4, sigma_z=1.0)
    model = Separable(p, means=3 * np.eye(4, 3), sigma_E=0.5, T=np.ones(3))
    np.testing.assert_array_equal(model.eigenvalues, model.outliers)
    with pytest.raises(InputError, match="K_C must not lie along"):
        _ = Separable(p, sigma_E=0.5, T=np.ones(3), K_C=np.ones((4, 4))).law
