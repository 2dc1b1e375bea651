"""Statistics of batch normalisation at weights that have none."""

import torch
from torch import nn

from empirical.data import digits
from empirical.networks import resnet20
from empirical.taxonomy import batch_norm

DATA = digits(seed=0)[1]


def test_running_statistics_are_the_mean_over_batches_of_theirs():
    """In one batch those of the data, in float64; in several each weighs by its examples."""
    layer = nn.BatchNorm1d(64).double()
    network = nn.Sequential(layer, nn.Linear(64, 10).double())
    inputs = DATA.inputs.double()
    data = type(DATA)(inputs, DATA.targets, 10, "digits")
    assert batch_norm.refresh(network, data, batch_size=len(data))
    held = layer.state_dict()  # of the same memory
    torch.testing.assert_close(held["running_mean"], inputs.mean(0))
    torch.testing.assert_close(held["running_var"], inputs.var(0))
    batch_norm.refresh(network, data, batch_size=100)  # 360: the last has 60
    torch.testing.assert_close(held["running_mean"], inputs.mean(0))
    parts = [part.var(0) * len(part) / len(inputs) for part in inputs.split(100)]
    torch.testing.assert_close(held["running_var"], torch.stack(parts).sum(0))


def test_modes_momenta_and_weights_stay():
    network = resnet20(image=(1, 8, 8), seed=0)
    network.get_submodule("blocks.0.norm1").eval()
    before = [each.training for each in network.modules()]
    weights = [each.clone() for each in network.parameters()]
    old = network.state_dict()["norm.running_mean"].clone()
    batch_norm.refresh(network, DATA)
    assert [each.training for each in network.modules()] == before
    assert network.norm.momentum == 0.1
    assert not torch.equal(network.state_dict()["norm.running_mean"], old)
    for now, then in zip(network.parameters(), weights, strict=True):
        assert torch.equal(now, then)


def test_a_network_without_it_has_nothing_to_refresh():
    assert not batch_norm.refresh(nn.Sequential(nn.Linear(64, 10)), DATA)
