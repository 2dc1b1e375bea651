"""The command line as its users run it."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from empirical.groups.observable_groups import GROUPS
from figures import cli
from figures import predict as predicting
from simulate import replicates
from tests.support.program.command_line import run
from theory import record
from theory.records.provenance import version_line

MODEL = ["--C", "10", "--D", "1000", "--sigma-z", "1", "--sigma-c", "1", "--sigma-E", "0.7"]


BASE = ["--N", "300", *MODEL]


def numbers(*arguments: str) -> dict:
    done = run(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def predicted() -> dict:
    return numbers("predict", *BASE, "--seed", "0")


@pytest.fixture(scope="module")
def simulated() -> dict:
    return numbers("simulate", *BASE, "--seed", "0", "--replicates", "20", "--per-replicate")


def test_prediction_is_that_of_the_samples(predicted, simulated):
    outliers = np.array(predicted["outliers"])
    draws = np.array([one["outliers"] for one in simulated["replicates"]])
    assert np.all(np.diff(outliers) < 0)
    assert draws.shape == (20, 9)
    bias = 0.002  # of the deterministic equivalent and of its ordering
    for of in (lambda x: x, lambda x: x.sum(axis=-1, keepdims=True)):
        sampled, error = of(draws).mean(axis=0), of(draws).std(axis=0, ddof=1) / np.sqrt(20)
        assert np.all(np.abs(of(outliers) - sampled) < 4 * error + bias * sampled)
        assert np.any(np.abs(1.05 * of(outliers) - sampled) > 4 * error + bias * sampled)
    assert np.array(simulated["outliers_mean"]) == pytest.approx(draws.mean(axis=0))
    share, error = simulated["gradient_power_mean"], simulated["gradient_power_sem"]
    assert abs(predicted["gradient_power"] - share) < 4 * error + 0.01
    assert predicted["bulk_edges"][1] == pytest.approx(simulated["bulk_max_mean"], rel=0.05)
    for name in ("trace", "frobenius"):
        assert predicted[name] == pytest.approx(simulated[f"{name}_mean"], rel=0.02)
    assert predicted["provenance"]["seed"] == 0


def test_without_a_seed_the_prediction_is_averaged(predicted):
    averaged = numbers("predict", *BASE)
    assert averaged["provenance"]["seed"] is None
    assert averaged["gradient_power_std"] > 0.05
    assert averaged["participation"] == pytest.approx(0.194687, abs=1e-6)
    assert averaged["outliers"] == pytest.approx(predicted["outliers"], rel=0.05)


def test_records_are_saved_and_reopened(tmp_path):
    done = run("simulate", *BASE, "--replicates", "2", "--out", str(tmp_path / "deep" / "s.nc"))
    assert done.returncode == 0
    saved = record.load(tmp_path / "deep" / "s.nc")
    made_by = json.loads(saved.provenance)
    assert saved.sizes["replicate"] == 2
    assert made_by["parameters"]["N"] == 300
    again = numbers("simulate", *BASE, "--replicates", "2", "--seed", str(made_by["seed"]))
    assert again["outliers_mean"] == saved.eigenvalues.values[:, :9].mean(axis=0).tolist()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["predict", "--N", "0", *MODEL], "N must be at least 1, got 0"),
        (["predict", "--N", "3e-1", *MODEL], "must be an integer, got '3e-1'"),
        (["predict", "--N", "300", *MODEL[2:]], "required: --C"),
        (["predict", *BASE, "--sigma-E", "-1"], "sigma_E must be at least 0, got -1"),
        (["predict", *BASE, "--sigma-z", "nan"], "sigma_z must be finite, got nan"),
        (["predict", *BASE, "--labels", "odd"], "invalid choice: 'odd'"),
        (["predict", *BASE, "--margin", "1"], "margin must be 0 unless labels is 'margin'"),
        (["predict", *BASE, "--seed", "-1"], "seed must be at least 0, got -1"),
        (["simulate", *BASE, "--replicates", "0"], "replicates must be at least 1, got 0"),
        (["simulate", *BASE, "--workers", "0"], "workers must be at least 1, got 0"),
        (["predict", *BASE, "--out", "/proc/none/x.nc"], "cannot write"),
        (["predict", *BASE, "--plot", "."], "a picture must have a name, got '.'"),
        (["predict", *BASE, "--plot", ".."], "a picture must have a name, got '..'"),
        (["predict", *BASE, "--D", "1e300"], "D must be at most 1000000000000000, got an integer"),
        (["predict", *BASE, "--D", "9", "--seed", "0"], "D must be at least C with noise, got D=9"),
        (["predict", *BASE, "--sigma-z", "1e6", "--seed", "0"], "sigma_z and margin must leave an"),
        (["measure", "--out", "/proc/none"], "cannot write in /proc/none"),
        (["compare", "--measured", "missing.nc"], "cannot read missing.nc: no such file"),
        (
            ["measure", "--examples", "2000", "--held-out", "2000"],
            "examples + held_out must be at most 1437",
        ),
        (["measure", "--memory", "4 gigs"], "must be a size above 0 as 500M or 4GiB"),
        (["measure", "--memory", "0G"], "must be a size above 0 as 500M or 4GiB, got '0G'"),
        (["measure", "--observe", "bulk"], "invalid choice: 'bulk'"),
        (["nonsense"], "invalid choice: 'nonsense'"),
    ],
)
def test_bad_input_is_one_line_and_status_2(arguments, message, tmp_path):
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_truncated_files_are_refused_and_nothing_is_left(tmp_path):
    broken = tmp_path / "broken.nc"
    broken.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    (tmp_path / "broken.pt").write_bytes(b"PK\x03\x04" + bytes(50))
    for arguments in (
        ["compare", "--redraw", "broken.nc", "--out", "out"],
        ["measure", "--checkpoint", "broken.pt", "--out", "out"],
    ):
        done = run(*arguments, cwd=tmp_path)
        assert done.returncode == 2
        assert "cannot read" in done.stderr
        assert not (tmp_path / "out").exists()


def test_help_has_examples(capsys):
    for name in cli.COMMANDS:
        with pytest.raises(SystemExit, match="0"):
            cli.main([name, "--help"])
        told = capsys.readouterr().out
        assert "examples:" in told
        assert f"fort-ganguli {name} " in told.partition("examples:")[2]
        if name == "measure":
            assert all(f"{group}:" in told for group in GROUPS)


HEAVY = {"torch", "xarray", "pandas", "numba", "matplotlib", "scipy", "sklearn", "zarr"}
LIGHT = {
    0: [["--help"], ["--version"], ["measure", "--help"]],
    2: [
        ["nonsense"],
        ["predict", "--N", "0", *MODEL],
        ["simulate", *BASE, "--replicates", "0"],
        ["measure", "--momentum", "1"],
        ["compare", "--measured", "missing.nc", "--hidden", "5"],
        ["compare", "--redraw", "missing.nc", "--seed", "5"],
        ["goldilocks", "--candidates", "5"],
        ["draw", "missing.zarr", "--observable", "x", "--x", "N", "--out", "o"],
        ["fit", "missing.nc", "--threshold", "nothing=1"],
        ["fit", "missing.nc", "--tolerance", "nothing=1"],
        ["measure", "--checkpoint", "missing.pt", "--hidden", "5"],
        ["measure", "--checkpoint", "missing.pt"],
        ["measure", "--data", "missing.npz"],
        ["sweep", "missing.toml", "--out", "o"],
        ["draw", "missing.zarr", "--observable", "x", "--x", "N", "--kind", "curves", "--out", "o"],
        ["table", "missing.nc"],
    ],
}


def test_help_and_usage_errors_need_no_heavy_imports():
    code = f"""
