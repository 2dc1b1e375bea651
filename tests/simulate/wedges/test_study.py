"""Swept cuts follow the law of the nearest plane, and are those of search."""

import numpy as np
import pytest
import xarray as xr

from simulate.studies.sweep import sweep
from simulate.wedges import search
from simulate.wedges.study import cut_study
from theory import InputError
from theory.wedges import Nearest, cuts

SMALL = {
    "sources": ["theory", "simulation"],
    "observables": ["met_nearest", "met", "loss"],
    "seed": 1,
    "replicates": 150,
    "cuts": {"D": 60, "codimension": 10, "share": 0.5},
    "grid": {"dimension": [4, 7, 10]},
}


@pytest.fixture(scope="module")
def held(tmp_path_factory) -> xr.Dataset:
    path = tmp_path_factory.mktemp("cuts") / "s.zarr"
    sweep(cut_study(SMALL), path)
    return xr.open_zarr(path).load()


def test_samples_follow_the_law(held):
    predicted = held.predicted_met_nearest.values
    tolerance = 0.5 * Nearest(60, 50).quantile(0.5)
    np.testing.assert_array_equal(
        predicted, cuts.nearest_plane([4, 7, 10], D=60, n=50, tolerance=tolerance)
    )
    found = held.sampled_met_nearest.mean("replicate").values
    error = 4 * np.sqrt(predicted * (1 - predicted) / 150) + 0.01  # the law is good to 0.01
    assert (np.abs(found - predicted) <= error).all()
    other = cuts.nearest_plane([4, 7, 10], D=60, n=50, tolerance=2 * tolerance)
    assert (np.abs(found - other) > error).any()
    assert (held.sampled_met >= held.sampled_met_nearest).all()
    assert (held.sampled_met.sel(dimension=10) == 1).all()  # of as many dimensions as planes lack


def test_bounds_are_those_of_theory(tmp_path):
    """Above Gordon's threshold a plane is met, below the least loss nothing is."""
    names = ["met_bound", "least_loss", "threshold_dimension", "escape_dimension", "met_nearest"]
    sweep(cut_study(SMALL | {"sources": ["theory"], "observables": names}), tmp_path / "s.zarr")
    ds = xr.open_zarr(tmp_path / "s.zarr").load()
    assert (ds.predicted_met_bound >= ds.predicted_met_nearest).all()
    assert (np.diff(ds.predicted_least_loss) < 0).all()
    assert float(ds.predicted_least_loss.sel(dimension=10)) == 0
    tolerance = 0.5 * Nearest(60, 50).quantile(0.5)
    np.testing.assert_allclose(ds.predicted_threshold_dimension, 10 - tolerance**2)
    assert (ds.predicted_escape_dimension < 10).all()


def test_least_losses_bound_what_searches_find(held):
    least = [cuts.least_loss(d, D=60, n=50) for d in (4, 7, 10)]
    assert (held.sampled_loss.mean("replicate").values >= least).all()


def test_a_cell_is_the_cut_of_its_seed(held):
    one = held.sel(dimension=7).isel(replicate=3)
    alone = search.success(D=60, n=50, dimensions=[7], cuts=1, seed=int(one.sampled_seed))
    assert float(one.sampled_loss) == float(alone.loss.item())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cuts": {"D": 60, "codimension": 10}}, "share must be set"),
        ({"cuts": {"D": 10**12, "codimension": 10, "share": 0.5}}, "D must be at most 100000000"),
        ({"grid": {"dimension": [61]}}, "dimension must be at most 60, got 61"),
        ({"cuts": {"D": 60, "codimension": 60, "share": 0.5}}, "codimension must be at most 59"),
        ({"grid": {"dimension": [1], "radius": [1.0]}}, "parameter must be one of D, codimension"),
        ({"sources": ["theory"]}, "observables of theory must be one of .* met_nearest, thr"),
    ],
)
def test_bad_definitions_are_one_line(changes, message):
    with pytest.raises(InputError, match=message):
        cut_study(SMALL | changes)
