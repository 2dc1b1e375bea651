"""A network of several inputs is measured as the same network of one."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from empirical.capture import capture
from empirical.data import Data
from empirical.data.parts import packed
from empirical.networks import named, own
from empirical.networks.architectures.several_inputs import take_rows
from empirical.networks.training import load_checkpoint, train
from empirical.operators import Curvature
from empirical.settings import Network, Training

TIGHT: dict[str, Any] = {"rtol": 1e-10, "atol": 1e-12}


class Two(nn.Module):
    """Numbers and tokens, the latter by name; returns a mapping."""

    def __init__(self):
        super().__init__()
        self.body, self.token = nn.Linear(3, 6), nn.Embedding(5, 6)
        self.head = nn.Linear(6, 4)

    def forward(self, x, *, tokens):
        mean = self.token(tokens).mean(1)
        return {"logits": self.head(torch.tanh(self.body(x) + mean))}


class One(nn.Module):
    """The same of one row, its tokens one-hot: linear layers alone."""

    def __init__(self, two):
        super().__init__()
        self.two = two

    def forward(self, row):
        mean = row[:, 3:].reshape(-1, 2, 5).mean(1) @ self.two.token.weight
        return self.two.head(torch.tanh(self.two.body(row[:, :3]) + mean))


def data():
    torch.manual_seed(0)
    x, tokens = torch.randn(12, 3), torch.randint(0, 5, (12, 2))
    rows, parts = packed({"0": x, "tokens": tokens})
    targets = torch.arange(12) % 4
    several = Data(rows, targets, 4, "own", parts=parts)
    one_hot = nn.functional.one_hot(tokens, 5).flatten(1).float()
    return several, Data(torch.cat([x, one_hot], 1), targets, 4, "own")


def test_gradients_and_curvature_are_those_of_one_input():
    several, one = data()
    two = Two()
    expected = capture(One(two), one)
    found = capture(take_rows(two, several.parts), several)
    torch.testing.assert_close(found.logits, expected.logits, **TIGHT)
    blocks = expected.gradients.blocks()
    torch.testing.assert_close(found.gradients.blocks(), blocks, **TIGHT)
    own_H = Curvature(two, [(several.inputs, several.targets)]).H
    other = Curvature(One(Two()), [(one.inputs, one.targets)])
    v = torch.randn(own_H.D, dtype=torch.float64)
    assert other.D == own_H.D
    two.eval()
    plain = Two()
    plain.load_state_dict(two.state_dict())
    expected_H = Curvature(One(plain), [(one.inputs, one.targets)]).H
    torch.testing.assert_close(own_H(v), expected_H(v), **TIGHT)


def test_a_trained_one_is_opened_again_with_its_names(tmp_path):
    several, _ = data()
    name = f"{__name__}:Two"
    network = named(Network(name=name), several, seed=0)
    assert set(network.state_dict()) == set(Two().state_dict())
    training = Training(epochs=(1,), batch_size=4)
    (path,) = train(network, several, training, folder=tmp_path)
    opened = load_checkpoint(path, factory=name).network
    logits = opened(several.inputs)["logits"]
    assert not torch.equal(logits, network(several.inputs)["logits"])
    plain = own(name, seed=1)
    plain.load_state_dict(opened.state_dict())
    tokens = several.inputs[:, 3:].long()
    assert torch.equal(plain(several.inputs[:, :3], tokens=tokens)["logits"], logits)
