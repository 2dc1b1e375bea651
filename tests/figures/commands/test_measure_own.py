"""The measure command on what the user brings: trained weights."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import torch

from empirical.networks.training import load_checkpoint
from figures import cli
from theory import record

MODEL = """
from torch import nn

def make():
    return nn.Sequential(nn.Linear(6, 9), nn.Tanh(), nn.Linear(9, 3))
"""
SOME = ["--observe", "logits", "spectrum", "--examples", "60", "--held-out", "80"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "my_models", raising=False)  # of another test's folder
    (tmp_path / "my_models.py").write_text(MODEL)
    rng = np.random.default_rng(0)
    labels = np.arange(300) % 3
    inputs = rng.standard_normal((300, 6)) + np.eye(3, 6)[labels]
    np.savez(tmp_path / "mine.npz", inputs=inputs, targets=labels)
    return tmp_path


OWN = ["--network", "my_models:make", "--data", "mine.npz"]


def test_weights_alone_are_measured_as_the_checkpoint_that_holds_them(folder, capsys):
    assert cli.main(["measure", *OWN, *SOME, "--epochs", "0", "2", "--out", "trained"]) == 0
    for name in ("0000", "0002"):
        path = f"trained/checkpoints/epoch-{name}.pt"
        network = load_checkpoint(path, factory="my_models:make").network
        torch.save(network.state_dict(), f"{name}.pt")
    files = ["--weights", "0000.pt", "0002.pt"]
    assert cli.main(["measure", *OWN, *SOME, *files, "--out", "again"]) == 0
    first, again = (record.load(f"{name}/measured.nc") for name in ("trained", "again"))
    assert again.epoch.values.tolist() == [0, 1]
    assert not (folder / "again" / "checkpoints").exists()
    for name in ("eigenvalues", "loss", "test_accuracy", "weight_norm"):
        np.testing.assert_array_equal(again[name], first[name])
    torch.save(load_checkpoint(path, factory="my_models:make").network.state_dict(), "0000.pt")
    capsys.readouterr()
    assert cli.main(["measure", *OWN, *SOME, *files, "--out", "again"]) == 2
    assert "holds measurements of other checkpoints" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--epochs", "1"], "--epochs must not be given with --weights, which brings its own"),
        (["--network", "mlp"], "w.pt does not hold the weights of the network: missing 0.bias"),
        (["--weights", "absent.pt"], "cannot read absent.pt: no such file"),
    ],
)
def test_weights_that_do_not_fit_are_one_line(folder, capsys, arguments, message):
    torch.save({"0.weight": torch.ones(9, 6)}, "w.pt")
    arguments = [*OWN, *SOME, "--weights", "w.pt", *arguments, "--out", "out"]
    assert cli.main(["measure", *arguments]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert not (folder / "out").exists()
