"""A study of searches: addressable, resumable, and what is solved is."""

import numpy as np
import pytest
import xarray as xr

from simulate.perceptron import Searches
from simulate.perceptron.success import searched, success

SETTINGS = Searches(N=51, alpha=(0.2, 0.9), replicates=3, sweeps=60, distance=0.1)


@pytest.fixture(scope="module")
def whole() -> xr.Dataset:
    return success(SETTINGS)


def test_what_was_begun_goes_on_to_the_same_numbers(whole):
    parts: list[xr.Dataset] = []
    success(SETTINGS, kept=lambda record: parts.append(record.copy(deep=True)))
    assert len(parts) == 6
    assert np.isnan(parts[2].errors.values).sum() == 9
    done: list[int] = []
    again = success(SETTINGS, begun=parts[2], progress=done.append)
    xr.testing.assert_identical(again, whole)
    assert sum(done) == SETTINGS.work


def test_a_search_is_the_same_alone(whole):
    found, around = searched(SETTINGS, algorithm="replicated", alpha=0.2, replicate=1)
    cell = whole.sel(algorithm="replicated", alpha=0.2, replicate=1)
    assert float(cell.errors) == found.errors
    assert float(cell.local_entropy) == around


def test_few_patterns_are_solved_and_too_many_are_not(whole):
    assert (whole.errors.sel(alpha=0.2) == 0).all()
    solved = whole.errors == 0
    assert (np.isfinite(whole.local_entropy) <= solved).all()
    assert (whole.errors.sel(alpha=0.9).mean("replicate") > 0).all()
