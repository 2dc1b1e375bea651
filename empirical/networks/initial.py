"""Random weights that depend on a seed and a layer's position only."""

from __future__ import annotations

import torch
from torch import nn

from theory.streams import derived_seed


def generator(seed: int, *key: int | str) -> torch.Generator:
    """Torch's own random stream at ``key`` below ``seed``."""
    return torch.Generator().manual_seed(derived_seed(seed, *key))


def initialise(network: nn.Module, *, gain: float, seed: int) -> None:
    """Set the weights of all linear, convolution, recurrent and embedding layers.

    ``N(0, gain/fan_in)``, with gain 1 in the last layer, so that activations keep their scale from
    layer to layer (He et al. 2015, arXiv:1502.01852), and in recurrent ones; biases are zero,
    embeddings ``N(0, 1)``.
    Norm layers stay as they are made, the identity.

    Parameters
    ----------
    gain
        2 for ReLU, 1 for tanh.
    seed
        Root of the random weights.
    """
    kinds = (nn.Linear, nn.Conv2d, nn.Embedding, nn.RNNBase)
    layers = [layer for layer in network.modules() if isinstance(layer, kinds)]
    with torch.no_grad():
        for position, layer in enumerate(layers):
            if isinstance(layer, nn.RNNBase):
                _recurrent(layer, generator(seed, "weights", position))
                continue
            scale = 1.0 if layer is layers[-1] else gain
            if isinstance(layer, nn.Embedding):
                std = 1.0
            else:
                std = (scale / layer.weight[0].numel()) ** 0.5
                if layer.bias is not None:
                    layer.bias.zero_()
            layer.weight.normal_(std=std, generator=generator(seed, "weights", position))


def _recurrent(layer: nn.RNNBase, draws: torch.Generator) -> None:
    """Matrices ``N(0, 1/fan_in)``, biases zero."""
    for weight in layer.parameters():
        if weight.ndim == 2:
            weight.normal_(std=weight.shape[1] ** -0.5, generator=draws)
        else:
            weight.zero_()
