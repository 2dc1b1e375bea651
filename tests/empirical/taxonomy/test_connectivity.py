"""Mode connectivity: its sign and its limits."""

import numpy as np
import pytest
import torch
from torch.nn.utils import parameters_to_vector

from empirical.data import digits
from empirical.networks import mlp, resnet20
from empirical.taxonomy import Bezier, connectivity, curve_training
from theory import InputError

DATA = digits(seed=0)[1]


def weights_of(network):
    return parameters_to_vector(network.parameters()).detach()


def test_of_one_and_the_same_network_it_is_zero():
    network = mlp((64, 10, 10), seed=0)
    own = weights_of(network)
    found = connectivity.along(curve_training.straight(own, own), network, DATA)
    assert np.ptp(found.error.values) == 0
    assert connectivity.mode_connectivity(found.error) == 0


def test_the_networks_on_the_way_are_those_at_their_weights():
    """Loss and error in float64, of networks with these weights, at the middle of the line."""
    networks = [mlp((64, 12, 10), seed=seed) for seed in (0, 1)]
    middle = mlp((64, 12, 10), seed=0).double()
    with torch.no_grad():
        for own, a, b in zip(*(n.parameters() for n in (middle, *networks)), strict=True):
            own.copy_((a.double() + b.double()) / 2)
        logits = middle(DATA.inputs.double())
    log_p = logits - logits.logsumexp(1, keepdim=True)
    loss = -log_p[torch.arange(len(DATA)), DATA.targets].mean()
    error = 100 * (logits.argmax(1) != DATA.targets).double().mean()
    line = curve_training.straight(*(weights_of(n) for n in networks))
    found = connectivity.along(line, networks[0], DATA, points=3)
    assert float(found.loss[1]) == pytest.approx(float(loss), rel=1e-5)
    assert float(found.error[1]) == pytest.approx(float(error), abs=1e-9)


def test_batch_statistics_are_those_at_each_point():
    """Weights twice as large before each norm give the same function of the batch."""
    network = resnet20(image=(1, 8, 8), seed=0).eval()
    own = weights_of(network)
    with torch.no_grad():
        for name, each in network.named_parameters():
            if "conv" in name:
                each *= 2
    curve = curve_training.straight(own, weights_of(network))
    found = connectivity.along(curve, network, DATA, points=3)
    np.testing.assert_allclose(found.loss, found.loss[0], rtol=1e-3)


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        ([2, 10, 3, 2, 4], -7.0),  # a barrier
        ([40, 20, 10, 20, 60], 40.0),  # better on the way
        ([10, 20, 50], 20.0),  # the end itself is farthest from the mean of both
        ([1, 1, 1, 1, 1], 0.0),
    ],
)
def test_the_sign_is_the_papers(errors, expected):
    assert connectivity.mode_connectivity(errors) == expected


def test_bad_input_is_told_by_name():
    network = mlp((64, 10, 10), seed=0)
    with pytest.raises(InputError, match="errors must be at least 3, got 2"):
        connectivity.mode_connectivity([1.0, 2.0])
    own = weights_of(network)
    with pytest.raises(InputError, match="points must be at least 3, got 2"):
        connectivity.along(curve_training.straight(own, own), network, DATA, points=2)
    with pytest.raises(InputError, match="curve must have D = 760, got 5"):
        connectivity.along(Bezier(torch.zeros(3, 5)), network, DATA)
