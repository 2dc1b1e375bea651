"""Trainings at equal cost: how many gradients they take, and that they train."""

import itertools

import pytest
import torch
from torch import nn
from torch.nn.utils import parameters_to_vector

from empirical.data import digits
from empirical.minima.training import train
from empirical.networks import mlp
from empirical.settings.flatness import OPTIMIZERS
from theory import InputError

DATA = digits(seed=0, test=1697)[0]
SETTINGS = {"learning_rate": 0.3, "batch_size": 10, "epochs": 12, "seed": 0}


class Counted(nn.Module):
    """A network that counts the examples it is shown in train mode."""

    def __init__(self):
        super().__init__()
        self.inner = mlp((64, 8, 10), seed=0)
        self.seen = torch.zeros(1)

    def forward(self, x):
        self.seen = self.seen + len(x)
        return self.inner(x)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_all_take_the_same_number_of_gradients(optimizer):
    trained = train(Counted(), DATA, optimizer=optimizer, **SETTINGS)
    assert int(trained.seen) == 12 * len(DATA)  # 120 batches are whole steps of 1, 3 and 5


def test_all_train_in_ways_of_their_own_that_can_be_repeated():
    network = mlp((64, 8, 10), seed=0)
    before = [w.clone() for w in network.parameters()]
    ends = {}
    for name in OPTIMIZERS:
        first, again = (train(network, DATA, optimizer=name, **SETTINGS) for _ in range(2))
        ends[name] = parameters_to_vector(first.parameters())
        assert torch.equal(ends[name], parameters_to_vector(again.parameters()))
        logits = first(DATA.inputs)
        assert nn.functional.cross_entropy(logits, DATA.targets).item() < 1.9
    for one, other in itertools.combinations(ends.values(), 2):
        assert not torch.equal(one, other)
    assert all(torch.equal(a, b) for a, b in zip(before, network.parameters(), strict=True))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"optimizer": "adam"}, "optimizer must be one of sgd, entropy, replicated"),
        ({"optimizer": "entropy", "batch_size": 100, "epochs": 4}, "5 batches or more, got 4"),
        ({"learning_rate": 1e30}, "learning_rate 1e.30 is too large: the loss of sgd is"),
    ],
)
def test_bad_input_is_refused(changes, message):
    with pytest.raises(InputError, match=message):
        train(mlp((64, 8, 10), seed=0), DATA, **{"optimizer": "sgd"} | SETTINGS | changes)
