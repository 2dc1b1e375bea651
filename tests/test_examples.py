"""The examples' data, and that their commands are commands."""

from __future__ import annotations

import importlib.util
import re
import runpy
import shlex
import tomllib
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from empirical.data.arrays import arrays
from empirical.experiment import run
from figures import cli
from figures.network_studies.study import network_study
from simulate.studies.study import study
from simulate.studies.sweep import sweep
from tests.support.program.unrendered import unrendered

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture(scope="module")
def shifted_digits():
    spec = importlib.util.spec_from_file_location("example", EXAMPLES / "shifted_digits.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_image_moves_by_a_pixel_each_way(shifted_digits):
    image = np.arange(1, 10, dtype=np.float32).reshape(1, 3, 3)
    found = shifted_digits.moved(image)
    assert found.shape == (9, 3, 3)
    np.testing.assert_array_equal(found[4], image[0])
    np.testing.assert_array_equal(found[0], [[5, 6, 0], [8, 9, 0], [0, 0, 0]])
    np.testing.assert_array_equal(found[8], [[0, 0, 0], [0, 1, 2], [0, 4, 5]])
    np.testing.assert_array_equal(found[5], [[0, 1, 2], [0, 4, 5], [0, 7, 8]])


def test_shifted_digits_are_data_for_measure(shifted_digits, tmp_path):
    shifted_digits.save(tmp_path / "shifted.npz")
    data, test = arrays(tmp_path / "shifted.npz")
    assert len(data) + len(test) == 9 * 1797
    assert len(data) >= 11_000
    assert data.inputs.shape[1:] == (64,)
    assert data.image == (1, 8, 8)
    assert (data.classes, float(data.inputs.min()), float(data.inputs.max())) == (10, 0, 1)


def test_its_commands_are_those_of_the_program(shifted_digits):
    commands = re.findall(
        r"fort-ganguli (.*?)\n(?!        )", shifted_digits.__doc__, flags=re.DOTALL
    )
    assert [command.split()[0] for command in commands] == ["measure", "fit"]
    for command in commands:
        cli.parser().parse_args(shlex.split(command.replace("\\\n", " ")))


def test_the_levels_study_in_small(tmp_path):
    """A corner of its grid: both sources agree where outliers exist, and the picture is drawn."""
    tables = tomllib.loads((EXAMPLES / "levels.toml").read_text(encoding="utf-8"))
    tables["grid"] = {"sigma_y": [2.0, 4.0], "T_exponent": [0.0, 0.3]}
    store, stem = tmp_path / "levels.zarr", tmp_path / "levels"
    counts = sweep(study(tables), store, workers=1)
    assert counts["failed"] == 0
    results = xr.open_zarr(store, chunks=None)
    sampled = results.sampled_prominence.mean("replicate")
    np.testing.assert_allclose(results.predicted_prominence, sampled, rtol=0.2)
    axes = ["--x", "sigma_y", "--y", "T_exponent", "--observable", "prominence"]
    assert cli.main(["draw", str(store), *axes, "--out", str(stem)]) == 0
    assert stem.with_suffix(".png").exists()


def test_the_width_study_in_small(tmp_path):
    """Two of its networks, trained for less: measured, predicted and drawn."""
    tables = tomllib.loads((EXAMPLES / "width.toml").read_text(encoding="utf-8"))
    tables["grid"] = {"width": [16], "learning_rate": [0.1, 0.5]}
    tables |= {"training": {"epochs": 2}, "replicates": 1}
    store, stem = tmp_path / "width.zarr", tmp_path / "width"
    counts = sweep(network_study(tables), store, workers=1)
    assert counts["failed"] == 0
    results = xr.open_zarr(store, chunks=None)
    assert (results.measured_outlier_error_cluster < 0.5).all()
    axes = ["--x", "learning_rate", "--kind", "curves", "--observable", "lambda_max"]
    assert cli.main(["draw", str(store), *axes, "--level", "cluster", "--out", str(stem)]) == 0
    assert stem.with_suffix(".png").exists()


@pytest.mark.parametrize("name", ["levels", "width", "parametrisation", "taxonomy", "data_quality"])
def test_studies_name_their_commands(name):
    text = (EXAMPLES / f"{name}.toml").read_text(encoding="utf-8")
    commands = re.findall(r"^#   fort-ganguli (.*)$", text, flags=re.MULTILINE)
    assert [command.split()[0] for command in commands] == ["sweep", "draw"]
    for command in commands:
        cli.parser().parse_args(shlex.split(command))


def test_the_taxonomy_in_small(tmp_path, monkeypatch):
    """Its corners, on irises, by its own commands: all of its observables, and the phases."""
    text = (EXAMPLES / "taxonomy.toml").read_text(encoding="utf-8")
    small = {"epochs = 100": "epochs = 20", "[training]": '[data]\ndata = "iris"\n[training]'}
    for old, new in small.items():
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "taxonomy.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    sweep_, draw = (
        shlex.split(line) for line in re.findall(r"^#   fort-ganguli (.*)$", text, re.M)
    )
    sweep_[1], sweep_[-1] = "taxonomy.toml", "1"
    assert cli.main([*sweep_, "--fast"]) == 0
    results = xr.open_zarr("taxonomy.zarr", chunks=None)
    assert results.measured_mode_connectivity.shape == (2, 2, 1)
    for name in tomllib.loads(text)["observables"]:
        assert np.isfinite(results[f"measured_{name}"]).all()
    with unrendered():
        assert cli.main(draw) == 0
    assert Path("taxonomy.png").exists()


@pytest.mark.parametrize("name", ["taxonomy", "data_quality"])
def test_the_taxonomies_name_their_commands(name):
    text = (EXAMPLES / f"{name}.toml").read_text(encoding="utf-8")
    commands = re.findall(r"^#   fort-ganguli (.*)$", text, flags=re.MULTILINE)
    assert [command.split()[0] for command in commands] == ["sweep", "draw"]
    for command in commands:
        cli.parser().parse_args(shlex.split(command))


def test_the_script_trains_measures_predicts_and_goes_on(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    experiment = runpy.run_path(str(EXAMPLES / "script.py"))["experiment"]
    made = sorted((tmp_path / "results" / "script").rglob("*.*"))
    names = {path.name for path in made}
    assert names == {"measured.nc", "levels.png", "epoch-0000.pt", "epoch-0003.pt", "resume.pt"}
    before = {path: path.stat().st_mtime_ns for path in made}
    run(experiment, out="results/script", progress=False)
    assert before == {path: path.stat().st_mtime_ns for path in before}
