"""Rank correlations of weighted pairs against scipy's of repeated ones."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from figures.judge.bootstrap import percentiles, weighted_spearman


def test_weights_repeat_pairs_with_ties():
    rng = np.random.default_rng(1)
    x, y = rng.integers(0, 4, (2, 30)).astype(float)
    weights = rng.integers(0, 3, (8, 30)).astype(float)
    found = weighted_spearman(x, y, weights)
    for own, w in zip(found, weights.astype(int), strict=True):
        assert own == pytest.approx(spearmanr(np.repeat(x, w), np.repeat(y, w))[0])
    assert np.isnan(weighted_spearman(x, np.ones(30), weights)).all()


def test_pairs_of_their_own_for_each_weighting():
    rng = np.random.default_rng(2)
    x, y = rng.integers(0, 4, (2, 8, 30)).astype(float)
    weights = rng.integers(0, 3, (8, 30)).astype(float)
    found = weighted_spearman(x, y, weights)
    for i in range(8):
        assert found[i] == weighted_spearman(x[i], y[i], weights[i : i + 1])[0]


def test_an_interval_leaves_out_what_is_not_known():
    assert percentiles(np.r_[np.linspace(0, 1, 41), np.nan]) == pytest.approx((0.025, 0.975))
