"""The spiked edge against the tridiagonal form of a spiked GOE matrix, and its limits."""

import numpy as np
import pytest
from scipy.linalg import eigvalsh_tridiagonal

from theory.spread import spiked_edge, tracy_widom

MANY = 10**7  # columns: the Gaussian limit


def drawn(w, k):
    still = np.zeros((spiked_edge.DRAWS, k, k))
    return spiked_edge.draw(np.full(k, float(w)), still, D=MANY)


def moments(w, k):
    found = drawn(w, k)
    return found.moments(found.values[:, :k])


@pytest.fixture(scope="module")
def tridiagonal():
    """Largest eigenvalue of 400 GOE matrices of 1000 dimensions with one spike, by its strength.

    A spike θ moves the corner of the tridiagonal form; θ + 1/θ - 2 is w² in these units.
    """
    n, block, draws = 1000, 200, 400
    rng, found = np.random.default_rng(5), {}
    diagonal = np.sqrt(2) * rng.standard_normal((draws, block))
    beside = np.sqrt(rng.chisquare(n - np.arange(1.0, block), (draws, block - 1)))
    for w in (-2.0, 0.0, 2.0):
        square = w**2 * n ** (-2 / 3)
        theta = 1 + square / 2 + np.sign(w) * np.sqrt(square + square**2 / 4)
        values = []
        for d, e in zip(diagonal, beside, strict=True):
            top = np.r_[d[0] + theta * np.sqrt(n), d[1:]]
            values.append(
                eigvalsh_tridiagonal(top, e, select="i", select_range=(block - 1, block - 1))[0]
            )
        found[w] = (np.array(values) - 2 * np.sqrt(n - 0.5)) * (n - 0.5) ** (1 / 6)
    return found


@pytest.mark.parametrize("w", [-2.0, 0.0, 2.0])
def test_one_spike(tridiagonal, w):
    """Mean within z = 4 of both samples and n^{-1/3}; a spike 0.7 further off is refused."""
    values, (mean, std) = tridiagonal[w], moments(w, 1)
    error = np.hypot(values.std() / 20, std[0] / np.sqrt(spiked_edge.DRAWS))
    assert mean[0] == pytest.approx(values.mean(), abs=4 * error + 0.1)
    assert std[0] == pytest.approx(values.std(), rel=4 / np.sqrt(2 * 400))
    if w >= 0:
        assert abs(moments(w + 0.7, 1)[0][0] - values.mean()) > 4 * error + 0.1
    else:
        assert abs(tracy_widom.MEAN - values.mean()) > 4 * values.std() / 20


@pytest.mark.parametrize("k", [1, 4])
def test_far_below_means_move_the_edge(k):
    """Tracy-Widom, k/|w| higher: the next order is k²/(4w⁴) and 1/w²."""
    mean, std = moments(-25.0, k)
    assert mean[0] - tracy_widom.MEAN == pytest.approx(k / 25, rel=0.15)
    assert std[0] == pytest.approx(tracy_widom.STD, rel=0.03)


@pytest.mark.parametrize("k", [1, 3])
def test_far_above_spikes_split_as_the_goe(k):
    """At w² they have the mean w² in all and variances 2w off, 4w on the diagonal."""
    w = 40.0
    found = drawn(w, k)
    total = found.values[:, :k].sum(axis=1)
    error = 2 * np.sqrt(w * k / spiked_edge.DRAWS)
    assert total.mean() == pytest.approx(k * w**2, abs=4 * error)
    assert total.std() == pytest.approx(2 * np.sqrt(w * k), rel=4 / np.sqrt(2 * spiked_edge.DRAWS))
    assert found.overlap[:, :k].mean() == pytest.approx(2 * w, rel=0.02)


def test_few_columns_are_a_wishart_matrix():
    """With three columns the k = 3 deviations far above are those of W - I, not the GOE's."""
    w, k, D = 40.0, 3, 3
    still = np.zeros((spiked_edge.DRAWS, k, k))
    found = spiked_edge.draw(np.full(k, w), still, D=D).values[:, :k]
    b = np.sqrt(2 * w * D)  # of variance 4w = 2b²/D on the diagonal
    rng = np.random.default_rng(0)
    X = rng.standard_normal((4000, k, D))
    expected = np.linalg.eigvalsh(X @ X.transpose(0, 2, 1) / D - np.eye(k))[:, ::-1] * b
    error = found.std(axis=0) / np.sqrt(spiked_edge.DRAWS)
    np.testing.assert_array_less(
        np.abs(found.mean(axis=0) - w**2 - expected.mean(axis=0)), 4 * error + 0.05 * b
    )
    gaussian = drawn(w, k).values[:, :k].mean(axis=0)
    assert np.any(np.abs(gaussian - w**2 - expected.mean(axis=0)) > 8 * error)
