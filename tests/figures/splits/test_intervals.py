"""Intervals over splits cover what they say; levels are told apart by pairs."""

import numpy as np
import pytest
import xarray as xr

from figures.judge.thresholds import Thresholds
from figures.splits import intervals
from figures.splits.study import QUANTITIES, SOURCES

LIMITS = Thresholds()


def sizes(rows):
    """(split, source, quantity), the same in every quantity."""
    values = np.repeat(np.array(rows)[:, :, None], len(QUANTITIES), axis=2)
    return xr.DataArray(
        values,
        dims=("split", "source", "quantity"),
        coords={"source": list(SOURCES), "quantity": list(QUANTITIES)},
    )


def test_the_interval_covers_as_often_as_it_says():
    drawn = np.random.default_rng(0).standard_normal((5, 4000))
    found = intervals.mean(xr.DataArray(drawn, dims=("split", "draw")))
    covered = np.abs(found.sel(part="mean")) <= found.sel(part="half")
    error = np.sqrt(0.95 * 0.05 / 4000)
    assert abs(float(covered.mean()) - 0.95) < 4.5 * error
    normal = np.abs(found.sel(part="mean")) <= found.sel(part="half") * 1.96 / 2.776
    assert abs(float(normal.mean()) - 0.95) > 4.5 * error  # as if the deviation were known


def test_levels_are_told_apart_by_their_paired_difference():
    common = np.random.default_rng(1).uniform(0.1, 0.9, (5, 1))
    better = common + np.array([[0, -0.02, -0.02, -0.02, 0]])
    better[:, 2] += np.array([0.01, -0.01, 0.02, -0.02, 0.0])
    found = intervals.steps(sizes(better), quantity="outliers")
    assert [each.level for each in found] == ["cluster", "weighted", "anisotropic"]
    assert found[0].change == pytest.approx(-0.02)
    assert [each.told_apart for each in found] == [True, False, False]


def test_the_first_level_that_is_good_enough():
    rows = [[0.3, 0.2, 0.04, 0.01, 0.1 + 0.001 * i] for i in range(5)]
    own = sizes(rows)
    assert intervals.first(own, quantity="outliers", thresholds=LIMITS) == "weighted"
    own.loc[{"source": "weighted"}] = 0.09
    of_weighted = {"level": "weighted", "quantity": "outliers", "thresholds": LIMITS}
    assert intervals.verdict(own, **of_weighted) == "within what two samples differ by"
    own.loc[{"source": ["weighted", "anisotropic"]}] = 0.15
    assert intervals.verdict(own, **of_weighted) == "fails"
    assert intervals.first(own, quantity="outliers", thresholds=LIMITS) is None
    assert intervals.limit("bottom", LIMITS) == LIMITS.worst
