"""The label prior at which the gradient vanishes."""

from __future__ import annotations

import pytest
import torch

from empirical.cuts.label_prior import matched_prior


def test_matched_prior_is_its_own_mean_output():
    source = torch.Generator().manual_seed(0)
    p = torch.randn(200, 5, generator=source, dtype=torch.float64).softmax(1)
    targets = torch.arange(200) % 5
    prior = matched_prior(p, targets)
    weights = prior[targets] / 40
    assert torch.allclose(weights @ p, prior, atol=1e-12)
    assert float(prior.sum()) == pytest.approx(1)
