"""The model's spectrum in draws and in theory; outliers are C-1 whatever the means' lengths."""

import numpy as np
import pytest
import xarray as xr

from figures.gallery.settings import Gallery
from figures.gallery.spectra import spectrum
from theory import Params
from theory.levels import LEVELS

Z = 4.5
C, D = 5, 300


@pytest.fixture(scope="module")
def model():
    """Draws and theory for means of equal and of unequal lengths."""
    params = Params(N=100, C=C, D=D, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7)
    settings = Gallery(fast=True)
    found = [
        spectrum._model(params, ratio, draws=5, settings=settings)
        for ratio in spectrum.SPREAD.values()
    ]
    return xr.concat(found, dim=xr.Variable("lengths", list(spectrum.SPREAD)))


def test_outliers_are_one_fewer_than_classes_whatever_the_lengths(model):
    data = model
    assert data.sizes["outlier"] == C - 1
    for lengths in data.lengths.values:
        own = data.sel(lengths=lengths)
        edge = float(own.model_edges[1])
        values = own.model_eigenvalues.values
        assert np.all(values[:, C - 2] > 2 * edge)
        assert np.all(values[:, C - 1] < 1.1 * edge)  # Tracy and Widom's 4 to 5 deviations
        assert not bool(own.model_outliers.isnull().any())
    spread = data.model_outliers.sel(lengths="lengths spread fourfold")
    assert float(spread[0] / spread[-1]) > 4  # else the lengths would hardly differ


@pytest.mark.parametrize("lengths", ["equal lengths", "lengths spread fourfold"])
def test_draws_lie_on_theory(model, lengths):
    data = model.sel(lengths=lengths)
    count, draws = data.sizes["outlier"], data.sizes["draw"]
    mean = data.model_eigenvalues.values[:, :count].mean(axis=0)
    expected, std = data.model_outliers.values, data.model_outliers_std.values
    allowed = Z * std / np.sqrt(draws) + 2 * expected / D  # the next order, 1/D
    assert np.all(np.abs(mean - expected) < allowed)
    assert np.any(np.abs(mean - 1.1 * expected) > allowed)


def test_the_bulk_holds_as_many_eigenvalues_as_theory_says(model):
    data = model.sel(lengths="equal lengths")
    grid, counts = data.model_grid.values, data.model_counts.values
    values = data.model_eigenvalues.values[:, data.sizes["outlier"] :]
    below = np.r_[0, np.cumsum((counts[1:] + counts[:-1]) / 2 * np.diff(np.log(grid)))]
    for at in np.quantile(values, [0.1, 0.5, 0.9]):
        sampled = np.mean(values < at) * values.shape[1]
        assert float(np.interp(at, grid, below)) == pytest.approx(sampled, abs=4)


@pytest.mark.slow
def test_a_network_is_shown_at_every_level(fast):
    data = fast("spectrum")
    assert data.level.values.tolist() == list(LEVELS)
    assert data.sizes["epoch"] == 2
    top = data.predicted_outliers.isel(predicted_rank=0)
    measured = data.eigenvalues.isel(rank=0)
    assert float(np.abs(top / measured - 1).max()) < 0.5
    assert int(data.predicted_outliers.sel(level="FG").count("predicted_rank").max()) <= 9
