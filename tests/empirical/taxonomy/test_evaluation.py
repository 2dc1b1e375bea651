"""Logits in batches."""

import torch

from empirical.data import digits
from empirical.networks import mlp
from empirical.taxonomy import evaluation


def test_batches_are_put_together_in_order(monkeypatch):
    network, inputs = mlp((64, 10, 10), seed=0), digits(seed=0)[1].inputs
    whole = evaluation.logits(network, inputs)
    monkeypatch.setattr(evaluation, "BATCH", 100)  # 360: the last has 60
    torch.testing.assert_close(evaluation.logits(network, inputs), whole)
    assert not whole.requires_grad
    assert network.training
