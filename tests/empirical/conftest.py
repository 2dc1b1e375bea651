"""Every network of the zoo, and data that it takes."""

from __future__ import annotations

import pytest
from torch import nn

from empirical.data import Data
from tests.support.networks.zoo import NETWORKS, WIDTHS, make
from tests.support.references.explicit_jacobian import random_data


@pytest.fixture(params=list(NETWORKS))
def name(request) -> str:
    return request.param


@pytest.fixture
def network(name) -> nn.Module:
    return make(name)


@pytest.fixture
def data(request) -> Data:
    """Data of the network's width, or five numbers an example where a test takes no network."""
    width = WIDTHS[request.getfixturevalue("name")] if "network" in request.fixturenames else 5
    return random_data(23, width=width)
