"""Rank correlations and their intervals against scipy and against what is known."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from scipy.stats import spearmanr

from figures.boundary import correlations
from figures.boundary.correlations import rank
from figures.boundary.study import DIMS


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(correlations, "RESAMPLED", 200)


def array(values):
    return xr.DataArray(values, dims=DIMS)


def drawn(sets=6, starts=3, seeds=5, *, of_sets=1.0, of_networks=1.0, seed=0):
    """Two quantities that share what a set has and what a network has, and have noise besides."""
    rng = np.random.default_rng(seed)
    shared = 10 * of_sets * rng.standard_normal((sets, 1, 1))
    shared = shared + of_networks * rng.standard_normal((sets, starts, seeds))
    return [array(shared + rng.standard_normal(shared.shape)) for _ in range(2)]


def test_values_among_all_sets_and_within_them():
    x, y = drawn()
    a, b = x.values, y.values
    assert rank(x, y, among="all").value == pytest.approx(spearmanr(a.ravel(), b.ravel())[0])
    means = [each.mean((1, 2)) for each in (a, b)]
    assert rank(x, y, among="sets").value == pytest.approx(spearmanr(*means)[0])
    within = [(v - m[:, None, None]).ravel() for v, m in zip((a, b), means, strict=True)]
    assert rank(x, y, among="within").value == pytest.approx(spearmanr(*within)[0])


def test_absent_networks_are_left_out():
    x, y = drawn()
    x[0, 0, 0], y[1, 2, 3], x[5] = np.nan, np.inf, np.nan
    kept = np.isfinite(x.values) & np.isfinite(y.values)
    expected = spearmanr(x.values[kept], y.values[kept])[0]
    assert rank(x, y, among="all").value == pytest.approx(expected)
    assert np.isfinite(rank(x, y, among="sets")).all()
    nothing = rank(xr.full_like(x, np.nan), y, among="all")
    assert np.isnan(nothing).all()


def test_sets_that_differ_make_the_wider_interval():
    found = rank(*drawn(of_networks=0.0), among="all")
    assert found.high_sets - found.low_sets > 1.5 * (found.high - found.low)
    assert found.low_sets < found.low < found.value < found.high


def test_intervals_hold_what_is_not_there_and_not_what_is():
    hit = 0
    for seed in range(40):
        found = rank(*drawn(3, 2, 8, of_sets=0, of_networks=0, seed=seed), among="all")
        hit += found.low <= 0 <= found.high
    assert hit >= 30  # of 38: percentile intervals of 8 seeds are somewhat narrow
    own = rank(*drawn(of_sets=0, of_networks=2.0), among="within")
    assert own.low > 0.4


def test_the_same_seed_gives_the_same_interval():
    x, y = drawn()
    assert rank(x, y, among="all") == rank(x, y, among="all")
    assert rank(x, y, among="all") != rank(x, y, among="all", seed=1)
