"""Every network of the package, and its number of weights."""

from __future__ import annotations

import torch
from torch import nn

from empirical import networks

SHIPPED = {
    "cnn": (lambda seed: networks.cnn(seed=seed), 71_754, (1, 8, 8)),
    "lenet": (lambda seed: networks.lenet(seed=seed), 61_706, (1, 28, 28)),
    "resnet20": (lambda seed: networks.resnet20(seed=seed), 269_722, (3, 32, 32)),
    "gru": (lambda seed: networks.gru(seed=seed), 8_842, (1, 8, 8)),
}


def weights(network: nn.Module) -> torch.Tensor:
    return nn.utils.parameters_to_vector(network.parameters()).detach()
