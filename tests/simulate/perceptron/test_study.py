"""A swept search is one of success, by its seed."""

import numpy as np
import pytest
import xarray as xr

from simulate.perceptron import Searches
from simulate.perceptron.study import search_study
from simulate.perceptron.success import success
from simulate.studies.sweep import sweep
from tests.support.studies.studies import bits
from theory import InputError

SMALL = {
    "observables": ["solved", "errors", "sweeps", "local_entropy"],
    "seed": 1,
    "replicates": 2,
    "search": {"N": 51, "sweeps": 60, "distance": 0.1},
    "grid": {"alpha": [0.2, 0.9], "algorithm": ["replicated", "annealing"]},
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    path = tmp_path_factory.mktemp("searches") / "s.zarr"
    assert sweep(search_study(SMALL), path)["done"] == 8
    return path


def test_a_cell_is_the_search_of_its_seed(whole):
    held = xr.open_zarr(whole).load()
    for alpha in (0.2, 0.9):
        one = held.sel(alpha=alpha, algorithm="replicated").isel(replicate=1)
        asked = Searches(
            N=51, alpha=(alpha,), algorithms=("replicated",), replicates=1, sweeps=60,
            distance=0.1, seed=int(one.sampled_seed),
        )  # fmt: skip
        alone = success(asked).squeeze()
        for name in ("errors", "sweeps", "local_entropy"):
            np.testing.assert_array_equal(one[f"sampled_{name}"], alone[name])
        assert bool(one.sampled_solved) == (int(alone.errors) == 0)
    assert (held.sampled_solved.sel(alpha=0.2) == 1).all()
    assert (held.sampled_solved.sel(alpha=0.9) == 0).all()


def test_more_loads_compute_only_the_new(whole, tmp_path):
    few = SMALL | {"grid": SMALL["grid"] | {"alpha": [0.9]}}
    sweep(search_study(few), tmp_path / "s.zarr")
    assert sweep(search_study(SMALL), tmp_path / "s.zarr")["computed"] == 4
    assert bits(tmp_path / "s.zarr") == bits(whole)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"grid": {"algorithm": ["annealing"]}}, "alpha must be set"),
        ({"grid": {"alpha": [0.2], "algorithm": ["hope"]}}, "algorithm must be one of focusing"),
        ({"grid": {"alpha": [0.2], "algorithm": [3]}}, "algorithm must be one of focusing.*got 3"),
        ({"search": {"N": 50}}, "N must be odd, got 50"),
        ({"search": {"load": 0.3}}, "parameter must be one of N, hidden, alpha"),
        ({"search": {"sweeps": 1.5}}, r"sweeps must be an integer, got 1\.5"),
        ({"seed": None}, "seed must be set where search is a source"),
        ({"sources": ["search"]}, "key must be one of search, observables"),
    ],
)
def test_bad_definitions_are_one_line(changes, message):
    with pytest.raises(InputError, match=message):
        search_study(SMALL | changes)
