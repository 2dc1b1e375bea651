"""The values of a cell are those of their packages."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from simulate.replicates import replicates
from simulate.studies.sweep import sweep
from tests.support.studies.studies import SMALL, small
from theory import InputError, averages
from theory.averaged.threshold import spike_strength


def test_predictions_are_those_of_the_averages(whole):
    ds = xr.open_zarr(whole)
    params = small().params((0, 0))
    found = averages.outliers(params)
    np.testing.assert_array_equal(ds.predicted_outliers[0, 0, : len(found.mean)], found.mean)
    assert float(ds.predicted_gradient_share[0, 0]) == averages.power(params).mean


def test_outputs_are_those_of_theory_and_of_draws(tmp_path):
    """Entropy, confidence and participation: means over draws within their error."""
    names = ["entropy", "confidence", "participation", "trace", "trace_std", "critical_ratio"]
    fixed = {"N": 200, "C": 5, "D": 200, "sigma_c": 1.0, "sigma_E": 0.5}
    study = small(observables=names, replicates=8, parameters=fixed, grid={"sigma_z": [0.5, 2.0]})
    sweep(study, tmp_path / "s.zarr")
    ds = xr.open_zarr(tmp_path / "s.zarr").load()
    assert set(ds.predicted_entropy.dims) == {"sigma_z"}
    for name in names[:4]:
        drawn, told = ds[f"sampled_{name}"], ds[f"predicted_{name}"]
        error = drawn.std("replicate", ddof=1) / np.sqrt(8)
        assert (abs(drawn.mean("replicate") - told) < 5 * error).all(), name
        assert (abs(drawn.mean("replicate") - told[::-1].values) > 5 * error).all(), name
    assert (ds.predicted_trace_std > 0).all()
    for params, told in zip(study.models(), ds.predicted_critical_ratio.values, strict=True):
        at = replace(params, sigma_E=params.sigma_c * float(told))
        assert spike_strength(at) == pytest.approx(1, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("entropy", {"labels": "margin", "margin": 1.0}, "margin must be 0 for theory's entropy"),
        ("critical_ratio", {"sigma_y": 0.5}, "sigma_y must be 0 for a critical ratio, got 0.5"),
        ("frobenius_std", {"rho": 0.2}, "rho must be 0 for frobenius_std"),
    ],
)
def test_what_a_formula_does_not_cover_is_refused_before_work(name, changes, message):
    parameters = SMALL["parameters"] | changes
    with pytest.raises(InputError, match=message):
        small(observables=[name], sources=["theory"], parameters=parameters)


def test_a_draw_is_repeated_by_its_seed(whole):
    ds = xr.open_zarr(whole)
    cell = ds.isel(sigma_z=1, noise_ratio=2, replicate=1)
    again = replicates(small().params((1, 2)), seed=int(cell.sampled_seed), replicates=1)
    np.testing.assert_array_equal(cell.sampled_outliers, again.eigenvalues[0, :2])
    assert float(cell.sampled_lambda_max) == float(again.lambda_max[0])
    assert len(np.unique(ds.sampled_seed)) == ds.sampled_seed.size
