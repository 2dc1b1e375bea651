"""Logits of many examples, a batch at a time."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from empirical.networks import outputs

BATCH = 1000  # examples that are held in memory with their activations


def logits(network: nn.Module, inputs: Tensor) -> Tensor:
    """Logits ``(N, C)`` of all inputs, without gradients, in the mode that the network is in.

    Examples
    --------
    >>> logits(nn.Linear(3, 2), torch.zeros(2500, 3)).shape
    torch.Size([2500, 2])
    """
    with torch.no_grad():
        found = [outputs.logits(network(each), n=len(each)) for each in inputs.split(BATCH)]
    return torch.cat(found)
