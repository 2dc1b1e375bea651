"""The command language: record, picture, table, refusals."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from figures import cli
from figures.language import report
from tests.support.program.command_line import run
from theory import record, stream

ROOT = Path(cli.__file__).parent.parent
FEW = "--vocabulary 30 --steps 0 5 --windows 4 --held-out 4 --top 3 --draws 10 --rank 2"


@pytest.fixture(scope="module")
def play(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "play.txt"
    names = [a + b for a in "bcdfgh" for b in "aeiou"]
    path.write_text(" ".join(names[k] for k in stream(0, "play").integers(30, size=3000)))
    return path


def called(play, folder, *more):
    printed = io.StringIO()
    asked = ["language", "--fast", "--data", str(play), *FEW.split(), "--out", str(folder)]
    with contextlib.redirect_stdout(printed):
        assert cli.main([*asked, *more]) == 0
    return printed.getvalue()


@pytest.fixture(scope="module")
def ran(play, tmp_path_factory):
    out = tmp_path_factory.mktemp("language") / "run"
    return out, called(play, out)


def test_record_picture_and_table(ran):
    out, told = ran
    for suffix in (".png", ".pdf", ".svg", ".nc"):
        assert (out / f"language{suffix}").stat().st_size > 1000
    lines = told.splitlines()
    assert lines[0].split() == ["step", "0", "5"]
    assert any(line.startswith("off FG weighted") for line in lines)
    made = record.load(out / "measured.nc")
    assert f"unigram entropy: {float(made.unigram_entropy):.3f} nat" in lines
    assert made.eigenvalue.shape == (2, 3)
    assert set(json.loads(made.attrs["text"])) == {"sha256"}


@pytest.mark.usefixtures("unrendered")
def test_the_same_command_goes_on_and_another_is_refused(ran, play, capsys):
    out, _ = ran
    told = json.loads(called(play, out, "--json"))
    made = record.load(out / "measured.nc")
    np.testing.assert_array_equal(told["eigenvalue"], made.eigenvalue)
    assert told["provenance"]["parameters"]["vocabulary"] == 30
    asked = ["language", "--fast", "--data", str(play), *FEW.split(), "--seed", "1"]
    assert cli.main([*asked, "--out", str(out)]) == 2
    assert "holds another run, its seed is 0, not 1" in capsys.readouterr().err


KILLED = """
import os, signal, sys
from empirical.language import study
from figures import cli

measured, points = study.measured, []

def killed(*arguments, **named):
    if len(points) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    points.append(1)
    return measured(*arguments, **named)

study.measured = killed
cli.main(sys.argv[1:])
"""


@pytest.mark.slow
@pytest.mark.usefixtures("unrendered")
def test_a_killed_command_goes_on_to_the_same_bits(play, tmp_path, monkeypatch):
    """Killed at the third of four points: two are kept, and the training is, up to the third."""
    monkeypatch.chdir(tmp_path)
    asked = ["language", "--fast", "--data", str(play), *FEW.split(), "--steps", "0", "5", "110"]
    asked += ["120", "--out"]
    done = subprocess.run(
        [sys.executable, "-c", KILLED, *asked, "cut"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
    )
    assert done.returncode == -signal.SIGKILL
    assert record.load("cut/measured.nc").step.values.tolist() == [0, 5]
    for name in ("cut", "whole"):
        assert cli.main([*asked, name]) == 0
    assert record.load("cut/measured.nc").identical(record.load("whole/measured.nc"))
    assert not list(Path("cut").glob(".*"))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (["--data", "digits"], "data must be docstrings or a file .txt, got 'digits'"),
        (["--data", "absent.txt"], "cannot read absent.txt: no such file"),
        (["--top", "0"], "top must be at least 1, got 0"),
    ],
)
def test_bad_input_is_one_line(asked, words, tmp_path):
    done = run("language", *asked, cwd=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert words in done.stderr
    assert not list(tmp_path.iterdir())


def test_errors_are_those_of_known_predictions():
    measured, predicted = np.array([[2.0, 1.0]]), np.array([[[4.0, np.nan]]])
    made = xr.Dataset(
        {
            "eigenvalue": (("step", "rank"), measured),
            "predicted": (("step", "level", "rank"), predicted),
            "gradient_power": (("step", "rank"), [[0.25, 0.5]]),
            "predicted_power": (("step", "level", "rank"), [[[0.125, np.nan]]]),
        }
    )
    found = report.errors(made)
    assert found.off.item() == pytest.approx(np.log(2))
    assert found.share.item() == 0.75
    assert found.predicted_share.item() == 0.125
