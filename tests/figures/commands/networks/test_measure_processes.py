"""`measure` started by torchrun: two processes make the record of one, killed in between or not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from figures import cli
from theory import record

ROOT = Path(__file__).parents[4]
ASKED = ["measure", "--hidden", "6", "--activation", "tanh", "--epochs", "0", "0.2", "1"]
ASKED += ["--observe", "logits", "clustering", "spectrum", "model", "terms"]
ASKED += ["--examples", "61", "--held-out", "80"]
KILLED = """
import os, signal, sys
from empirical import trajectory
from figures import cli

measure, points = trajectory.measure, []

def killed(*arguments, **named):
    if len(points) == 1 and os.environ["RANK"] == KILLED_RANK:
        os.kill(os.getpid(), signal.SIGKILL)
    points.append(1)
    return measure(*arguments, **named)

trajectory.measure = killed
sys.exit(cli.main(sys.argv[1:]))
"""


def torchrun(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            Path(sys.executable).with_name("torchrun"),
            "--standalone",
            "--nproc-per-node=2",
            *arguments,
        ],
        env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """With the record of one process."""
    folder = tmp_path_factory.mktemp("torchrun")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert cli.main([*ASKED, "--out", "one"]) == 0
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("rank", ["0", "1"])
def test_killed_in_any_process_and_started_again_it_is_that_of_one(place, monkeypatch, rank):
    monkeypatch.chdir(place)
    script = place / f"killed-{rank}.py"
    script.write_text(KILLED.replace("KILLED_RANK", repr(rank)))
    out = f"cut-{rank}"
    done = torchrun(str(script), *ASKED, "--out", out)
    assert done.returncode != 0
    there = (place / out / "measured.nc").exists()
    held = record.load(f"{out}/measured.nc").epoch.values.tolist() if there else []
    assert held == [0] or (rank == "1" and held == [])  # which is ahead of the first
    done = torchrun("-m", "figures", *ASKED, "--out", out)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count(f"measuring {3 - len(held)} points of 61 examples") == 1
    assert done.stderr.count("saved ") == 1
    assert done.stdout.count("Made by fort-ganguli") == 1
    two, one = record.load(f"{out}/measured.nc"), record.load("one/measured.nc")
    assert set(two) == set(one)
    for name in map(str, one):
        scale = np.nanmax(np.abs(one[name].values))
        tight = (
            1e-3 if "residual" in name else 1e-4 if name.startswith(("term", "curvature")) else 1e-9
        )
        np.testing.assert_allclose(two[name], one[name], rtol=0, atol=tight * scale, err_msg=name)
    assert not list((place / out).glob(".*"))


@pytest.mark.slow
def test_what_stops_the_first_is_said_once(place, monkeypatch):
    monkeypatch.chdir(place)
    done = torchrun("-m", "figures", *ASKED, "--seed", "1", "--out", "one")
    assert done.returncode != 0
    assert done.stderr.count("one/measured.nc holds another run, its data.seed is 0, not 1") == 1
