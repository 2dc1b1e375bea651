"""Small networks of every supported kind."""

from __future__ import annotations

import pytest
import torch
from explicit_jacobian import random_data
from torch import nn

from empirical.data import Data
from empirical.networks import mlp


class Skip(nn.Module):
    """A residual network: the order of calls differs from the order of definition."""

    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Linear(6, 4)
        self.first = nn.Linear(5, 6)
        self.middle = nn.Linear(6, 6, bias=False)
        self.norm = nn.BatchNorm1d(6, affine=False)

    def forward(self, x):
        h = torch.tanh(self.first(x))
        h = self.norm(h + nn.functional.relu_(self.middle(h)))
        return self.last(h)


def frozen() -> nn.Module:
    network = mlp((5, 6, 4), seed=3)
    network[0].weight.requires_grad_(False)
    return network


def inplace() -> nn.Module:
    torch.manual_seed(5)
    return nn.Sequential(nn.Linear(5, 7), nn.ReLU(inplace=True), nn.Linear(7, 4))


def skip() -> nn.Module:
    torch.manual_seed(4)
    return Skip().eval()


NETWORKS = {
    "relu": lambda: mlp((5, 7, 6, 4), seed=0),
    "tanh without bias": lambda: mlp((5, 7, 4), activation="tanh", bias=False, seed=1),
    "linear": lambda: mlp((5, 4), seed=2),
    "residual": skip,
    "frozen weight": frozen,
    "in-place activation": inplace,
}


@pytest.fixture(params=list(NETWORKS))
def network(request) -> nn.Module:
    return NETWORKS[request.param]()


@pytest.fixture
def data() -> Data:
    return random_data(23)
