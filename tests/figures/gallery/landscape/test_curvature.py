"""Counts of eigenvalues of G, K and H, and the semicircle that the level takes for K."""

import numpy as np
import pytest

from figures.gallery.landscape.curvature import _semicircle

pytestmark = pytest.mark.slow


def test_counts_fall_and_G_has_no_negative_eigenvalues(fast):
    data = fast("curvature")
    for name in ("count", "predicted_count"):
        assert np.all(data[name].diff("size") <= 1e-9), name
        assert np.all(data[name].sel(term="G", side="negative") == 0), name
    D = data.weights
    assert np.all(data["count"].sum("side") <= D * (1 + 1e-9))


def test_G_gains_on_K_in_training(fast):
    data = fast("curvature")
    assert float(data.ratio[0]) > 3 * float(data.ratio[-1])


def test_K_reaches_beyond_the_semicircle(fast):
    """A matrix of independent entries would end at 1: real curvature is heavy-tailed."""
    assert np.all(fast("curvature").excess > 1.5)


def test_the_level_has_as_many_outliers_as_the_network_after_training(fast):
    data = fast("curvature").isel(epoch=-1).sel(term="G", side="positive")
    above = int(np.abs(data["size"].values - 0.2).argmin())
    assert abs(float(data["count"][above]) - float(data.predicted_count[above])) < 6


def test_the_semicircle_counts_eigenvalues_of_a_random_matrix():
    n = 300
    half = np.random.default_rng(0).standard_normal((n, n))
    eigenvalues = np.linalg.eigvalsh((half + half.T) / np.sqrt(2 * n))
    x = np.array([0.3, 1.0, 1.7])
    counted = (eigenvalues > x[:, None]).sum(axis=1)
    assert np.all(np.abs(counted - _semicircle(x, radius=2.0, D=n)) < 4)  # of order √ln n
    assert np.all(np.abs(counted - _semicircle(x, radius=2.4, D=n)) > 4)
