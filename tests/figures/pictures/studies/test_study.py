"""Pictures of a parameter study, and its command line."""

import shutil

import numpy as np
import pytest
import xarray as xr

from figures import cli
from figures.pictures.studies import study
from theory import InputError, provenance


@pytest.fixture
def results(swept) -> xr.Dataset:
    return study.open_study(swept / "s.zarr")


def test_what_a_picture_shows_is_what_the_study_holds(results):
    data = study.compute(results, observable="lambda_max", x="noise_ratio", y="margin")
    assert data.predicted.dims == ("noise_ratio", "margin")
    drawn = results.sampled_lambda_max.isel(labels=0)
    np.testing.assert_allclose(data.sampled_mean, drawn.mean("replicate"))
    np.testing.assert_allclose(data.sampled_sem, drawn.std("replicate", ddof=1) / np.sqrt(6))
    np.testing.assert_array_equal(data.predicted, results.predicted_lambda_max.isel(labels=0))


@pytest.mark.parametrize(("value", "has_band"), [(1.0, False), (0.5, True)])
def test_what_is_met_or_not_has_no_band(results, value, has_band):
    drawn = xr.where(results.sampled_lambda_max > results.sampled_lambda_max.median(), value, 0.0)
    shown = study.compute(
        results.assign(sampled_lambda_max=drawn),
        observable="lambda_max",
        x="noise_ratio",
        y="margin",
    )
    assert ("sampled_std" in shown) is has_band
    assert "sampled_sem" in shown


def test_theory_lies_over_the_samples(results):
    data = study.compute(results, observable="outliers", x="noise_ratio", at={"margin": "0"})
    strong = data.isel(noise_ratio=slice(2))
    error = 4 * strong.sampled_sem + 0.03 * strong.predicted
    assert (abs(strong.predicted - strong.sampled_mean) < error).all()
    assert (abs(1.5 * strong.predicted - strong.sampled_mean) > error).all()


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"observable": "trace"}, "observable must be one of lambda_max, outliers"),
        ({"x": "sigma_c"}, "axis must be one of noise_ratio, margin"),
        ({"y": None}, "margin must be given a value, one of 0, 1"),
        ({"y": None, "at": {"margin": "3"}}, "margin must be one of 0, 1, got 3"),
    ],
)
def test_a_choice_that_the_study_does_not_have(results, choice, message):
    asked = {"observable": "lambda_max", "x": "noise_ratio", "y": "margin"} | choice
    with pytest.raises(InputError, match=message):
        study.compute(results, **asked)


def test_a_sweep_by_other_code_needs_mixed_versions(swept, tmp_path, capsys, monkeypatch):
    shutil.copytree(swept / "s.zarr", tmp_path / "s.zarr")
    now = provenance.provenance
    monkeypatch.setattr(
        "simulate.studies.opening.provenance",
        lambda **asked: now(**asked) | {"code": {"theory": "0", "simulate": "0"}},
    )
    again = ["sweep", str(swept / "study.toml"), "--out", str(tmp_path / "s.zarr")]
    assert cli.main(again) == 2
    printed = capsys.readouterr().err
    assert printed.startswith(
        f"fort-ganguli sweep: error: {tmp_path / 's.zarr'} was begun by other"
    )
    assert printed.count("\n") == 1
    assert cli.main([*again, "--mixed-versions"]) == 0
