"""The command ``wedges``: its three studies, how they go on, and what they refuse."""

from __future__ import annotations

import contextlib
import io
import json
import shutil

import numpy as np
import pytest
import xarray as xr

from figures import cli
from figures.wedges import cuts as studies
from figures.wedges import report
from theory import record
from theory.wedges import cuts

SMALL = {
    "cuts": "--D 60 200 --codimension 6 --cuts 20 --hidden 6 --dimensions 4 60 300 --replicates 2 "
    "--steps 40 --scales 1 --target 0.5",
    "connect": "--m 1 2 --divisions 3 2 --hidden 12 --epochs 8 --steps 40 --examples 150 "
    "--points 30",
    "tunnels": "--hidden 6 --epochs 2 --learning-rate 0.1 0.4 --batch-size 32 128 --l2 --dropout "
    "--replicates 2 --directions 2",
}


def called(study, folder, *more):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        arguments = [
            "wedges",
            study,
            "--fast",
            *SMALL[study].split(),
            "--json",
            "--out",
            str(folder),
        ]
        assert cli.main([*arguments, *more]) == 0
    return json.loads(printed.getvalue())


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wedges")
    return folder, {study: called(study, folder / study) for study in SMALL}


@pytest.mark.parametrize("study", list(SMALL))
def test_picture_data_and_report_are_saved(runs, study):
    folder, numbers = runs
    for suffix in (".png", ".pdf", ".svg"):
        assert (folder / study / f"{study}{suffix}").stat().st_size > 1000
    saved = record.load(folder / study / f"{study}.nc")
    assert json.loads(saved.provenance) == numbers[study]["provenance"]
    text = (folder / study / "report.md").read_text()
    assert saved.told in text
    for word in ("None", "nan", "inf ", "e+0"):
        assert word not in saved.told


def test_cuts_of_the_toy_are_on_theory(runs):
    _, numbers = runs
    for one in numbers["cuts"]["toy"]:
        assert one["largest_deviation"] < 4
        assert one["step_is_exact"]
        assert one["first_met"] == 6
        assert one["half_search"] < one["half_nearest"]
    (network,) = numbers["cuts"]["network"]
    assert network["codimension_interval"][0] > 4
    assert network["half"] < 300


def test_connectors_are_lower_than_their_simplices(runs):
    _, numbers = runs
    for one in numbers["connect"]["connectors"]:
        assert one["connector_mean"] < 0.5 * one["linear_mean"]
        assert one["connector_within"] >= one["linear_within"]
        assert one["toy_ratio"] < 1
    own = numbers["connect"]["averages"]
    assert own["optima"]["networks"] == 3
    assert own["optima"]["loss_outputs"] < own["optima"]["loss_each"]


def test_tunnels_have_the_toys_prediction_beside_them(runs):
    folder, numbers = runs
    own = numbers["tunnels"]
    assert set(own) == {"learning_rate", "batch_size", "provenance"}
    assert own["learning_rate"]["toy_ratio"] > 1 > own["batch_size"]["toy_ratio"]
    data = record.load(folder / "tunnels" / "tunnels.nc")
    np.testing.assert_allclose(data.toy_sampled, data.toy_theory, rtol=0.1)


def test_a_run_goes_on_from_its_parts(runs, capsys, monkeypatch):
    folder, numbers = runs
    (folder / "cuts" / "parts" / "scale-1.nc").unlink()
    made = []
    monkeypatch.setattr(studies, "toy_cuts", lambda *_, **__: made.append(1))
    again = called("cuts", folder / "cuts")
    assert {k: v for k, v in again.items() if k != "provenance"} == {
        k: v for k, v in numbers["cuts"].items() if k != "provenance"
    }
    assert not made
    assert "toy-60: read from an earlier run" in capsys.readouterr().err