import sys
from figures import cli
for status, commands in {LIGHT!r}.items():
    for arguments in commands:
        try:
            found = cli.main(arguments)
        except SystemExit as end:
            found = end.code
        loaded = {HEAVY!r} & set(sys.modules)
        if found != status or loaded:
            sys.exit(f"{{arguments}} ended with {{found}} and loaded {{loaded}}")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_prediction_that_is_only_told_needs_no_tables():
    code = f"""
import sys
from figures import cli
found = cli.main({["predict", *BASE]!r})
sys.exit(found or str({{"xarray", "pandas", "torch", "matplotlib"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr == "set()\n"
    assert "outliers" in done.stdout


@pytest.mark.parametrize(
    "at", ["numpy", "figures.streams", "figures.commands.networks.fit", "scipy"]
)
def test_an_interrupt_while_modules_load_is_one_line(at):
    code = f"""
import sys
class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == {at!r}:
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupt())
from figures import cli
sys.exit(cli.main({["predict", *BASE]!r}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 130
    assert done.stderr.startswith("fort-ganguli")
    assert done.stderr.endswith(": interrupted\n")
    assert done.stderr.count("\n") == 1


def test_options_that_do_not_apply_are_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for arguments, message in (
        (["--measured", "m.nc", "--hidden", "5", "--epochs", "0"], "--epochs, --hidden must not"),
        (["--measured", "m.nc", "--mixed-versions"], "--mixed-versions must not be given with"),
        (["--redraw", "c.nc", "--seed", "1", "--replicates", "3"], "--seed, --replicates must not"),
        (["--network", "cnn", "--activation", "tanh"], "activation is of network mlp, got tanh"),
    ):
        assert cli.main(["compare", *arguments]) == 2
        told = capsys.readouterr().err
        assert message in told
        assert told.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_file_is_not_replaced_unasked(tmp_path, capsys):
    path = tmp_path / "p.nc"
    arguments = ["predict", *BASE, "--out", str(path)]
    other = [*arguments, "--seed", "3"]
    for again in (arguments, arguments, [*other, "--overwrite"], other):
        assert cli.main(again) == 0
    capsys.readouterr()
    assert cli.main(arguments) == 2
    told = "p.nc holds another run, its seed is 3, not None: name another --out, or replace it"
    assert told in capsys.readouterr().err
    path.write_text("mine")
    assert cli.main(arguments) == 2
    assert "not a whole record of this program: name another --out" in capsys.readouterr().err
    assert path.read_text() == "mine"
    drawn = ["predict", *BASE, "--plot", str(tmp_path / "p")]
    assert cli.main(drawn) == 2
    assert "not a whole record of this program: name another --plot" in capsys.readouterr().err


def test_what_cannot_be_written_is_said_before_the_work(tmp_path, monkeypatch):
    def work(*_, **__):
        raise AssertionError("work began")

    monkeypatch.setattr(predicting, "predict", work)
    monkeypatch.setattr(replicates, "replicates", work)
    (tmp_path / "file").touch()
    (tmp_path / "mine.png").write_text("mine")
    for arguments, told in (
        (["predict", *BASE, "--out", "file/p.nc"], "a file stands where a folder must be"),
        (["predict", *BASE, "--plot", "file/p"], "a file stands where a folder must be"),
        (["simulate", *BASE, "--out", "file/p.nc"], "a file stands where a folder must be"),
        (
            ["predict", *BASE, "--plot", "mine"],
            "mine.png is there and no picture of this program: name another --plot",
        ),
    ):
        done = run(*arguments, cwd=tmp_path)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert told in done.stderr
    assert "work began" in run("predict", *BASE, "--out", "new/p.nc", cwd=tmp_path).stderr
    assert {each.name for each in tmp_path.iterdir()} == {"file", "mine.png"}
    assert (tmp_path / "mine.png").read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "status"), [(["--version"], 0), (["predict", "--N", "0", *MODEL], 2)]
)
def test_a_process_of_its_own_gives_the_same(arguments, status):
    command = [sys.executable, "-m", "figures", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    here = run(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (status, here.stdout, here.stderr)


def test_version():
    done = run("--version")
    assert done.returncode == 0
    assert done.stdout == f"fort-ganguli {version_line()}\n"
