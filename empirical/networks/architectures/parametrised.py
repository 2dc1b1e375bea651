"""Layers with a multiplier that is not trained, and how a parametrisation scales a network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import torch
from torch import Tensor, nn
from torch.nn.utils import skip_init

from theory import checks
from theory.checks import InputError
from theory.ntk import parametrisation

BASE_WIDTH = 64
"""Width n0 at which all parametrisations are one and the same network."""


class _Multiplied(nn.Module):
    multiplier: float = 1.0

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        output = super().forward(input)
        return output if self.multiplier == 1 else output * self.multiplier


class Linear(_Multiplied, nn.Linear):
    """A linear layer whose output is multiplied."""


class Conv2d(_Multiplied, nn.Conv2d):
    """A convolution whose output is multiplied."""


class Embedding(_Multiplied, nn.Embedding):
    """An embedding whose output is multiplied."""


Layer = Linear | Conv2d | Embedding
Kind = TypeVar("Kind", Linear, Conv2d, Embedding)


def unset(kind: type[Kind], *sizes: int, **how: int) -> Kind:
    """A layer whose weights are not yet set."""
    return skip_init(kind, *sizes, **how)  # pyright: ignore[reportReturnType]


class Role(NamedTuple):
    """Exponents of one layer, and the power of n by which the sum over its inputs grows."""

    a: float
    b: float
    inputs: float


@dataclass(frozen=True, kw_only=True)
class Scaling:
    """An abc-parametrisation of a network whose hidden layers all have the width n.

    With respect to the network at ``BASE_WIDTH``, weights begin ``(n/n0)^{-b}`` times as large,
    outputs of layers are multiplied by ``(n/n0)^{-a}`` and the learning rate by ``(n/n0)^{-c}``.
    Embeddings and the first layer are of the input, the last one is the readout. Powers are those
    of gradient descent; there are no biases and norms learn no scale.

    Parameters
    ----------
    name
        One of ``theory.ntk.parametrisation.NAMES``.
    width
        n.
    """

    name: str
    width: int

    @property
    def ratio(self) -> float:
        """``n/n0``."""
        return self.width / BASE_WIDTH

    def multiply(self, network: nn.Module) -> None:
        """Give the layers their multipliers.

        Raises
        ------
        InputError
            If the parametrisation is not of so many layers.
        """
        for layer, role in self._roles(network):
            layer.multiplier = self.ratio**-role.a

    def rescale(self, network: nn.Module) -> None:
        """Scale weights of variance ``1/inputs``, as ``initialise`` draws them, to their own."""
        with torch.no_grad():
            for layer, role in self._roles(network):
                layer.weight *= self.ratio ** (role.inputs - role.b)

    def rate(self, network: nn.Module) -> float:
        """What the learning rate is multiplied by."""
        return self.ratio ** -self._exponents(network).c

    def attention(self, heads: int) -> float | None:
        """What ``q·k`` is multiplied by: ``1/√d``, None in torch; in mup ``1/d``, equal at n0.

        Keys and queries that are learnt are correlated, so that their products add up to d (Yang
        and Hu et al. 2022, arXiv:2203.03466).
        """
        d = self.width / heads
        return d**-0.5 * self.ratio**-0.5 if self.name == "mup" else None

    def _exponents(self, network: nn.Module) -> parametrisation.Parametrisation:
        return parametrisation.named(self.name, hidden_layers=len(_layers(network)) - 1)

    def _roles(self, network: nn.Module) -> Iterator[tuple[Layer, Role]]:
        exponents, layers = self._exponents(network), _layers(network)
        for position, layer in enumerate(layers):
            of_input = position == 0 or isinstance(layer, Embedding)
            at = 0 if of_input else -1 if layer is layers[-1] else 1
            yield layer, Role(exponents.a[at], exponents.b[at], 0.0 if of_input else 0.5)


def _layers(network: nn.Module) -> list[Layer]:
    return [layer for layer in network.modules() if isinstance(layer, Layer)]


def readout(network: nn.Module) -> Layer:
    """The last layer of a shipped network, which returns the logits."""
    return _layers(network)[-1]


def described(name: str | None, *hidden: int) -> Scaling | None:
    """The parametrisation of this name for hidden layers of these widths; None without a name.

    Raises
    ------
    InputError
        If the name is not known, or the widths are not all the same.
    """
    if name is None:
        return None
    checks.choice("parametrisation", name, parametrisation.NAMES)
    if len(set(hidden)) != 1:
        raise InputError(
            f"hidden must name one width for all layers with a parametrisation, got {list(hidden)}"
        )
    return Scaling(name=name, width=hidden[0])


def scaling(network: nn.Module) -> Scaling | None:
    """The parametrisation of a shipped network, or None."""
    found = getattr(network, "scaling", None)
    return found if isinstance(found, Scaling) else None
