"""Small random data, and the explicit Jacobian of a network on them: the reference."""

from __future__ import annotations

import copy
import warnings

import numpy as np
import torch
from torch import nn
from torch.func import functional_call, jacrev, vmap
from torch.nn.attention import SDPBackend, sdpa_kernel

from empirical.data import Data


def random_data(N: int, *, classes: int = 4, width: int = 5, seed: int = 0) -> Data:
    rng = np.random.default_rng(seed)
    inputs = torch.from_numpy(rng.standard_normal((N, width)).astype(np.float32))
    targets = torch.from_numpy(rng.permutation(np.arange(N) % classes))
    return Data(inputs, targets, classes, "random")


def jacobian(network: nn.Module, data: Data) -> torch.Tensor:
    """``J (N, C, D)`` in float64 by automatic differentiation, one example at a time."""
    network = copy.deepcopy(network)  # functional_call leaves traces in layers that are used twice
    weights = {n: w.detach().double() for n, w in network.named_parameters()}
    buffers = {n: b.double() if b.is_floating_point() else b for n, b in network.named_buffers()}
    free = {n: weights[n] for n, w in network.named_parameters() if w.requires_grad}

    def logits(free, x):
        pair = torch.stack([x, x])  # some networks lose the axis of a single example
        return functional_call(network, {**weights, **buffers, **free}, pair)[0]

    x = data.inputs.double()
    try:
        with warnings.catch_warnings(), sdpa_kernel(SDPBackend.MATH):
            warnings.filterwarnings("ignore", message="There is a performance drop")
            rows = vmap(jacrev(logits), (None, 0))(free, x)
    except (RuntimeError, NotImplementedError):  # recurrent layers and other fused ones
        found = [jacrev(logits, chunk_size=1)(free, each) for each in x]
        rows = {n: torch.stack([each[n] for each in found]) for n in free}
    return torch.cat([rows[n].reshape(*rows[n].shape[:2], -1) for n in free], dim=2).detach()
