"""The command `fit` as its users run it, on records of a tiny network."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from empirical.settings import Experiment, Network
from figures import cli, fit
from figures.commands.networks.fit import _names
from figures.judge.errors import OTHER
from figures.judge.thresholds import QUANTITIES
from tests.support.program.unrendered import unrendered
from theory import record
from theory.levels import ISOTROPIC, LEVELS

TINY = ["--data", "mine.npz", "--hidden", "4", "--epochs", "0", "1", "--batch-size", "20"]


TINY += ["--examples", "40", "--held-out", "60", "--activation", "tanh"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """With a record of all groups that `fit` uses, and one without those of the model."""
    place = tmp_path_factory.mktemp("fit")
    rng = np.random.default_rng(0)
    targets = np.arange(200) % 3
    inputs = rng.standard_normal((200, 6)) + np.eye(3, 6)[targets]
    np.savez(place / "mine.npz", inputs=inputs, targets=targets)
    with pytest.MonkeyPatch.context() as patch, unrendered():
        patch.chdir(place)
        every = [*fit.NEEDED, "resampled", "terms"]
        assert cli.main(["measure", *TINY, "--observe", *every, "--out", "tiny"]) == 0
    whole = record.load(place / "tiny" / "measured.nc")
    few = whole[["p", "labels", "eigenvalues", "gradient_power"]]
    record.save(few, place / "few.nc", made_by=json.loads(whole.provenance))
    return place


@pytest.fixture(autouse=True)
def there(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    capsys.readouterr()


@pytest.mark.usefixtures("unrendered")
def test_fitted_parameters_are_told_and_saved_where_they_are_asked_for(folder, capsys):
    one = record.load("tiny/measured.nc")
    made_by = json.loads(one.provenance)
    record.save(one.sel(epoch=[1]), folder / "one" / "measured.nc", made_by=made_by)
    assert cli.main(["fit", "one/measured.nc", "--fitted", "--out", "freed"]) == 0
    misfit = [line for line in capsys.readouterr().out.splitlines() if " → " in line]
    text = (folder / "freed" / "report.md").read_text()
    assert len(misfit) == len(ISOTROPIC) + 1  # and the caption
    assert all(line in text for line in misfit[1:])
    (saved,) = (folder / "freed").glob("*.nc")
    found = record.load(saved)
    assert found.fitted_value.sizes == {"epoch": 1, "level": 4, "parameter": 4}
    assert np.isnan(found.fitted_p.sel(level="anisotropic")).all()
    assert ((found.fitted_p >= 0) & (found.fitted_p <= 1)).sel(level=list(ISOTROPIC)).all()


def test_report_pictures_and_numbers_are_the_same_again(folder, capsys):
    assert cli.main(["fit", "tiny/measured.nc", "--out", "out", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    (name,) = told["networks"]
    first, last = told["networks"][name]
    assert (first["epoch"], last["epoch"]) == (0, 1)
    assert set(first["errors"]) == {*LEVELS, OTHER}
    assert first["best"] in LEVELS
    assert set(first["judged"]) == set(LEVELS)
    assert set(told["thresholds"]) == set(first["judged"]["FG"]) == set(QUANTITIES)
    for level in ("FG", "cluster", "weighted"):
        assert first[level]["sigma_E"]["interval"] > 0
    assert last["sigma_H"]["value"] > last["sigma_H"]["interval"] / 2 > 0
    out = folder / "out"
    text = (out / "report.md").read_text()
    assert text.startswith("# How well each level")
    assert f"## {name}" in text
    (picture,) = out.glob("*.png")
    assert f"]({picture.name})" in text
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.with_suffix(".pdf").read_bytes().startswith(b"%PDF")
    saved = record.load(picture.with_suffix(".nc"))
    sizes = {"epoch": 2, "level": 4, "source": 5, "rank": 43, "outlier": 2}
    assert {name: saved.sizes[name] for name in sizes} == sizes
    padded = {"predicted_outliers", "predicted_gradient_power", "outlier_error_std"}
    assert all(np.isfinite(saved[each]).all() for each in set(saved) - padded)
    made_by = json.loads(saved.provenance)
    assert made_by["command"] == "fort-ganguli fit"
    assert made_by["parameters"]["measured"][name]["command"] == "fort-ganguli measure"
    assert cli.main(["fit", "tiny/measured.nc", "--out", "again"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"{name}\n\nOf 10 numbers, 5 at each epoch")
    assert "Epoch 1: nearest is" in printed
    for path in (out / "report.md", picture):
        assert (folder / "again" / path.name).read_bytes() == path.read_bytes()


@pytest.mark.usefixtures("unrendered")
def test_thresholds_can_be_set(folder, capsys):
    arguments = ["fit", "tiny/measured.nc", "--out", "lenient", "--json", "--threshold"]
    limits = [f"{name}=1e9" for name in QUANTITIES]
    assert cli.main([*arguments, *limits]) == 0
    (epochs,) = json.loads(capsys.readouterr().out)["networks"].values()
    verdicts = {
        one["verdict"]
        for row in epochs
        for level in row["judged"].values()
        for one in level.values()
    }
    assert verdicts == {"holds"}


@pytest.mark.parametrize(
    ("threshold", "message"),
    [
        ("shape=1", "threshold must be one of outliers, worst, share, bulk, edge, got 'shape'"),
        ("share", "threshold must be given as NAME=VALUE, got 'share'"),
        ("share=-1", "threshold share must be at least 0, got -1"),
        ("bulk=nan", "threshold bulk must be finite, got nan"),
    ],
)
def test_thresholds_that_are_none_are_refused(capsys, threshold, message):
    assert cli.main(["fit", "tiny/measured.nc", "--threshold", threshold]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.usefixtures("unrendered")
def test_two_records_of_one_kind_are_told_apart_by_their_folders(folder, capsys):
    shutil.copytree("tiny", "twin", dirs_exist_ok=True)
    records = ["tiny/measured.nc", "twin/measured.nc"]
    assert cli.main(["fit", *records, "--out", "both", "--json"]) == 0
    names = list(json.loads(capsys.readouterr().out)["networks"])
    assert names == ["mlp tanh mine.npz tiny", "mlp tanh mine.npz twin"]
    assert len(list((folder / "both").glob("*.png"))) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["few.nc"], "needs model, noise: measure with --observe logits spectrum model"),
        (["absent.nc"], "cannot read absent.nc: no such file"),
        (["mine.npz"], "cannot read mine.npz: not a whole record of this program"),
        (["tiny/trajectory.nc"], "tiny/trajectory.nc needs logits, spectrum, model, noise"),
        (["tiny/measured.nc", "tiny/measured.nc"], "records must be of different networks, got "),
        (["tiny/measured.nc", "tiny/../tiny/measured.nc"], "records must be of different networks"),
    ],
)
def test_what_is_not_a_record_to_fit_is_one_line_and_status_2(folder, capsys, arguments, message):
    assert cli.main(["fit", *arguments, "--out", "refused"]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""
    assert not (folder / "refused").exists()


def test_an_output_folder_that_cannot_be_written_is_told_first(capsys):
    assert cli.main(["fit", "tiny/measured.nc", "--out", "mine.npz/out"]) == 2
    assert "cannot write in mine.npz/out" in capsys.readouterr().err


def test_networks_are_named_by_what_their_records_know():
    def made(**settings):
        text = json.dumps({"parameters": Experiment(**settings).as_dict()})
        return xr.Dataset(attrs={"provenance": text})

    late = "elsewhere/checkpoints/epoch-0001.pt"
    records = [
        made(network=Network(activation="tanh")),
        made(network=Network(name="cnn")),
        made(network=Network(name="my:make"), checkpoints=(late,)),
    ]
    paths = [Path(folder) / "measured.nc" for folder in ("a", "b", "late")]
    assert _names(paths, records) == ["mlp tanh digits", "cnn digits", "late digits"]


@pytest.mark.usefixtures("unrendered")
def test_a_folder_keeps_its_fit_until_told_otherwise(capsys):
    one = record.load("tiny/measured.nc").isel(epoch=[1])
    made_by = json.loads(one.provenance)
    for name, rate in (("first", 0.1), ("other", 0.2)):
        made_by["parameters"]["training"]["learning_rate"] = rate
        record.save(one, f"{name}/measured.nc", made_by=made_by)
    assert cli.main(["fit", "first/measured.nc", "--out", "kept"]) == 0
    before = Path("kept/report.md").read_bytes()
    capsys.readouterr()
    assert cli.main(["fit", "other/measured.nc", "--out", "kept"]) == 2
    assert "training.learning_rate is 0.1, not 0.2: name another --out" in capsys.readouterr().err
    assert Path("kept/report.md").read_bytes() == before
    for arguments in (["--overwrite"], []):
        assert cli.main(["fit", "other/measured.nc", "--out", "kept", *arguments]) == 0
