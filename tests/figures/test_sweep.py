"""Pictures of a parameter study, and its command line."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures import cli
from figures.pictures import study
from simulate.studies.study import load
from theory import InputError, provenance

EXAMPLES = Path(__file__).parents[2] / "examples"
STUDY = """
sources = ["theory", "simulation"]
observables = ["outliers", "lambda_max", "spike_strength"]
seed = 0
replicates = 6
[parameters]
N = 40
C = 3
D = 60
sigma_z = 0.1
sigma_c = 1.0
[grid]
noise_ratio = { start = 0.5, stop = 20, num = 5, spacing = "log" }
margin = [0.0, 1.0]
labels = ["margin"]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("study")
    (path / "study.toml").write_text(STUDY)
    command = ["sweep", str(path / "study.toml"), "--out", str(path / "s.zarr"), "--workers", "1"]
    assert cli.main(command) == 0
    return path


@pytest.fixture
def results(folder) -> xr.Dataset:
    return study.open_study(folder / "s.zarr")


def test_what_a_picture_shows_is_what_the_study_holds(results):
    data = study.compute(results, observable="lambda_max", x="noise_ratio", y="margin")
    assert data.predicted.dims == ("noise_ratio", "margin")
    drawn = results.sampled_lambda_max.isel(labels=0)
    np.testing.assert_allclose(data.sampled_mean, drawn.mean("replicate"))
    np.testing.assert_allclose(data.sampled_sem, drawn.std("replicate", ddof=1) / np.sqrt(6))
    np.testing.assert_array_equal(data.predicted, results.predicted_lambda_max.isel(labels=0))


def test_theory_lies_over_the_samples(results):
    data = study.compute(results, observable="outliers", x="noise_ratio", at={"margin": "0"})
    strong = data.isel(noise_ratio=slice(2))
    error = 4 * strong.sampled_sem + 0.03 * strong.predicted
    assert (abs(strong.predicted - strong.sampled_mean) < error).all()
    assert (abs(1.5 * strong.predicted - strong.sampled_mean) > error).all()


def legend(ax: Axes) -> list[str]:
    found = ax.get_legend()
    assert found is not None
    return [text.get_text() for text in found.get_texts()]


def test_a_map_has_the_threshold_where_the_strength_is_one(results):
    data = study.compute(results, observable="lambda_max", x="noise_ratio", y="margin")
    ax = Figure().add_subplot()
    study.draw_map(data, ax)
    assert ax.get_xscale() == "log"
    assert legend(ax)[1] == study.THRESHOLD
    line = np.asarray(ax.collections[-1].get_paths()[0].vertices)
    ratio = line[np.argmin(line[:, 1]), 0]
    assert ratio == pytest.approx((40 * 60 / 2) ** 0.25, rel=0.15)  # closed form at sigma_z = 0


def test_curves_have_bands_points_and_one_colour_each(results):
    data = study.compute(results, observable="outliers", x="noise_ratio", y="margin")
    ax = Figure().add_subplot()
    study.draw_curves(data, ax)
    assert legend(ax) == ["Δ = 0", "Δ = 1", "predicted", "sampled", "BBP threshold"]
    line = ax.lines[0]
    np.testing.assert_array_equal(line.get_ydata(), data.predicted.isel(margin=0))
    assert len(ax.containers) == 2


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


def test_the_draw_command_saves_the_picture_with_its_data(folder):
    base = ["draw", str(folder / "s.zarr"), "--observable", "outliers", "--x", "noise_ratio"]
    assert cli.main([*base, "--y", "margin", "--out", str(folder / "map")]) == 0
    assert (
        cli.main([*base, "--kind", "curves", "--at", "margin=1", "--out", str(folder / "c")]) == 0
    )
    for stem in ("map", "c"):
        assert all((folder / f"{stem}.{kind}").stat().st_size for kind in ("png", "pdf", "nc"))
    data = xr.load_dataset(folder / "c.nc", engine="h5netcdf")
    made_by = json.loads(data.provenance)
    assert made_by["command"] == "fort-ganguli draw"
    assert made_by["parameters"]["study"]["command"] == "fort-ganguli sweep"
    for changes in (["--kind", "curves"], ["--path", str(folder / "s.zarr")]):
        assert cli.main([*base, "--at", "margin=0", *changes, "--out", str(folder / "c")]) == 2


def test_a_sweep_by_other_code_needs_mixed_versions(folder, tmp_path, capsys, monkeypatch):
    shutil.copytree(folder / "s.zarr", tmp_path / "s.zarr")
    now = provenance.provenance
    monkeypatch.setattr(
        "simulate.studies.opening.provenance",
        lambda **asked: now(**asked) | {"code": {"theory": "0", "simulate": "0"}},
    )
    again = ["sweep", str(folder / "study.toml"), "--out", str(tmp_path / "s.zarr")]
    assert cli.main(again) == 2
    printed = capsys.readouterr().err
    assert printed.startswith(
        f"fort-ganguli sweep: error: {tmp_path / 's.zarr'} was begun by other"
    )
    assert printed.count("\n") == 1
    assert cli.main([*again, "--mixed-versions"]) == 0


def test_a_path_over_a_map(folder, results):
    points = xr.Dataset(
        coords={"noise_ratio": ("point", [1.0, 2.0, 4.0]), "margin": ("point", [0.0, 0.5, 1.0])}
    )
    ax = Figure().add_subplot()
    study.draw_path(points, ax, x="noise_ratio", y="margin")
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), [1, 2, 4])
    with pytest.raises(InputError, match="the path must be a list of points with noise_ratio"):
        study.draw_path(results, ax, x="noise_ratio", y="margin")


@pytest.mark.parametrize(
    ("change", "arguments", "message"),
    [
        (("sigma_z", "sigma_q"), [], "study.toml: parameter must be one of"),
        (("[0.0, 1.0]", "[]"), [], "the study has no points"),
        (("seed = 0", "seed = 1"), [], "holds another study: its seed is 0, not 1"),
        (("", ""), ["--scheduler", "nowhere"], "cannot reach a scheduler at nowhere"),
        (("", ""), ["--workers", "0"], "workers must be at least 1, got 0"),
    ],
)
def test_bad_input_is_one_line_and_status_2(folder, tmp_path, change, arguments, message):
    (tmp_path / "study.toml").write_text(STUDY.replace(*change) if change[0] else STUDY)
    command = ["sweep", str(tmp_path / "study.toml"), "--out", str(folder / "s.zarr"), *arguments]
    done = subprocess.run(
        [sys.executable, "-m", "figures", *command],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_examples_are_studies(path):
    assert load(path).points > 10
