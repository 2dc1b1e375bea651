"""Initial weights keep the activations' scale."""

from __future__ import annotations

import numpy as np
import torch

from empirical import networks


def test_activations_keep_their_scale():
    x = torch.rand(50, 64, generator=torch.Generator().manual_seed(0))
    scales = [float(networks.cnn(seed=seed)(x).std().detach()) for seed in range(5)]
    assert 0.3 < np.mean(scales) < 3
