"""Outliers split in common, few and many."""

import numpy as np
import pytest
from scipy.special import softmax

from theory import Params, averages


@pytest.mark.parametrize(("sigma_z", "D"), [(1.0, 20_000), (4.0, 10**7)])
def test_sampled_matrices(sigma_z, D):
    """Within 0.7 spreads of 30 sampled spectra, whose own spread is the predicted to a third."""
    C, N = 100, 3000
    params = Params(N=N, C=C, D=D, sigma_z=sigma_z, sigma_c=1.0, sigma_E=0.0)
    rng, values = np.random.default_rng(1), []
    for _ in range(30):
        p = softmax(sigma_z * rng.standard_normal((N, C)), axis=1)
        T = np.diag(p.mean(axis=0)) - p.T @ p / N
        L = np.tril(rng.standard_normal((C, C)), -1)
        L[np.arange(C), np.arange(C)] = np.sqrt(rng.chisquare(D - np.arange(C)))
        values.append(np.linalg.eigvalsh(L.T @ T @ L / D)[:0:-1])
    mean, std = np.mean(values, axis=0), np.std(values, axis=0)
    found = averages.outliers(params)
    assert np.all(np.abs(found.mean - mean) < 0.7 * found.std + 3 * std / np.sqrt(30))
    assert np.median(std / found.std) == pytest.approx(1, abs=0.2)
    common = np.full(C - 1, found.mean.mean())
    assert np.abs(common - mean).max() > 5 * std.max()
    fewer = averages.outliers(Params(N=N, C=C, D=D, sigma_z=sigma_z / 2, sigma_c=1.0, sigma_E=0.0))
    assert np.median(np.abs(fewer.mean - mean) / std) > 3


def test_both_ways_agree_where_they_meet():
    """64 outliers by averaged matrices, 65 by their limit: the shapes differ by at most 0.3 %."""
    drawn, limit = (
        averages.outliers(Params(N=20_000, C=C, D=10**5, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7))
        for C in (65, 66)
    )
    assert len(drawn.mean) == 64
    inner = limit.mean[1:] * 66 / 65
    np.testing.assert_allclose(drawn.mean, inner, rtol=5e-3)
    np.testing.assert_allclose(np.median(drawn.std / limit.std[1:]), 1, atol=0.25)


def test_vocabulary_of_a_language_model():
    """C = 50,257, N = 10⁶, D = 10⁹: no C × C matrix would fit, and all of it is finite."""
    params = Params(N=10**6, C=50_257, D=10**9, sigma_z=3.0, sigma_c=1.0, sigma_E=0.7)
    found, share = averages.outliers(params), averages.power(params)
    edges, size = averages.edges(params), averages.frobenius(params)
    assert found.mean.shape == (50_256,)
    assert np.all(np.diff(found.mean) < 0)
    assert np.all(found.std > 0)
    assert found.mean[-1] > edges[0, 1] > edges[0, 0] > 0
    total = found.mean.sum() + 0.49 * (1 - averages.participation(params))
    assert total == pytest.approx(averages.trace(params), rel=0.01)
    assert size > np.linalg.norm(found.mean) * 0.99
    assert share.mean == pytest.approx(1 / 1.49, abs=0.01)
