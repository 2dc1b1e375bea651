"""The report on levels over splits, and its picture, of sizes that are made up."""

import numpy as np
import pytest
import xarray as xr

from figures.judge.errors import OTHER
from figures.judge.thresholds import Thresholds
from figures.pictures import style
from figures.splits import picture, report
from figures.splits.study import QUANTITIES, SOURCES

LIMITS = Thresholds()


@pytest.fixture(scope="module")
def found():
    """Two networks, the second with one epoch less; FG off by 20 %, the others by 2 %."""
    size = np.full((2, 4, 2, len(SOURCES), len(QUANTITIES)), 0.02)
    size[:, :, :, 0] = 0.2
    size += 0.001 * np.arange(4)[:, None, None, None]
    size[1, :, 1] = np.nan
    dims = ("network", "split", "epoch", "source", "quantity")
    return xr.Dataset(
        {"size": (dims, size)},
        coords={
            "network": ["relu", "wine"],
            "epoch": [0.0, 1.0],
            "source": list(SOURCES),
            "quantity": list(QUANTITIES),
        },
    )


def rows(table):
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]


def test_which_level_is_first_good_enough(found):
    told = rows(report.enough(found, thresholds=LIMITS))
    assert [row[:2] for row in told] == [
        ["ReLU, digits", "0"],
        ["ReLU, digits", "1"],
        ["ReLU, wine", "0"],
    ]
    assert all(cell == "cluster" for row in told for cell in row[2:])
    strict = Thresholds(outliers=0.001)
    assert {row[2] for row in rows(report.enough(found, thresholds=strict))} == {"(cluster)"}
    assert report.failures(found, thresholds=LIMITS) == "Nowhere."


def test_where_the_best_level_fails(found):
    other = found.copy(deep=True)
    own = {"quantity": "bulk", "source": [name for name in SOURCES if name != OTHER]}
    other["size"].loc[own] += 0.3
    told = report.failures(other, thresholds=LIMITS).splitlines()
    assert len(told) == 3
    assert told[0].startswith("- ReLU, digits, epoch 0: bulk (cluster 32.1%, two samples 2.1%)")


def test_what_each_level_changes(found):
    told = rows(report.changes(found))
    assert told[0][:3] == ["ReLU, digits", "0", "outliers, mean"]
    assert told[0][3].startswith("**-18")
    assert not any(cell.startswith("**") for row in told for cell in row[4:])


def test_numbers_are_means_with_half_intervals(found):
    told = report.numbers(found, thresholds=LIMITS)
    assert [len(told[name]) for name in ("relu", "wine")] == [2, 1]
    mean, half = told["relu"][0]["share"]["FG"]
    assert mean == pytest.approx(0.2015)
    assert half == pytest.approx(3.182 * np.std([0, 1e-3, 2e-3, 3e-3], ddof=1) / 2, rel=1e-3)
    assert told["wine"][0]["share"]["first"] == "cluster"


def test_the_whole_report(found):
    made_by = {"package": "fort-ganguli", "version": "0", "created": "now", "command": "levels"}
    text = report.text(found, thresholds=LIMITS, made_by=made_by)
    for heading in ("simplest level", "best level fails", "each level changes", "ReLU, wine"):
        assert heading in text


def test_the_picture_has_a_panel_for_each_network(found):
    shown = picture.compute(found)
    with style.panels(2) as (figure, axes):
        picture.draw(shown, axes)
        figure.draw_without_rendering()
        assert [ax.get_title() for ax in axes] == ["ReLU, digits", "ReLU, wine"]
        assert len(axes[0].containers) == len(SOURCES)
