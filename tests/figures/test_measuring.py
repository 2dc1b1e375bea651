"""The measure command on other networks and data than the default."""

from __future__ import annotations

import json

import numpy as np
import pytest

from figures import cli
from theory import record

FEW = ["--epochs", "0", "1", "--examples", "60", "--held-out", "80", "--dtype", "float32"]
MODEL = """
from torch import nn

def make():
    return nn.Sequential(nn.Linear(6, 9), nn.Tanh(), nn.Linear(9, 3))

def dropping():
    return nn.Sequential(nn.Linear(6, 9), nn.BatchNorm1d(9), nn.Dropout(0.2), nn.Linear(9, 3))
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_models.py").write_text(MODEL)
    rng = np.random.default_rng(0)
    labels = np.arange(300) % 3
    inputs = rng.standard_normal((300, 6)) + np.eye(3, 6)[labels]
    np.savez(tmp_path / "mine.npz", inputs=inputs, targets=labels)
    words = rng.choice(["to ", "be ", "or ", "not "], 800)
    (tmp_path / "play.txt").write_text("".join(words))
    return tmp_path


CASES = {
    "cnn": ["--network", "cnn", "--batch-size", "200"],
    "own": ["--network", "my_models:make", "--data", "mine.npz"],
    "own with dropout": ["--network", "my_models:dropping", "--data", "mine.npz"],
    "text": ["--network", "transformer", "--data", "play.txt", "--vocabulary", "4"],
}


@pytest.mark.parametrize("case", CASES)
def test_networks_and_data(folder, capsys, case):
    arguments = ["measure", *CASES[case], *FEW, "--json", "--out", "out"]
    if case == "text":
        arguments += ["--batch-size", "500"]
    assert cli.main(arguments) == 0
    numbers = json.loads(capsys.readouterr().out)
    saved = record.load(folder / "out" / "measured.nc")
    assert saved.eigenvalues.dtype == np.float32
    assert saved.sizes["epoch"] == 2
    assert all(np.isfinite(saved[name]).all() for name in saved)
    assert numbers["epochs"][1]["loss"] < numbers["epochs"][0]["loss"]
    parameters = json.loads(saved.provenance)["parameters"]
    assert parameters["network"] == CASES[case][1]
    assert parameters["dtype"] == "float32"


def test_checkpoints_of_an_own_network_need_its_name(folder, capsys):
    own = ["--network", "my_models:make", "--data", "mine.npz"]
    assert cli.main(["measure", *own, *FEW, "--out", "out"]) == 0
    checkpoint = ["--checkpoint", "out/checkpoints/epoch-0001.pt", "--out", "again"]
    assert cli.main(["measure", *own, *FEW, *checkpoint]) == 0
    first, again = (record.load(f"{name}/measured.nc") for name in ("out", "again"))
    np.testing.assert_array_equal(again.eigenvalues.sel(epoch=1), first.eigenvalues.sel(epoch=1))
    capsys.readouterr()
    assert cli.main(["measure", "--data", "mine.npz", *FEW, *checkpoint]) == 2
    assert "is of the user's own network my_models:make, got None" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--network", "vgg"], "network must be one of mlp, cnn"),
        (["--network", "absent:make"], "cannot import network absent:make"),
        (["--network", "my_models:make"], "does not take digits"),
        (["--network", "transformer"], "does not take data of numbers"),
        (["--data", "absent.npz"], "cannot read absent.npz"),
        (["--data", "absent.txt"], "cannot read absent.txt"),
        (["--data", "imagenet"], "data must be one of digits, mnist"),
        (["--vocabulary", "5"], "vocabulary is for a text file"),
        (["--device", "abacus"], "device must be cpu, cuda or cuda:<n>, got 'abacus'"),
        (["--device", "cuda:99"], "device must be one of this machine's"),
    ],
)
def test_bad_requests_are_one_line(folder, capsys, arguments, message):
    assert cli.main(["measure", *arguments, *FEW, "--out", "out"]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert not list((folder / "out").iterdir())
