"""The invariance trap: a rescaling moves λ_max and the trace, not those of relative steps."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import parameters_to_vector

from empirical.data import digits
from empirical.minima import rescaling
from empirical.networks import mlp
from empirical.operators import Curvature
from theory import InputError

DATA = digits(seed=0)[1].take(np.arange(40))


def dense(operator):
    return operator(torch.eye(operator.D, dtype=operator.dtype))


def test_the_relative_hessian_of_a_rescaled_network_is_the_same_and_the_hessian_is_not():
    network = mlp((64, 4, 10), seed=0).double()
    other = rescaling.rescaled(network, factor=10.0)
    torch.testing.assert_close(other(DATA.inputs.double()), network(DATA.inputs.double()))
    plain, relative = [], []
    for each in (network, other):
        H = Curvature(each, DATA).H
        plain.append(torch.linalg.eigvalsh(dense(H)))
        relative.append(torch.linalg.eigvalsh(dense(rescaling.relative(H, each))))
    torch.testing.assert_close(relative[0], relative[1], rtol=1e-8, atol=1e-10)
    assert abs(plain[0][-1] / plain[1][-1] - 1) > 0.5
    assert abs(plain[0].sum() / plain[1].sum() - 1) > 0.5


def test_relative_products_are_those_of_the_scaled_matrix():
    network = mlp((64, 3, 10), seed=1).double()
    H = Curvature(network, DATA).H
    w = parameters_to_vector(network.parameters()).detach()
    expected = w[:, None] * dense(H) * w
    torch.testing.assert_close(dense(rescaling.relative(H, network)), expected)


def test_bad_input_is_refused():
    network = mlp((64, 3, 10), seed=1)
    with pytest.raises(InputError, match="factor must be greater than 0"):
        rescaling.rescaled(network, factor=0.0)
    with pytest.raises(InputError, match="layer must be at most 0, got 1"):
        rescaling.rescaled(network, factor=2.0, layer=1)
    with pytest.raises(InputError, match="linear layers and ReLU, got Tanh"):
        rescaling.rescaled(nn.Sequential(nn.Linear(2, 2), nn.Tanh()), factor=2.0)
    with pytest.raises(InputError, match="network must have"):
        rescaling.relative(Curvature(network, DATA).H, nn.Linear(2, 2))
