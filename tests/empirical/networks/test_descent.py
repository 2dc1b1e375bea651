"""Descent without files, to the same bits as with them."""

import pytest
import torch

from empirical.data import load
from empirical.networks import named
from empirical.networks.descent import trained
from empirical.networks.training import load_checkpoint, train
from empirical.settings import DataSource, Network, Training
from theory import InputError

DATA = load(DataSource(name="iris"))[0]


@pytest.mark.parametrize("epochs", [(0.0,), (0.5,), (1.0, 2.5)])
def test_nothing_is_written_and_the_bits_are_those_of_the_last_checkpoint(tmp_path, epochs):
    network = named(Network(hidden=(8,)), DATA, seed=1)
    before = [weight.clone() for weight in network.parameters()]
    training = Training(epochs=epochs, schedule="cosine", momentum=0.9, seed=2)
    found = trained(network, DATA, training)
    paths = train(network, DATA, training, folder=tmp_path)
    kept = load_checkpoint(paths[-1]).network
    assert not found.training
    for one, other in zip(found.parameters(), kept.parameters(), strict=True):
        assert torch.equal(one, other)
    for one, other in zip(network.parameters(), before, strict=True):
        assert torch.equal(one, other)


def test_a_training_that_diverges_is_refused():
    network = named(Network(hidden=(8,)), DATA, seed=1)
    with pytest.raises(InputError, match=r"learning_rate 1e\+20 is too large"):
        trained(network, DATA, Training(epochs=(5.0,), learning_rate=1e20))