def test_parts_of_other_code_are_gone_on_with_only_if_told(runs, tmp_path, capsys, monkeypatch):
    folder, numbers = runs
    out = shutil.copytree(folder / "cuts", tmp_path / "cuts")
    part = out / "parts" / "toy-60.nc"
    begun = record.load(part)
    made_by = json.loads(begun.provenance)
    other = made_by | {"libraries": made_by["libraries"] | {"numpy": "0.1"}}
    record.save(begun, part, made_by=other)
    arguments = ["wedges", "cuts", "--fast", *SMALL["cuts"].split(), "--out", str(out)]
    assert cli.main(arguments) == 2
    error = capsys.readouterr().err
    assert "toy-60.nc was begun by other code (numpy" in error
    assert "--mixed-versions" in error
    made = []
    monkeypatch.setattr(studies, "toy_cuts", lambda *_, **__: made.append(1))
    told = called("cuts", out, "--mixed-versions")
    assert not made
    assert told["toy"] == numbers["cuts"]["toy"]
    assert told["provenance"]["earlier"] == [other]
    assert record.load(out / "cuts.nc").provenance == json.dumps(told["provenance"])


def test_a_folder_keeps_its_run_until_told_otherwise(runs, capsys):
    folder, _ = runs
    arguments = ["wedges", "connect", "--fast", *SMALL["connect"].split(), "--seed", "1"]
    assert cli.main([*arguments, "--out", str(folder / "connect")]) == 2
    assert "holds another run, its seed is 0, not 1" in capsys.readouterr().err


def test_without_any_success_no_plane_is_fitted():
    toy = xr.Dataset(
        {
            "nearest": ("dimension", [2, 9]),
            "search": ("dimension", [3, 10]),
            "exact": ("dimension", [0, 10]),
            "theory_nearest": ("dimension", [0.2, 1.0]),
            "theory_any": ("dimension", [1.0, 1.0]),
            "theory_exact": ("dimension", cuts.meets([3, 4], D=20, n=16).astype(float)),
        },
        coords={"dimension": [3, 4]},
        attrs={"D": 20, "n": 16, "cuts": 10},
    )
    empty = {f"fitted_{name}": ("scale", [np.nan]) for name in ("codimension", "half", "tolerance")}
    pairs = {
        f"fitted_{name}": (("scale", "side"), [[np.nan] * 2])
        for name in ("interval", "half_interval")
    }
    network = xr.Dataset(
        empty | pairs | {"fitted_p_value": ("scale", [np.nan]), "weight_norm": ("scale", [7.0])},
        coords={"scale": [1.0]},
        attrs={"D": 100, "target": 0.9, "trials": 2},
    )
    numbers = report.cuts_numbers([toy], network)
    assert numbers["network"][0]["n"] is None
    assert numbers["toy"][0]["first_met"] == 4
    assert numbers["toy"][0]["half_nearest"] == pytest.approx(3 + 3 / 7)
    told = report.cuts_told([toy], network)
    assert "–" in told
    assert "nan" not in told


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["cuts", "--D", "30"], "D must be above codimension = 40, got 30"),
        (["cuts", "--dimensions", "1e6"], "dimensions must be at most 6310"),
        (["cuts", "--share", "0"], "share must be greater than 0, got 0"),
        (["connect", "--m", "9"], "m must be ascending from 1 to 4"),
        (["connect", "--examples", "5000"], "examples must be at most 1437, got 5000"),
        (["connect", "--epochs", "0"], "epochs must be at least 1, got 0"),
        (["tunnels", "--examples", "5000"], "examples must be at most 1437, got 5000"),
        (
            ["tunnels", "--batch-size", "1e9"],
            "batch_size must be at most 1437, the training examples, got 1000000000",
        ),
        (["tunnels", "--dropout", "1"], "dropout must be below 1, got 1"),
        (["tunnels", "--seed", "-1"], "seed must be at least 0, got -1"),
    ],
)
def test_bad_input_is_one_line_and_status_2(arguments, message, tmp_path, capsys):
    assert cli.main(["wedges", *arguments, "--out", str(tmp_path / "out")]) == 2
    assert not (tmp_path / "out").exists()
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("study", list(SMALL))
def test_each_study_has_help_with_an_example(study, capsys):
    with pytest.raises(SystemExit, match="0"):
        cli.main(["wedges", study, "--help"])
    assert f"fort-ganguli wedges {study} " in capsys.readouterr().out.partition("examples:")[2]
