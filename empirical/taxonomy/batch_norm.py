"""Statistics of batch normalisation, of weights that were not trained with any."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from empirical.data import Data

BATCH = 512  # examples that are normalised together


def refresh(network: nn.Module, data: Data, *, batch_size: int = BATCH) -> bool:
    """Set the running means and variances to those of ``data`` under the weights as they are.

    The mean over all batches, each weighing by its examples. Weights between those of trained
    networks have no statistics of their own (Garipov et al. 2018, arXiv:1802.10026). The network's
    mode and all else stay as they are.

    Parameters
    ----------
    batch_size
        Examples that are normalised together.

    Returns
    -------
    bool
        Whether there is anything to refresh.
    """
    layers = [layer for layer in network.modules() if isinstance(layer, _BatchNorm)]
    if not layers:
        return False
    modes = [(module, module.training) for module in network.modules()]
    momenta = [layer.momentum for layer in layers]
    network.eval()
    for layer in layers:
        layer.reset_running_stats()
        layer.train()
    with torch.no_grad():
        seen = 0
        for batch in data.inputs.split(batch_size):
            for layer in layers:
                layer.momentum = len(batch) / (seen + len(batch))
            network(batch)
            seen += len(batch)
    for layer, momentum in zip(layers, momenta, strict=True):
        layer.momentum = momentum
    for module, training in modes:
        module.training = training
    return True
