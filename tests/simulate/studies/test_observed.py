"""The values of a cell are those of their packages."""

import numpy as np
import xarray as xr

from simulate.replicates import replicates
from tests.support.studies.studies import small
from theory import averages


def test_predictions_are_those_of_the_averages(whole):
    ds = xr.open_zarr(whole)
    params = small().params((0, 0))
    found = averages.outliers(params)
    np.testing.assert_array_equal(ds.predicted_outliers[0, 0, : len(found.mean)], found.mean)
    assert float(ds.predicted_gradient_share[0, 0]) == averages.power(params).mean


def test_a_draw_is_repeated_by_its_seed(whole):
    ds = xr.open_zarr(whole)
    cell = ds.isel(sigma_z=1, noise_ratio=2, replicate=1)
    again = replicates(small().params((1, 2)), seed=int(cell.sampled_seed), replicates=1)
    np.testing.assert_array_equal(cell.sampled_outliers, again.eigenvalues[0, :2])
    assert float(cell.sampled_lambda_max) == float(again.lambda_max[0])
    assert len(np.unique(ds.sampled_seed)) == ds.sampled_seed.size
