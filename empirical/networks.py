"""Networks that can be built again from a few plain values, so that a checkpoint holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal

import torch
from torch import nn

from theory import checks, stream
from theory.checks import InputError

Activation = Literal["relu", "tanh"]
ACTIVATIONS: dict[str, type[nn.Module]] = {"relu": nn.ReLU, "tanh": nn.Tanh}
GAIN_SQUARED = {"relu": 2.0, "tanh": 1.0}
DIGITS_WIDTHS = (64, 100, 100, 10)


class MLP(nn.Sequential):
    """Linear layers with an elementwise activation between them; made by ``mlp``."""

    def __init__(self, widths: Sequence[int], *, activation: str, bias: bool) -> None:
        checks.choice("activation", activation, tuple(ACTIVATIONS))
        if len(widths) < 2:
            raise InputError(f"widths must name at least input and output, got {list(widths)}")
        sizes = [checks.integer("widths", width, low=1) for width in widths]
        layers: list[nn.Module] = []
        for d_in, d_out in pairwise(sizes):
            layers += [nn.utils.skip_init(nn.Linear, d_in, d_out, bias=bias)]
            layers += [ACTIVATIONS[activation]()]
        super().__init__(*layers[:-1])
        self.architecture: dict[str, Any] = {
            "kind": "mlp",
            "widths": sizes,
            "activation": activation,
            "bias": bool(bias),
        }


def mlp(
    widths: Sequence[int] = DIGITS_WIDTHS,
    *,
    activation: Activation = "relu",
    bias: bool = True,
    seed: int,
) -> MLP:
    """A multilayer perceptron with random weights.

    Weights are ``N(0, gain²/d_in)`` with gain² = 2 for ReLU and 1 for tanh and the last layer, so
    that activations keep their scale from layer to layer (He et al. 2015, arXiv:1502.01852);
    biases are zero. The weights of a layer depend on the seed and the layer's position only.

    Parameters
    ----------
    widths
        Sizes of input, hidden layers and output, at least two.
    activation
        Elementwise function between the layers.
    bias
        Whether each layer adds a bias.
    seed
        Root of the random weights.

    Raises
    ------
    InputError
        If a width is below 1, there are fewer than two, or the activation is not known.
    """
    network = MLP(widths, activation=activation, bias=bias)
    layers = [layer for layer in network if isinstance(layer, nn.Linear)]
    with torch.no_grad():
        for position, layer in enumerate(layers):
            gain = 1.0 if layer is layers[-1] else GAIN_SQUARED[activation]
            layer.weight.normal_(
                std=(gain / layer.in_features) ** 0.5,
                generator=generator(seed, "weights", position),
            )
            if layer.bias is not None:
                layer.bias.zero_()
    return network


def build(architecture: Mapping[str, Any]) -> nn.Module:
    """The network of an ``architecture`` description, its weights not yet set.

    Raises
    ------
    InputError
        If the description is not one that this version knows.
    """
    match dict(architecture):
        case {
            "kind": "mlp",
            "widths": [*widths],
            "activation": str(activation),
            "bias": bool(bias),
        }:
            return MLP(widths, activation=activation, bias=bias)
    raise InputError(f"architecture must be one of: mlp; got {dict(architecture)!r}")


def generator(seed: int, *key: int | str) -> torch.Generator:
    """Torch's own random stream at ``key`` below ``seed``."""
    return torch.Generator().manual_seed(int(stream(seed, *key).integers(2**63)))
