"""The loss of one network at many points of its weight space."""

from __future__ import annotations

import copy

from torch import Tensor, nn
from torch.func import functional_call, vmap

from empirical.data import Data
from empirical.networks import outputs
from theory import checks
from theory.checks import InputError

CHUNK = 64  # points that are evaluated side by side


class Losses:
    """Logits and mean cross-entropy of a network on ``data``, of weights given as vectors.

    Parameters
    ----------
    network
        Gives the architecture; its buffers stay as they are, and it is in eval mode.
    data
        Examples that the loss is the mean of.

    Raises
    ------
    InputError
        If one of them is of another type.

    Examples
    --------
    >>> import torch
    >>> from empirical.data import digits
    >>> from empirical.networks import mlp
    >>> at = Losses(mlp((64, 10), seed=0), digits(seed=0)[0])
    >>> round(float(at.loss(torch.zeros(1, at.D))), 4)  # ln 10
    2.3026
    """

    def __init__(self, network: nn.Module, data: Data) -> None:
        checks.instance("network", network, nn.Module)
        checks.instance("data", data, Data)
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self.data = data
        parameters = dict(self.network.named_parameters())
        self._names = list(parameters)
        self.shapes = [each.shape for each in parameters.values()]
        self._sizes = [each.numel() for each in parameters.values()]
        self.D = sum(self._sizes)

    def split(self, weights: Tensor) -> list[Tensor]:
        """The network's parameters ``(..., *shape)`` of weights ``(..., D)``."""
        parts = weights.split(self._sizes, dim=-1)
        leading = weights.shape[:-1]
        return [
            part.reshape(*leading, *shape) for part, shape in zip(parts, self.shapes, strict=True)
        ]

    def logits(self, weights: Tensor) -> Tensor:
        """Logits ``(s, N, C)`` at weights ``(s, D)``.

        Raises
        ------
        InputError
            If the weights are none of this network's.
        """
        checks.instance("weights", weights, Tensor)
        if weights.ndim != 2 or weights.shape[1] != self.D:
            raise InputError(f"weights must have shape (s, {self.D}), got {tuple(weights.shape)}")

        def one(parts: list[Tensor]) -> Tensor:
            named = dict(zip(self._names, parts, strict=True))
            found = functional_call(self.network, named, (self.data.inputs,))
            return outputs.logits(found, n=len(self.data))

        return vmap(one, chunk_size=CHUNK)(self.split(weights))

    def loss(self, weights: Tensor) -> Tensor:
        """Mean cross-entropy ``(s,)``, in nats."""
        logits = self.logits(weights)
        targets = self.data.targets.expand(len(weights), -1)
        each = nn.functional.cross_entropy(
            logits.flatten(0, 1), targets.flatten(), reduction="none"
        )
        return each.view(targets.shape).mean(1)

    def accuracy(self, weights: Tensor) -> Tensor:
        """Share of the examples whose largest logit is that of their class, ``(s,)``."""
        return (self.logits(weights).argmax(-1) == self.data.targets).double().mean(1)
