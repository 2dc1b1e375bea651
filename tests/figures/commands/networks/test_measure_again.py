"""A measurement that is asked for again: it goes on, is kept, is another, or is replaced."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from empirical.experiment import run
from empirical.settings import DataSource, Experiment, Measurement, Network, Training
from figures import cli
from tests.support.program.measurements import FEW, MODEL, OWN, SOME
from theory import files, record

ROOT = Path(__file__).parents[4]


KILLED = """
import os, signal, sys
from empirical import trajectory
from empirical.groups.observable_groups import COMPARED
from figures import cli

measure, points = trajectory.measure, []

def killed(*arguments, **named):
    if len(points) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    points.append(1)
    return measure(*arguments, **named)

trajectory.measure = killed
cli.main(sys.argv[1:])
"""


@pytest.mark.usefixtures("unrendered")
def test_a_killed_measurement_goes_on_to_the_same_bits(folder, capsys):
    """Killed while it measures the third of four points."""
    arguments = ["measure", *OWN, *SOME, "--epochs", "0", "0.2", "0.4", "1", "--out"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(folder)])}
    done = subprocess.run(
        [sys.executable, "-c", KILLED, *arguments, "cut"],
        env=environment,
        check=False,
        capture_output=True,
    )
    assert done.returncode == -signal.SIGKILL
    assert record.load("cut/measured.nc").epoch.values.tolist() == [0, 0.2]
    assert cli.main([*arguments, "cut"]) == 0
    assert "measuring 2 points" in capsys.readouterr().err
    assert cli.main([*arguments, "whole"]) == 0
    assert record.load("cut/measured.nc").identical(record.load("whole/measured.nc"))
    assert not list((folder / "cut").glob(".*"))


@pytest.mark.usefixtures("unrendered")
def test_a_folder_keeps_its_run_until_told_otherwise(folder, capsys):
    asked = [*OWN, *SOME, "--epochs", "0", "--out", "out"]
    assert cli.main(["measure", *asked]) == 0
    held = Path("out/measured.nc").read_bytes()
    for change, told in (
        (["--seed", "1"], "its data.seed is 0, not 1"),
        (["--learning-rate", "1"], "its training.learning_rate is 0.1, not 1.0"),
        (
            ["--observe", "logits"],
            "its measurement.observe is ['logits', 'clustering', 'spectrum']",
        ),
    ):
        capsys.readouterr()
        assert cli.main(["measure", *asked, *change]) == 2
        captured = capsys.readouterr()
        assert f"out/measured.nc holds another run, {told}" in captured.err
        assert "name another --out, or replace it with --overwrite" in captured.err
        assert captured.err.count("\n") == 1
        assert Path("out/measured.nc").read_bytes() == held
    assert cli.main(["measure", *asked, "--seed", "1", "--overwrite"]) == 0
    assert json.loads(record.load("out/measured.nc").provenance)["seed"] == 1


def test_two_runs_into_one_folder_are_one_too_many(folder, capsys):
    with files.claimed("out"):
        assert cli.main(["measure", *OWN, *SOME, "--out", "out"]) == 2
    assert "another process is writing out" in capsys.readouterr().err
    assert not Path("out").exists()


@pytest.mark.usefixtures("unrendered")
def test_a_notebook_makes_what_the_command_makes(folder):
    """The same settings, by the command line and by hand: the record is gone on with."""
    assert cli.main(["measure", *OWN, *SOME, "--epochs", "0", "1", "--out", "out"]) == 0
    saved = record.load("out/measured.nc")
    experiment = Experiment(
        network=Network(name="my_models:make"),
        data=DataSource(name="mine.npz"),
        training=Training(epochs=(0, 1), batch_size=20),
        measurement=Measurement(
            observe=("logits", "clustering", "spectrum"), examples=60, held_out=80
        ),
    )
    assert run(experiment, out="out", progress=False).identical(saved)
    parameters = json.loads(saved.provenance)["parameters"]
    assert set(parameters["network"].pop("made_of")) == {"source", "layers", "dtypes"}
    digest = hashlib.sha256((folder / "mine.npz").read_bytes()).hexdigest()
    assert parameters["data"].pop("sha256") == digest
    assert parameters == experiment.as_dict()


@pytest.mark.usefixtures("unrendered")
def test_an_edited_network_is_another_run(folder, capsys, monkeypatch):
    own = ["measure", "--network", "my_models:dropping", "--data", "mine.npz", *FEW, "--out", "o"]
    own += ["--observe", "logits"]

    def run(*more):
        monkeypatch.delitem(sys.modules, "my_models", raising=False)  # as a new process
        return cli.main([*own, *more])

    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # it tells an edit by the second
    assert run() == 0
    held = (folder / "o" / "measured.nc").read_bytes()
    assert run() == 0
    assert (folder / "o" / "measured.nc").read_bytes() == held
    (folder / "my_models.py").write_text(MODEL.replace("Dropout(0.2)", "Dropout(0.5)"))
    assert run() == 2
    assert "holds another run, its network.made_of.source is" in capsys.readouterr().err
    assert (folder / "o" / "measured.nc").read_bytes() == held
    old = record.load(folder / "o" / "measured.nc").loss
    assert run("--overwrite") == 0
    new = record.load(folder / "o" / "measured.nc").loss
    assert bool(new[0] == old[0])  # dropout acts in training alone
    assert bool(new[1] != old[1])


@pytest.mark.usefixtures("unrendered")
def test_a_data_file_that_has_changed_is_another_run(folder, capsys):
    asked = [
        "measure",
        "--data",
        "mine.npz",
        "--hidden",
        "4",
        "--epochs",
        "0",
        "--observe",
        "logits",
    ]
    asked += ["--examples", "30", "--held-out", "40", "--out", "o"]
    assert cli.main(asked) == 0
    held = (folder / "o" / "measured.nc").read_bytes()
    rng = np.random.default_rng(1)
    np.savez("mine.npz", inputs=rng.standard_normal((300, 6)), targets=np.arange(300) % 3)
    assert cli.main(asked) == 2
    assert "holds another run, its data.sha256 is" in capsys.readouterr().err
    assert (folder / "o" / "measured.nc").read_bytes() == held
