"""The measure command on what the user brings: weights, loops, several inputs, several seeds."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest
import torch

from empirical.networks.training import load_checkpoint
from figures import cli
from theory import record

MODEL = """
import torch
from torch import nn

calls = []

class Pair(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.head = nn.Linear(4, 9), nn.Linear(9, 3)
        self.token = nn.Embedding(5, 9)

    def forward(self, x, *, token):
        return self.head(torch.tanh(self.body(x) + self.token(token)))

def make():
    return nn.Sequential(nn.Linear(6, 9), nn.Tanh(), nn.Linear(9, 3))
"""
LOOPS = """
import torch
from torch import nn
from my_models import calls

def smoothed(network, data):
    calls.append(1)
    descent = torch.optim.Adam(network.parameters(), lr=0.01)
    loss = nn.CrossEntropyLoss(label_smoothing=0.1)
    yield 0
    for epoch in (1, 2, 3):
        for index in torch.randperm(len(data)).split(50):
            descent.zero_grad()
            loss(network(data.inputs[index]), data.targets[index]).backward()
            descent.step()
        if epoch != 2:
            yield epoch

def back(network, data):
    yield 2
    yield 1

def nothing(network, data):
    yield from ()

def returns(network, data):
    return 3

def words(network, data):
    yield "end"

constant = 3
"""
SOME = ["--observe", "logits", "spectrum", "--examples", "60", "--held-out", "80"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in (("my_models", MODEL), ("my_loops", LOOPS)):
        monkeypatch.delitem(sys.modules, name, raising=False)  # of another test's folder
        (tmp_path / f"{name}.py").write_text(text)
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


def test_a_loop_of_the_users_own_says_when_to_measure(folder, capsys, monkeypatch):
    asked = ["measure", *OWN, *SOME, "--train", "my_loops:smoothed", "--out", "out"]
    assert cli.main(asked) == 0
    found = record.load("out/measured.nc")
    assert found.epoch.values.tolist() == [0, 1, 3]
    assert np.all(np.diff(found.loss.values) < 0)
    assert cli.main(asked) == 0
    assert len(sys.modules["my_models"].calls) == 1  # what is done is not trained again
    assert record.load("out/measured.nc").identical(found)
    assert cli.main([*asked[:-1], "again"]) == 0
    np.testing.assert_array_equal(record.load("again/measured.nc").loss, found.loss)
    capsys.readouterr()
    monkeypatch.delitem(sys.modules, "my_loops")  # as a new process
    (folder / "my_loops.py").write_text(LOOPS.replace("0.01", "0.02"))
    assert cli.main(asked) == 2
    assert "holds another run, its training.made_of is" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--train", "my_loops:back"], "must yield ascending epochs, got 1 after 2"),
        (["--train", "my_loops:nothing"], "must yield at least one epoch, got none"),
        (["--train", "my_loops:returns"], "must yield the epochs to measure at, returned int"),
        (["--train", "my_loops:words"], "epoch that my_loops:words yields must be a real number"),
        (["--train", "my_loops:constant"], "my_loops:constant must be a function, got int"),
        (["--train", "my_loops:absent"], "cannot import training loop my_loops:absent"),
        (["--train", "my_loops"], "train must be package.module:function, got 'my_loops'"),
        (["--train", "my_loops:back", "--epochs", "1"], "--epochs must not be given with --train"),
        (["--seeds", "1", "1"], "seeds must be all different, got [1, 1]"),
        (["--seeds", "1", "--seed", "1"], "--seed must not be given with --seeds"),
    ],
)
def test_what_is_no_loop_or_seed_is_one_line(folder, capsys, arguments, message):
    assert cli.main(["measure", *OWN, *SOME, *arguments, "--out", "out"]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert not (folder / "out").exists()


def test_several_inputs_are_trained_measured_and_opened_again(folder):
    rng = np.random.default_rng(0)
    labels = np.arange(300) % 3
    x = rng.standard_normal((300, 4)) + np.eye(3, 4)[labels]
    np.savez("pairs.npz", inputs_0=x, inputs_token=labels, targets=np.eye(3)[labels])
    asked = ["--network", "my_models:Pair", "--data", "pairs.npz", *SOME]
    assert cli.main(["measure", *asked, "--epochs", "0", "5", "--out", "out"]) == 0
    found = record.load("out/measured.nc")
    assert float(found.test_accuracy[-1]) > 0.9  # the token tells the class
    files = ["--checkpoint", "out/checkpoints/epoch-0005.pt", "--out", "again"]
    assert cli.main(["measure", *asked, *files]) == 0
    again = record.load("again/measured.nc").isel(epoch=0)
    np.testing.assert_array_equal(again.eigenvalues, found.isel(epoch=1).eigenvalues)


def test_several_seeds_are_a_record_each(folder, capsys):
    asked = ["measure", *OWN, *SOME, "--epochs", "0", "1"]
    assert cli.main([*asked, "--seeds", "0", "3", "--out", "out", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert list(told) == ["seed-0", "seed-3"]
    assert cli.main([*asked, "--seed", "3", "--out", "one"]) == 0
    one, other = (record.load(f"{name}/measured.nc") for name in ("one", "out/seed-3"))
    assert one.identical(other) or one.drop_attrs().identical(other.drop_attrs())
    assert told["seed-0"]["epochs"][1]["loss"] != told["seed-3"]["epochs"][1]["loss"]
