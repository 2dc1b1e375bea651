"""The commands sweep and draw."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from figures import cli
from figures.network_studies.kinds import load
from tests.support.program.command_line import run
from tests.support.studies.swept_study import STUDY
from theory import record

EXAMPLES = Path(__file__).parents[4] / "examples"


def test_the_draw_command_saves_the_picture_with_its_data(swept):
    base = ["draw", str(swept / "s.zarr"), "--observable", "outliers", "--x", "noise_ratio"]
    assert cli.main([*base, "--y", "margin", "--out", str(swept / "map")]) == 0
    assert cli.main([*base, "--kind", "curves", "--at", "margin=1", "--out", str(swept / "c")]) == 0
    for stem in ("map", "c"):
        assert all((swept / f"{stem}.{kind}").stat().st_size for kind in ("png", "pdf", "nc"))
    data = xr.load_dataset(swept / "c.nc", engine="h5netcdf")
    made_by = json.loads(data.provenance)
    assert made_by["command"] == "fort-ganguli draw"
    assert made_by["parameters"]["study"]["command"] == "fort-ganguli sweep"
    for changes in (["--kind", "curves"], ["--path", str(swept / "s.zarr")]):
        assert cli.main([*base, "--at", "margin=0", *changes, "--out", str(swept / "c")]) == 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ([], "--observable is of a map or curves, got None with --kind map"),
        (["--kind", "phases", "--observable", "lambda_max"], "got lambda_max with --kind phases"),
        (["--kind", "phases"], "the study must have mode_connectivity and hessian_lambda_max"),
        (["--kind", "phases", "--log", "x"], "--log is of a map or curves, got --kind phases"),
        (["--observable", "lambda_max", "--sharp", "2"], "--sharp is of phases, got --kind map"),
    ],
)
def test_options_of_draw_that_do_not_go_together(swept, changes, message, capsys):
    base = ["draw", str(swept / "s.zarr"), "--x", "noise_ratio", "--y", "margin"]
    assert cli.main([*base, *changes, "--out", str(swept / "none")]) == 2
    assert message in capsys.readouterr().err
    assert not list(swept.glob("none*"))


@pytest.mark.parametrize("told", [None, "{"])
@pytest.mark.usefixtures("unrendered")
def test_a_store_that_does_not_say_who_made_it_is_drawn(swept, tmp_path, told):
    shutil.copytree(swept / "s.zarr", tmp_path / "s.zarr")
    metadata = json.loads((tmp_path / "s.zarr" / "zarr.json").read_text())
    del metadata["attributes"]["provenance"]
    if told is not None:
        metadata["attributes"]["provenance"] = told
    (tmp_path / "s.zarr" / "zarr.json").write_text(json.dumps(metadata))
    drawn = ["--observable", "lambda_max", "--x", "noise_ratio", "--kind", "curves"]
    done = run("draw", "s.zarr", *drawn, "--y", "margin", "--out", "p", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "saved p.png, .pdf, .svg, .nc\n")
    assert json.loads(record.load(tmp_path / "p.nc").provenance)["parameters"]["study"] == {}


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
def test_bad_input_is_one_line_and_status_2(swept, tmp_path, change, arguments, message):
    (tmp_path / "study.toml").write_text(STUDY.replace(*change) if change[0] else STUDY)
    done = run("sweep", "study.toml", "--out", str(swept / "s.zarr"), *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr


NETWORKS = """
observables = ["lambda_max", "lambda_max_cluster", "test_error"]
seed = 0
replicates = 2
[data]
data = "iris"
[training]
epochs = 1
[measurement]
examples = 30
held_out = 40
[grid]
width = [4, 8]
activation = ["relu", "tanh"]
"""


def test_networks_are_swept_and_drawn_by_the_same_commands(tmp_path, capsys):
    (tmp_path / "study.toml").write_text(NETWORKS)
    store, stem = str(tmp_path / "s.zarr"), str(tmp_path / "p")
    sweep = ["sweep", str(tmp_path / "study.toml"), "--out", store, "--workers", "1"]
    assert cli.main(sweep) == 0
    told = capsys.readouterr()
    assert "about 1 s in 1 process\n" in told.err
    assert "computed 8" in told.out
    assert cli.main(sweep) == 0
    assert "about" not in capsys.readouterr().err  # nothing is left to compute
    draw = ["draw", store, "--observable", "lambda_max", "--x", "width", "--out", stem]
    curves = ["--y", "activation", "--kind", "curves", "--overwrite"]
    assert cli.main([*draw, "--y", "activation"]) == 0
    assert cli.main([*draw, *curves, "--level", "cluster"]) == 0
    data = xr.load_dataset(f"{stem}.nc", engine="h5netcdf")
    held = xr.open_zarr(store)
    assert data.drawn == "measured"
    expected = held.measured_lambda_max_cluster.mean("replicate")
    assert (data.predicted == expected.transpose(*data.predicted.dims)).all()
    capsys.readouterr()
    for changes, message in (
        (["--level", "FG"], "observable of level FG must be one of"),
        (["--observable", "lamda_max"], "did you mean 'lambda_max'"),
    ):
        assert cli.main([*draw, *curves, *changes]) == 2
        assert message in capsys.readouterr().err


def test_what_a_study_may_ask_for_is_listed(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["sweep", "--list"])
    assert ended.value.code == 0
    assert "outlier_error_cluster" in capsys.readouterr().out


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_examples_are_studies(path):
    assert load(path).points > 10


@pytest.mark.usefixtures("unrendered")
def test_a_damaged_store_is_told_and_computed_again(swept, tmp_path, monkeypatch, capsys):
    store = tmp_path / "s.zarr"
    shutil.copytree(swept / "s.zarr", store)
    (tmp_path / "study.toml").write_text(STUDY)
    chunk = next(p for p in (store / "sampled_outliers" / "c").rglob("*") if p.is_file())
    whole = chunk.read_bytes()
    draw = ["draw", str(store), "--observable", "outliers", "--x", "noise_ratio", "--y", "margin"]
    for damaged in (b"x" + whole[1:], None):
        chunk.write_bytes(damaged) if damaged else chunk.unlink()
        assert cli.main([*draw, "--out", str(tmp_path / "map")]) == 2
        assert "has lost" in (told := capsys.readouterr().err)
        assert "the same 'fort-ganguli sweep' computes" in told
        sweep = ["sweep", str(tmp_path / "study.toml"), "--out", str(store), "--workers", "1"]
        assert cli.main(sweep) == 0
        assert "had lost the results of 60 cells" in capsys.readouterr().err
        assert chunk.read_bytes() == whole
    assert cli.main([*draw, "--out", str(tmp_path / "map")]) == 0


def test_a_study_whose_cells_all_failed_is_no_success(tmp_path, monkeypatch, capsys):
    def broken(*_, **__):
        raise ArithmeticError("no root")

    monkeypatch.setattr("simulate.studies.model_cells.predicted", broken)
    theory = STUDY.replace('"theory", "simulation"', '"theory"')
    (tmp_path / "study.toml").write_text(theory)
    out = str(tmp_path / "s.zarr")
    assert cli.main(["sweep", str(tmp_path / "study.toml"), "--out", out, "--workers", "1"]) == 2
    assert "error: all 10 cells failed; predicted_error" in capsys.readouterr().err


def test_data_that_are_not_there_leave_no_store(tmp_path, capsys):
    (tmp_path / "study.toml").write_text(NETWORKS.replace('"iris"', '"absent.npz"'))
    out = tmp_path / "s.zarr"
    assert cli.main(["sweep", str(tmp_path / "study.toml"), "--out", str(out)]) == 2
    assert "error: cannot read absent.npz: no such file" in capsys.readouterr().err
    assert not out.exists()


def test_networks_of_a_data_file_that_has_changed_are_not_mixed(tmp_path, capsys):
    def swept(rows, replicates):
        inputs = np.random.default_rng(rows).standard_normal((rows, 3))
        np.savez(tmp_path / "own.npz", inputs=inputs, targets=np.arange(rows) % 2)
        (tmp_path / "study.toml").write_text(
            f"""
observables = ["test_error"]
seed = 0
replicates = {replicates}
[data]
data = "{tmp_path / "own.npz"}"
[training]
epochs = 0
[grid]
width = [2]
"""
        )
        out = ["--out", str(tmp_path / "s.zarr"), "--workers", "1"]
        return cli.main(["sweep", str(tmp_path / "study.toml"), *out])

    assert swept(40, 1) == 0
    assert swept(40, 2) == 0
    capsys.readouterr()
    assert swept(50, 3) == 2
    said = capsys.readouterr().err
    assert "s.zarr was begun with another" in said
    assert said.count("\n") == 1
