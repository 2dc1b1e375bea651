"""Normalised weights: torch's values, and the Hessian that differences of gradients have."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters
from torch.nn.utils.parametrizations import weight_norm

from empirical.operators import Curvature
from empirical.operators.weight_norms import FUSED, WeightNorms
from tests.support.references.explicit_jacobian import random_data


@pytest.mark.parametrize("dim", [0, 1, 2, -1, -2])
def test_the_weights_are_torchs(dim):
    draws = torch.Generator().manual_seed(0)
    v = torch.randn(3, 4, 2, generator=draws, dtype=torch.float64)
    g = torch.randn(torch.norm_except_dim(v, 2, dim).shape, generator=draws, dtype=torch.float64)
    expected = FUSED(v, g, dim)
    with WeightNorms():
        torch.testing.assert_close(FUSED(v, g, dim), expected)


@pytest.mark.parametrize("dim", [0, 1, None])
def test_products_with_H_are_differences_of_gradients(dim):
    torch.manual_seed(0)
    layer = weight_norm(nn.Linear(4, 5), dim=dim)
    network = nn.Sequential(layer, nn.Tanh(), nn.Linear(5, 3)).double()
    data = random_data(9, classes=3, width=4)
    curvature = Curvature(network, data)
    weights = parameters_to_vector(network.parameters()).detach()
    step = 1e-5 * torch.randn_like(weights)

    def gradient(at: torch.Tensor) -> torch.Tensor:
        vector_to_parameters(at, network.parameters())
        return Curvature(network, data).gradient

    difference = (gradient(weights + step) - gradient(weights - step)) / 2
    assert (curvature.H(step) - difference).norm() < 1e-8 * difference.norm()
