"""The command goldilocks on its smallest run, and its pictures."""

from __future__ import annotations

import contextlib
import io
import json

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

from empirical.settings import Goldilocks
from figures import cli
from figures.commands.networks import goldilocks as command
from figures.goldilocks import picture, report, restricted_picture
from figures.reports.tables import plain
from theory import record

NAMES = ("zone", "prior", "restricted", "choice")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    out = tmp_path_factory.mktemp("goldilocks")
    arguments = ["goldilocks", "--fast", "--hidden", "30", "30", "--json", "--out", str(out)]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        assert cli.main(arguments) == 0
    return out, json.loads(printed.getvalue())


def test_pictures_and_their_data_are_saved(run):
    folder, numbers = run
    for name in NAMES:
        for suffix in (".png", ".pdf", ".svg"):
            assert (folder / f"{name}{suffix}").stat().st_size > 1000
        saved = json.loads(record.load(folder / f"{name}.nc").provenance)
        assert saved == numbers["provenance"]
    assert numbers["provenance"]["parameters"] == Goldilocks.smallest(hidden=(30, 30)).as_dict()
    assert numbers["provenance"]["seed"] == 0


def test_a_folder_keeps_its_run_until_told_otherwise(run, capsys):
    folder, _ = run
    arguments = ["goldilocks", "--fast", "--hidden", "30", "30", "--out", str(folder)]
    assert cli.main([*arguments, "--seed", "1"]) == 2
    assert "choice.nc holds another run, its seed is 0, not 1" in capsys.readouterr().err


def test_a_run_goes_on_with_the_parts_that_are_left(run, tmp_path, monkeypatch, capsys):
    folder, _ = run
    for name in NAMES:
        (tmp_path / f"{name}.nc").write_bytes((folder / f"{name}.nc").read_bytes())
    (tmp_path / "prior.nc").unlink()
    for part in ("zone", "restricted", "choice"):
        monkeypatch.setattr(f"figures.goldilocks.study._Study.{part}", lambda _: 1 / 0)
    monkeypatch.setattr(command, "_draw", lambda *_: None)
    again = command.run(Goldilocks.smallest(hidden=(30, 30)), out=tmp_path)
    for name in NAMES:  # weights are of single precision
        xr.testing.assert_allclose(again[name], record.load(folder / f"{name}.nc"), rtol=1e-5)
    with pytest.raises(ZeroDivisionError):
        command.run(Goldilocks.smallest(hidden=(30,)), out=tmp_path / "other")


def test_numbers_show_the_zone(run):
    _, numbers = run
    assert numbers["inner"] < numbers["initial_radius"] < numbers["outer"]
    assert numbers["mismatch"] < 1e-7
    measured = numbers["initial_convexity"]
    assert numbers["predicted_initial_convexity"] == pytest.approx(measured, rel=0.3)
    assert numbers["gradient_at_matched_prior"] < 0.3
    for name in ("needed_dimension_plane", "needed_dimension_sphere"):
        assert len(numbers[name]) == len(numbers["trained_radii"]) == 2


def test_the_report_says_where_the_prediction_is_off(run):
    """Against the factors of the saved record, one by one."""
    folder, numbers = run
    zone = record.load(folder / "zone.nc")
    measured = zone.dominance.sel(surface="plane").values.mean(axis=0)
    factors = [
        max(a / b, b / a) for a, b in zip(zone.predicted_dominance.values, measured, strict=True)
    ]
    worst = int(np.argmax(factors))
    assert numbers["dominance_off"] == pytest.approx(factors[worst])
    assert numbers["dominance_off_radius"] == pytest.approx(float(zone.radius[worst]))
    text = (folder / "report.md").read_text()
    assert f"a factor of {factors[worst]:.1f}, at radius {plain(float(zone.radius[worst]))}" in text
    parts = {name: record.load(folder / f"{name}.nc") for name in NAMES}
    assert report.told(parts) in text
    assert all(f"({name}.png)" in text for name in NAMES)
    assert f'seed": {numbers["provenance"]["seed"]}' in text
    for word in ("None", "nan", "inf", "e+0", "_radius", "choice_"):
        assert word not in report.told(parts)


def test_a_prediction_that_is_twice_too_high_is_told(run):
    folder, _ = run
    parts = {name: record.load(folder / f"{name}.nc") for name in NAMES}
    measured = parts["zone"].dominance.sel(surface="plane").mean("replicate")
    for factor, told in ((1, "a factor of 1.0, at"), (2, "a factor of 2.0, at"), (0.25, "4.0")):
        wrong = parts["zone"].assign(predicted_dominance=factor * measured)
        text = report.told(parts | {"zone": wrong})
        assert told in text
        assert ("more than 1.5 at radius" in text) == (factor != 1)
    nothing = parts["zone"].drop_vars([v for v in parts["zone"] if "predicted" in str(v)])
    assert "predicts" not in report.told(parts | {"zone": nothing})


def test_pictures_are_redrawn_from_their_data(run):
    folder, _ = run
    data = {name: record.load(folder / f"{name}.nc") for name in NAMES}
    trained = data["restricted"].sel(surface="plane")
    choice = data["choice"].sel(pool="any")
    for name in picture.PANELS:
        picture.draw(data["zone"], Figure().add_subplot(), name=name)
    picture.draw_prior(data["prior"], Figure().add_subplot())
    restricted_picture.draw(trained, Figure().add_subplot())
    for one in (choice, choice.assign(steps=choice.steps * np.inf)):
        restricted_picture.draw_choice(one, Figure().add_subplot())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--candidates", "5"], "candidates must be at least 12, got 5"),
        (["--replicates", "0"], "replicates must be at least 1, got 0"),
        (["--examples", "5000"], "examples must be at most 1037, got 5000"),
        (["--hidden", "4"], "hidden must give more than 512 weights, got 296"),
        (["--d", "1e6"], "hidden must give more than 1000000 weights, got 17400"),
        (["--d", "0"], "d must be at least 1, got 0"),
        (["--seed", "-1"], "seed must be at least 0, got -1"),
    ],
)
def test_bad_input_is_one_line_and_status_2(arguments, message, tmp_path, capsys):
    assert cli.main(["goldilocks", "--out", str(tmp_path / "out"), *arguments]) == 2
    assert not (tmp_path / "out").exists()
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
