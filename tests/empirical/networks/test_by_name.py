"""Shipped networks: their sizes, seeds and descriptions; and the user's own."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from empirical import networks
from empirical.data import Data, digits
from empirical.networks import build, named, own
from empirical.settings import Network
from tests.support.networks.shipped_networks import SHIPPED, weights
from tests.support.references.explicit_jacobian import random_data
from theory.checks import InputError


@pytest.mark.parametrize("kind", [*SHIPPED, "transformer"])
def test_the_seed_decides_and_the_description_builds_again(kind):
    if kind == "transformer":
        x = torch.arange(12).view(2, 6) % 5

        def make(seed):
            return networks.transformer(classes=5, context=6, width=8, heads=2, seed=seed)
    else:
        make, _, image = SHIPPED[kind]
        x = torch.rand(2, *image)
    random = torch.get_rng_state()
    network = make(3).eval()
    assert torch.equal(torch.get_rng_state(), random)
    assert torch.equal(weights(network), weights(make(3)))
    assert not torch.equal(weights(network), weights(make(4)))
    again = build(network.architecture)
    again.load_state_dict(network.state_dict())
    assert torch.equal(again.eval()(x), network(x))


def tokens() -> Data:
    return Data(torch.zeros(8, 5, dtype=torch.int64), torch.arange(8) % 3, 3, "play")


def small() -> nn.Module:
    return nn.Sequential(nn.Linear(5, 4), nn.Dropout(0.5))


def lazy() -> nn.Module:
    return nn.LazyLinear(4)


def not_a_network() -> int:
    return 3


def test_networks_by_name_fit_their_data():
    data, _ = digits()
    small = named(Network(hidden=(7,), activation="tanh"), data, seed=0)
    assert small.get_parameter("0.weight").shape == (7, 64)
    assert named(Network(name="cnn"), data, seed=0)(data.inputs[:2]).shape == (2, 10)
    assert named(Network(name="transformer"), tokens(), seed=0)(tokens().inputs).shape == (8, 3)
    random = torch.get_rng_state()
    mine = named(Network(name=f"{__name__}:small"), random_data(9), seed=1)
    assert torch.equal(torch.get_rng_state(), random)
    assert torch.equal(weights(mine), weights(own(f"{__name__}:small", seed=1)))
    assert not torch.equal(weights(mine), weights(own(f"{__name__}:small", seed=2)))
    unset = [named(Network(name=f"{__name__}:lazy"), random_data(9), seed=1) for _ in range(2)]
    assert torch.equal(*map(weights, unset))


made = nn.Linear(5, 4)


def sized(width):
    return nn.Linear(width, 4)


def images() -> Data:
    return Data(torch.zeros(8, 2, 3), torch.arange(8) % 3, 3, "pictures")


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("cnn", random_data(9), "network cnn takes images, and random are not known to be"),
        ("lenet", digits()[0], r"image must be at least 12 pixels on each side, got \(8, 8\)"),
        ("mlp", tokens(), "mlp takes numbers of floating point; play holds tokens"),
        ("transformer", digits()[0], "takes tokens, as integers are; digits holds numbers"),
        ("absent:make", random_data(9), "cannot import network absent:make: No module named"),
        (f"{__name__}:absent", random_data(9), "cannot import network .* no attribute 'absent'"),
        (":", random_data(9), "cannot import network :"),
        (f"{__name__}:not_a_network", random_data(9), "must return an nn.Module, got int"),
        (f"{__name__}:SHIPPED", random_data(9), "must be a function that makes one, got dict"),
        (f"{__name__}:made", random_data(9), "must be a function that makes one, got Linear"),
        (f"{__name__}:sized", random_data(9), "a function without arguments: .*'width'"),
        ("mlp", images(), r"takes a vector for each .* pictures have the shape \(2, 3\)"),
        (f"{__name__}:small", digits()[0], "network .*small does not take digits: mat1"),
        (f"{__name__}:small", random_data(9, classes=3), r"must return logits of shape \(2, 3\)"),
    ],
)
def test_networks_that_do_not_fit_are_refused(name, data, message):
    with pytest.raises(InputError, match=message):
        named(Network(name=name), data, seed=0)


@pytest.mark.parametrize(
    "description",
    [
        {},
        {"kind": "cnn"},
        {"kind": "cnn", "image": [1, 8], "classes": 10},
        {"kind": "cnn", "image": [1, 8, 8], "classes": "10"},
        {"kind": "transformer", "classes": 5},
        {"kind": "transformer", "classes": 5, "context": 6, "width": 9, "heads": 2},
        {"kind": "own", "factory": "os:getcwd"},
    ],
)
def test_unknown_descriptions_are_refused_and_run_nothing(description):
    with pytest.raises(InputError):
        build(description)
