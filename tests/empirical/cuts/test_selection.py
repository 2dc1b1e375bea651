"""Criteria of made-up candidates."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from empirical.cuts.selection import gain


def made_up(steps, **criteria) -> xr.Dataset:
    columns = {"steps": steps} | criteria
    return xr.Dataset({name: ("candidate", np.asarray(c, float)) for name, c in columns.items()})


def test_gain_finds_the_criterion_that_tells_and_not_the_others():
    rng = np.random.default_rng(0)
    quality = rng.standard_normal(40)
    steps = np.where(quality < -1, np.inf, 100 * np.exp(-quality))
    noise = rng.permutation(40)
    found = gain(made_up(steps, convexity=quality, positive=noise, loss=quality))
    told, silent, reverse = (found.sel(criterion=c) for c in ("convexity", "positive", "loss"))
    assert told.faster_p < 1e-4
    assert told.chosen_steps < 0.6 * told.other_steps
    assert told.rank_correlation == pytest.approx(1, abs=0.01)
    assert silent.faster_p > 0.05
    assert reverse.faster_p == 1
    assert reverse.rank_correlation == pytest.approx(-told.rank_correlation)
    best = np.argsort(-quality)[:10]
    p = stats.mannwhitneyu(steps[best], np.delete(steps, best), alternative="less").pvalue
    assert float(told.faster_p) == pytest.approx(3 * p)


def test_p_values_of_a_criterion_that_means_nothing_are_not_small_too_often():
    rng = np.random.default_rng(1)
    small = 0
    for _ in range(200):
        columns = rng.standard_normal((3, 40))
        record = made_up(rng.permutation(40), **dict(zip(NAMES, columns, strict=True)))
        small += int((gain(record).faster_p < 0.05).any())
    assert small <= 20  # 5 % of 200 in expectation at most; 20 is 3 standard deviations above


NAMES = ("convexity", "positive", "loss")
