"""The main job end to end, on a small real run: train, measure, predict, sample, report."""

from __future__ import annotations

import json

import numpy as np
import pytest

from empirical.observable_groups import COMPARED
from figures import cli
from figures.judge.levels import isotropic
from figures.judge.verdict import sentences, verdicts
from figures.reports import comparison as report
from theory import record

ARGUMENTS = ["--epochs", "0", "1", "--examples", "200", "--held-out", "600", "--replicates", "8"]


DEFAULT = {"learning_rate": 0.1, "batch_size": 32, "momentum": 0.0, "seed": 0}
WHERE = {"dtype": "float64", "device": "cpu", "seed": 0}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("compare")
    assert cli.main(["compare", "--out", str(out), *ARGUMENTS]) == 0
    return out


@pytest.fixture(scope="module")
def comparison(folder):
    return record.load(folder / "comparison.nc")


def test_cluster_level_predicts_the_first_four_eigenvalues(comparison):
    after_one = {v.level: v for v in verdicts(comparison) if v.epoch == 1}
    assert after_one["cluster"].worst < 0.10
    assert len(after_one["cluster"].errors) == 9


def test_neighbouring_parameters_do_not(comparison):
    from theory import hessian

    here = isotropic(comparison.sel(epoch=1), level="cluster")
    measured = comparison.eigenvalues.sel(epoch=1).values[:4]

    def worst(**changed):
        arguments = {"Gamma": here.Gamma, "groups": here.groups} | changed
        found = hessian.outliers(here.p, sigma_E=here.sigma_E, D=here.D, **arguments)[:4]
        return np.abs(found / measured - 1).max()

    assert worst() < 0.10
    assert here.groups is not None
    assert worst(groups=np.roll(here.groups, 1)) > 0.10
    assert worst(Gamma=0.8 * here.Gamma) > 0.10


def test_samples_are_of_the_prediction(comparison):
    sampled = comparison.sampled_eigenvalues.sel(level="cluster").isel(sampled_rank=slice(9))
    predicted = comparison.predicted_outliers.sel(level="cluster").isel(outlier=slice(9)).values
    error = sampled.std("replicate", ddof=1).values / np.sqrt(sampled.sizes["replicate"])
    assert np.all(
        np.abs(sampled.mean("replicate").values - predicted) < 5 * error + 0.01 * predicted
    )


def test_report_holds_what_the_record_holds(folder, comparison):
    text = (folder / "report.md").read_text()
    for line in sentences(comparison):
        assert line in text
    for epoch in (0, 1):
        assert f"{float(comparison.eigenvalues.sel(epoch=epoch)[0]):.3g}" in text
    assert json.loads(comparison.provenance)["parameters"]["measured"]["parameters"] == {
        "network": {"name": "mlp", "hidden": [100, 100], "activation": "relu"},
        "data": {"name": "digits", "seed": 0},
        "training": {**DEFAULT, "epochs": [0.0, 1.0]},
        "measurement": {"observe": list(COMPARED), "examples": 200, "held_out": 600, **WHERE},
    }


def test_every_picture_has_its_data(folder):
    for name in (*report.BY_EPOCH, *report.OVER_TRAINING):
        assert (folder / f"{name}.png").read_bytes().startswith(b"\x89PNG")
        assert (folder / f"{name}.pdf").read_bytes().startswith(b"%PDF")
        assert record.load(folder / f"{name}.nc").sizes["epoch"] == 2
    assert not list(folder.glob(".*"))


def test_redrawing_gives_the_same_picture(folder, tmp_path):
    source = str(folder / "comparison.nc")
    assert cli.main(["compare", "--redraw", source, "--out", str(tmp_path)]) == 0
    for name in ("outliers.png", "report.md"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_same_seed_same_numbers(folder, tmp_path):
    measured = str(folder / "measured.nc")
    arguments = ["compare", "--measured", measured, "--replicates", "8", "--workers", "1"]
    assert cli.main([*arguments, "--out", str(tmp_path)]) == 0
    again, first = record.load(tmp_path / "comparison.nc"), record.load(folder / "comparison.nc")
    assert again.drop_attrs().identical(first.drop_attrs())


def test_a_record_of_another_command_is_refused(folder, tmp_path, capsys):
    measured = str(folder / "measured.nc")
    assert cli.main(["compare", "--redraw", measured, "--out", str(tmp_path)]) == 2
    assert "must be a record of 'fort-ganguli compare'" in capsys.readouterr().err


def test_a_folder_keeps_its_comparison_until_told_otherwise(folder, tmp_path, capsys):
    measured = str(folder / "measured.nc")
    arguments = ["compare", "--measured", measured, "--out", str(tmp_path), "--replicates"]
    assert cli.main([*arguments, "2"]) == 0
    before = (tmp_path / "report.md").read_bytes()
    capsys.readouterr()
    redraw = ["compare", "--redraw", str(folder / "comparison.nc"), "--out", str(tmp_path)]
    for again in ([*arguments, "3"], [*arguments, "2", "--seed", "1"], redraw):
        assert cli.main(again) == 2
        assert "holds another run, its " in capsys.readouterr().err
    assert (tmp_path / "report.md").read_bytes() == before
    assert cli.main([*redraw, "--overwrite"]) == 0
    assert (tmp_path / "report.md").read_bytes() != before
    assert not (tmp_path / "comparison.nc").exists()  # of what was replaced
