"""Logits without gradients are those that come with gradients, and take far less memory."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from empirical import outputs as module
from empirical.capture import capture
from empirical.data import Data
from empirical.networks import mlp, transformer
from empirical.outputs import outputs
from tests.support.networks.peak_memory import Peak
from tests.support.references.explicit_jacobian import random_data
from theory.checks import InputError


def test_logits_are_those_that_are_captured(network, data, monkeypatch):
    expected = capture(network, data)
    monkeypatch.setattr(module, "WORK", 2000)
    found = outputs(network, data)
    torch.testing.assert_close(found.logits, expected.logits, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(found.r, expected.r, rtol=1e-12, atol=1e-14)
    assert torch.equal(found.targets, expected.targets)
    assert found.C == expected.C
    assert not found.logits.requires_grad


class Noisy(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(5, 4)

    def forward(self, x):
        return self.layer(nn.functional.dropout(x, 0.5, training=True))


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (Noisy(), "must not be random nor depend on the others"),
        (nn.Linear(5, 3), r"logits of shape \(N, 4\), got \(N, 3\)"),
        (nn.Sequential(nn.Dropout(), nn.Linear(5, 4)), "dropout in train mode"),
    ],
)
def test_networks_that_capture_refuses_are_refused(network, message):
    with pytest.raises(InputError, match=message):
        outputs(network, random_data(20))


def test_memory_holds_no_gradients_of_logits():
    """With C logits of each example, gradients take some C times what the outputs take."""
    tokens = torch.randint(0, 60, (100, 8), generator=torch.Generator().manual_seed(0))
    network = transformer(classes=60, context=8, width=8, heads=2, depth=1, seed=0).eval()
    data = Data(tokens, torch.arange(100) % 60, 60, "tokens")
    with Peak() as with_gradients:
        capture(network, data)
    with Peak() as alone:
        outputs(network, data)
    assert alone.bytes < with_gradients.bytes / 10
    with Peak() as small:
        outputs(network, data, memory=2**20)
    assert small.bytes < 2**20


def test_the_number_at_a_time_follows_the_memory():
    assert module.at_a_time(1000, memory=64_000 * 7) == 7
    assert module.at_a_time(1000, memory=1) == 1
    assert module.at_a_time(1, memory=None) == module.WORK
    wide, narrow = (mlp((5, width, 4), seed=0) for width in (100, 10))
    assert outputs(wide, random_data(20), memory=1).logits.shape == (20, 4)
    assert outputs(narrow, random_data(20), memory=10**9).logits.shape == (20, 4)
