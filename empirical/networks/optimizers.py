"""Torch's optimizers by name, with the settings of a training."""

from __future__ import annotations

import torch
from torch import nn

from empirical.settings import Training


def optimizer(network: nn.Module, training: Training) -> torch.optim.Optimizer:
    """The optimizer of ``training`` for all weights of ``network``; its rate is set at each step.

    Examples
    --------
    >>> type(optimizer(nn.Linear(2, 3), Training(optimizer="adamw"))).__name__
    'AdamW'
    """
    weights, decay = network.parameters(), training.weight_decay
    match training.optimizer:
        case "sgd":
            return torch.optim.SGD(weights, momentum=training.momentum, weight_decay=decay)
        case "adam":
            return torch.optim.Adam(weights, weight_decay=decay)
        case "adamw":
            return torch.optim.AdamW(weights, weight_decay=decay)


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Let all weights move at this learning rate."""
    for group in optimizer.param_groups:
        group["lr"] = rate
