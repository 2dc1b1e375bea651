"""Hundreds of networks drawn at random, in both floating-point types, against brute force."""

from __future__ import annotations

import pytest
import torch

from tests.support.networks.random_networks import drawn
from tests.support.references.agreement import agree

TENS = range(30, 330, 10)


@pytest.mark.parametrize("first", TENS)
def test_random_networks_are_measured_as_by_brute_force(first):
    for seed in range(first, first + 10):
        agree(drawn(seed))


@pytest.mark.parametrize("first", range(330, 430, 10))
def test_random_networks_in_float32(first):
    for seed in range(first, first + 10):
        agree(drawn(seed), dtype=torch.float32)
