"""What a store of a study holds."""

import json

import xarray as xr

from simulate.studies import sweep
from tests.support.studies.studies import small


def test_the_dataset_says_what_it_holds(whole):
    ds = xr.open_zarr(whole)
    assert ds.sampled_outliers.dims == ("sigma_z", "noise_ratio", "replicate", "outlier")
    assert ds.predicted_outliers.attrs["units"] == "nat/weight^2"
    assert ds.sigma_z.attrs["units"] == "nat"
    assert float(ds.aspect_ratio) == 0.5
    assert json.loads(ds.provenance)["seed"] == 3
    assert (ds.sampled_status == 1).all()


def test_shorter_spectra_are_padded(tmp_path):
    parameters = {"N": 12, "sigma_c": 1.0, "sigma_E": 0.5, "sigma_z": 1.0, "D": 100}
    study = small(
        parameters=parameters,
        grid={"C": [2, 4], "labels": ["uniform", "balanced"]},
        observables=["eigenvalues", "lambda_max"],
        replicates=1,
        sources=["simulation"],
    )
    sweep.sweep(study, tmp_path / "s")
    ds = xr.open_zarr(tmp_path / "s").load()
    counts = ds.sampled_eigenvalues.notnull().sum("rank")
    assert counts.sel(C=2, labels="balanced").item() == 12
    assert counts.sel(C=4, labels="uniform").item() == 36
    assert (ds.sampled_eigenvalues.isel(rank=0) == ds.sampled_lambda_max).all()
