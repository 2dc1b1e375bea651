"""Losses of many weight vectors against the network's own."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import parameters_to_vector

from empirical.data import digits
from empirical.networks import cnn, mlp
from empirical.wedges import Losses
from theory import InputError


@pytest.mark.parametrize(
    ("make", "shape"),
    [(partial(mlp, (64, 9, 10)), (-1, 64)), (cnn, (-1, 1, 8, 8))],
    ids=["mlp", "cnn"],
)
def test_losses_are_those_of_the_networks(make, shape):
    data = digits(seed=0)[1].take(np.arange(40))
    data = replace(data, inputs=data.inputs.view(shape))
    networks = [make(seed=seed) for seed in range(3)]
    weights = torch.stack([parameters_to_vector(n.parameters()).detach() for n in networks])
    at = Losses(networks[0], data)
    outputs = [network.eval()(data.inputs) for network in networks]
    own = torch.stack([nn.functional.cross_entropy(z, data.targets) for z in outputs])
    torch.testing.assert_close(at.loss(weights), own.detach())
    right = torch.stack([(z.argmax(1) == data.targets).double().mean() for z in outputs])
    torch.testing.assert_close(at.accuracy(weights), right)
    torch.testing.assert_close(at.logits(weights)[1], outputs[1].detach())


def test_the_network_is_left_as_it_is_and_gradients_reach_the_weights():
    data, network = digits(seed=0)[1], mlp((64, 10), seed=0)
    at = Losses(network, data)
    weights = torch.zeros(2, at.D, requires_grad=True)
    at.loss(weights).sum().backward()
    assert weights.grad is not None
    assert float(weights.grad.norm()) > 0
    assert all(w.requires_grad and w.grad is None for w in network.parameters())


def test_weights_of_another_network_are_refused():
    at = Losses(mlp((64, 10), seed=0), digits(seed=0)[1])
    with pytest.raises(InputError, match=r"weights must have shape \(s, 650\), got \(650,\)"):
        at.loss(torch.zeros(650))
