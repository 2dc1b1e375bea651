"""Modes of torch around a capture."""

from __future__ import annotations

import pytest
import torch

from empirical.capture import capture
from tests.support.networks import zoo
from tests.support.references.explicit_jacobian import random_data


@pytest.mark.parametrize(
    "mode",
    [torch.no_grad, torch.inference_mode, lambda: torch.autocast("cpu", dtype=torch.bfloat16)],
)
def test_the_mode_that_torch_is_in_does_not_matter(mode):
    network, data = zoo.make("convolutions"), random_data(7, width=50)
    expected = capture(network, data, dtype=torch.float32)
    with mode():
        enabled = torch.is_grad_enabled()
        found = capture(network, data, dtype=torch.float32)
        assert torch.is_grad_enabled() == enabled
    assert torch.equal(found.logits, expected.logits)
    assert torch.equal(found.gradients.blocks(), expected.gradients.blocks())
