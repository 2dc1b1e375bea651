"""Accuracy, error and loss by hand."""

import numpy as np
import torch
from torch import nn

from empirical import classification
from empirical.data import Data


def test_they_are_those_of_the_outputs(monkeypatch):
    monkeypatch.setattr(classification, "BATCH", 7)  # the last piece is smaller
    rng = np.random.default_rng(0)
    z, y = rng.standard_normal((30, 4)), rng.integers(4, size=30)
    data = Data(torch.from_numpy(z), torch.from_numpy(y), 4, "mine")
    right = [int(np.argmax(row)) == label for row, label in zip(z, y, strict=True)]
    network = nn.Identity()
    assert classification.accuracy(network, data) == sum(right) / 30
    assert classification.error(network, data) == (30 - sum(right)) / 30
    p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
    by_hand = -np.mean(np.log(p[np.arange(30), y]))
    np.testing.assert_allclose(classification.loss(network, data), by_hand, rtol=1e-12)
