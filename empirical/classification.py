"""How well a network classifies: its accuracy, its error and its loss on labelled examples."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from empirical.data import Data
from empirical.networks import outputs
from theory import checks

BATCH = 500  # examples at a time


def accuracy(network: nn.Module, data: Data) -> float:
    """Share of the examples whose largest logit is that of their class."""
    return int((_logits(network, data).argmax(1) == data.targets).sum()) / len(data)


def error(network: nn.Module, data: Data) -> float:
    """Share of the examples whose largest logit is not that of their class."""
    return int((_logits(network, data).argmax(1) != data.targets).sum()) / len(data)


def loss(network: nn.Module, data: Data) -> float:
    """Mean cross entropy, in nats.

    Examples
    --------
    >>> data = Data(torch.zeros(3, 2), torch.tensor([0, 1, 1]), 2, "mine")
    >>> round(loss(nn.Linear(2, 2, bias=False), data), 4), error(nn.Identity(), data)
    (0.6931, 0.6666666666666666)
    """
    return nn.functional.cross_entropy(_logits(network, data).double(), data.targets).item()


def _logits(network: nn.Module, data: Data) -> Tensor:
    checks.instance("network", network, nn.Module)
    checks.instance("data", data, Data)
    with torch.no_grad():
        pieces = data.inputs.split(BATCH)
        return torch.cat([outputs.logits(network(piece), n=len(piece)) for piece in pieces])
