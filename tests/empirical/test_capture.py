"""What capture refuses, and that it leaves the network as it was."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from empirical.capture import capture
from empirical.data import Data
from empirical.networks import mlp
from tests.support.networks import zoo
from tests.support.references.explicit_jacobian import random_data
from theory.checks import InputError


def test_logits_are_those_of_the_network(network, data):
    sample = capture(network, data)
    expected = copy.deepcopy(network).double()(data.inputs.double())
    assert torch.equal(sample.logits, expected)
    assert torch.equal(sample.targets, data.targets)


def test_residuals_sum_to_zero_and_keep_small_values(data):
    network = mlp((5, 4), seed=0)
    with torch.no_grad():
        network.get_parameter("0.weight").mul_(200)
    sample = capture(network, data)
    y = nn.functional.one_hot(data.targets, data.classes)
    torch.testing.assert_close(sample.r, sample.p - y, rtol=0, atol=1e-15)
    right = sample.r.gather(1, data.targets[:, None])
    assert right.max() < 0
    assert right.abs().min() < 1e-17  # where p - y would round to zero


class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.head = nn.Linear(5, 5), nn.Linear(5, 4)

    def forward(self, x):
        return self.head(self.body(self.body(x)))


class Noisy(Twice):
    def forward(self, x):
        return self.head(nn.functional.dropout(self.body(x), 0.5, training=True))


class Mixing(Twice):
    def forward(self, x):
        h = self.body(x)
        return self.head(h - h.mean(0))


class Narrow(Twice):
    def forward(self, x):
        return self.head(self.body(x))[:, :3]


class Exploding(Twice):
    def forward(self, x):
        return self.head(self.body(x)) / 0


class Changing(Twice):
    """Takes another way when examples are many."""

    def forward(self, x):
        h = self.body(x)
        return self.head(self.body(h) if len(x) > 10 else h)


class Forgetful(Twice):
    def forward(self, x):
        return x[:, :4]


def train_mode(layer):
    return nn.Sequential(nn.Linear(5, 5), layer, nn.Linear(5, 4)).train()


REFUSED = {
    "layer 1 is dropout in train mode": lambda: train_mode(nn.Dropout(0.1)),
    "layer 1 normalises over the batch": lambda: train_mode(nn.BatchNorm1d(5, affine=False)),
    "logits of an example must not be random": Noisy,
    "logits .* must not .* depend on the others": Mixing,
    "nor depend on the others in its batch": Changing,
    r"network must return logits of shape \(N, 4\), got \(N, 3\)": Narrow,
    "logits must be finite": Exploding,
    "network must have weights": lambda: mlp((5, 4), seed=0).requires_grad_(False),
    "network must have logits that depend on its weights": Forgetful,
}


@pytest.mark.parametrize("message", REFUSED)
def test_what_is_not_supported_raises(message, data):
    with pytest.raises(InputError, match=message):
        capture(REFUSED[message](), data)


def test_eval_mode_dropout_and_unused_layers_are_harmless(data):
    network = train_mode(nn.Dropout(0.1)).eval()
    vars(network)["unused"] = None
    assert capture(network, data).gradients.D == 30 + 24


@pytest.mark.parametrize("make", [lambda: mlp((5, 6, 4), seed=0), Noisy, Twice])
def test_the_network_is_not_changed(make, data):
    network = make().train()
    for weight in network.parameters():
        weight.grad = torch.ones_like(weight)
    before = copy.deepcopy(network.state_dict())
    random = torch.get_rng_state()
    try:
        capture(network, data)
    except InputError:
        assert make is not mlp
    assert torch.equal(torch.get_rng_state(), random)
    assert network.training
    assert all(torch.equal(before[n], v) for n, v in network.state_dict().items())
    for layer in network.modules():
        assert not layer._forward_hooks
    for weight in network.parameters():
        assert weight.dtype == torch.float32
        assert torch.equal(weight.grad, torch.ones_like(weight))


@pytest.mark.parametrize("zoo_name", ["convolutions", "transformer", "recurrent", "tied weights"])
def test_no_network_of_the_zoo_is_changed(zoo_name):
    network = zoo.make(zoo_name)
    before, random = copy.deepcopy(network.state_dict()), torch.get_rng_state()
    capture(network, random_data(7, width=zoo.WIDTHS[zoo_name]), dtype=torch.float32)
    inputs = random_data(3, width=zoo.WIDTHS[zoo_name]).inputs
    with pytest.raises(InputError, match=r"targets must lie in 0\.\.3, got 9"):
        capture(network, [(inputs, torch.tensor([0, 1, 9]))])
    assert torch.equal(torch.get_rng_state(), random)
    assert all(torch.equal(before[n], v) for n, v in network.state_dict().items())
    assert all(w.grad is None and w.requires_grad for w in network.parameters())
    assert not any(layer.training for layer in network.modules())


def test_a_type_that_is_not_offered_is_refused(data):
    with pytest.raises(InputError, match=r"dtype must be torch.float32 or torch.float64"):
        capture(mlp((5, 4), seed=0), data, dtype=torch.float16)


def test_more_examples_do_not_change_the_first():
    data = random_data(12)
    few = Data(data.inputs[:5], data.targets[:5], 4, "few")
    network = mlp((5, 6, 4), seed=0)
    whole, part = capture(network, data), capture(network, few)
    torch.testing.assert_close(
        whole.gradients.blocks()[:5], part.gradients.blocks(), rtol=1e-13, atol=1e-13
    )
