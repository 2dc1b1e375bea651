"""The main job end to end, on a small real run: train, measure, predict, sample, report."""

from __future__ import annotations

import json
from functools import partial

import numpy as np
import pytest

from figures import cli
from figures.commands.networks.compare import OBSERVED
from figures.compare import draws
from figures.fit import fit
from figures.judge.judgement import judge
from figures.judge.levels import isotropic
from figures.judge.thresholds import Thresholds
from figures.pictures import style
from figures.reports.levels import comparison as report
from figures.reports.levels import verdict
from theory import record
from theory.levels import ISOTROPIC, LEVELS
from theory.models import Isotropic

ARGUMENTS = ["--epochs", "0", "1", "--examples", "120", "--held-out", "400", "--replicates", "8"]


DEFAULT = {
    "learning_rate": 0.1,
    "batch_size": 32,
    "momentum": 0.0,
    "optimizer": "sgd",
    "weight_decay": 0.0,
    "schedule": "constant",
    "seed": 0,
}


WHERE = {"dtype": "float64", "device": "cpu", "seed": 0}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("compare")
    assert cli.main(["compare", "--out", str(out), *ARGUMENTS]) == 0
    return out


@pytest.fixture(scope="module")
def comparison(folder):
    return record.load(folder / "comparison.nc")


def test_compare_is_fit_and_more(folder, comparison):
    found = fit(record.load(folder / "measured.nc"))
    for name in found:
        np.testing.assert_array_equal(comparison[name].values, found[name].values)
    for made in (verdict.told, verdict.errors):
        assert made(comparison, thresholds=Thresholds()) == made(found, thresholds=Thresholds())
    assert {"sampled_eigenvalues", "shuffled_eigenvalues"} <= set(comparison) - set(found)


def test_the_last_level_predicts_the_outliers_and_the_first_does_not(comparison):
    levels = {v.level: v.judged["outliers"] for v in judge(comparison) if v.epoch == 1}
    assert levels["anisotropic"].verdict == "holds"
    assert levels["FG"].error > 2 * levels["anisotropic"].error


def test_neighbouring_parameters_do_not(comparison):
    point = comparison.sel(epoch=1)
    given = isotropic(point, level="cluster")
    measured = comparison.eigenvalues.sel(epoch=1).values[:4]

    def worst(**changed):
        found = Isotropic(point.p.values, **given | changed).outliers[:4]
        return np.abs(found / measured - 1).max()

    assert worst() < 0.10
    assert worst(groups=np.roll(given["groups"], 1)) > 0.10
    assert worst(Gamma=0.8 * given["Gamma"]) > 0.10


@pytest.mark.parametrize("level", LEVELS)
def test_samples_are_of_the_prediction(comparison, level):
    top = slice(4)
    sampled = comparison.sampled_eigenvalues.sel(level=level).isel(sampled_rank=top)
    sampled = sampled.dropna("replicate", how="all")
    assert sampled.sizes["replicate"] == draws(level, replicates=8)
    predicted = comparison.predicted_outliers.sel(level=level).isel(predicted_rank=top).values
    spread = (
        (
            comparison.outlier_error_std.sel(source=level)
            * comparison.eigenvalues.isel(rank=slice(9)).rename(rank="outlier")
        )
        .isel(outlier=top)
        .values
    )
    error = spread / np.sqrt(sampled.sizes["replicate"])
    gap = np.abs(sampled.mean("replicate").values - predicted)
    assert np.all(gap < 5 * error + 0.01 * predicted)
    if level in ISOTROPIC:
        ratio = sampled.std("replicate", ddof=1).values / spread
        assert np.sqrt((ratio**2).mean()) == pytest.approx(1, abs=5 / np.sqrt(2 * 7 * 8))


def test_report_holds_what_the_record_holds(folder, comparison):
    text = (folder / "report.md").read_text()
    assert verdict.told(comparison, thresholds=Thresholds()) in text
    assert verdict.errors(comparison, thresholds=Thresholds()) in text
    for epoch in (0, 1):
        assert f"{float(comparison.eigenvalues.sel(epoch=epoch)[0]):.3g}" in text
    assert "e+0" not in text
    assert all(f"**{word}**" in text for word in ("σ_H", "K_C", "T, t₁, t₁₀, t₃₀", "D_eff"))
    assert json.loads(comparison.provenance)["parameters"]["measured"]["parameters"] == {
        "network": {"name": "mlp", "hidden": [100, 100], "activation": "relu"},
        "data": {"name": "digits", "seed": 0},
        "training": {**DEFAULT, "epochs": [0.0, 1.0]},
        "measurement": {"observe": list(OBSERVED), "examples": 120, "held_out": 400, **WHERE},
    }


def test_every_picture_has_its_data(folder):
    for name in (*report.BY_EPOCH, *report.OVER_TRAINING):
        assert (folder / f"{name}.png").read_bytes().startswith(b"\x89PNG")
        assert (folder / f"{name}.pdf").read_bytes().startswith(b"%PDF")
        assert record.load(folder / f"{name}.nc").sizes["epoch"] == 2
    assert not list(folder.glob(".*"))


def test_redrawing_gives_the_same_picture(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(style, "save", partial(style.save, formats=(".png",)))
    source = str(folder / "comparison.nc")
    assert cli.main(["compare", "--redraw", source, "--out", str(tmp_path)]) == 0
    for name in ("outliers.png", "report.md"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


@pytest.mark.slow
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


def test_a_record_without_what_is_judged_is_refused(folder, tmp_path, capsys):
    measured = record.load(folder / "measured.nc")
    old = measured.drop_vars([name for name in measured if str(name).startswith("noise")])
    record.save(old, tmp_path / "old.nc", made_by=json.loads(measured.provenance))
    assert (
        cli.main(["compare", "--measured", str(tmp_path / "old.nc"), "--out", str(tmp_path)]) == 2
    )
    error = capsys.readouterr().err
    assert "needs noise: measure with --observe" in error
    assert error.count("\n") == 1


@pytest.mark.slow
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
