"""The margin as Sabanayagam et al. estimate it from the Hessian's first eigenvector."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from empirical.boundary.reinforcing import SHORTEST, alignments
from empirical.data import Data
from empirical.networks.initial import generator
from theory import checks
from theory.checks import InputError

LEARNING_RATE = 0.1  # the paper's 0.01, and a tenth of its 20,000 steps: the same way in all
WEIGHT_DECAY = 1e-3
FIRST = 0.25  # of the steps, before the learning rate falls to a tenth
ACTIVATIONS = (nn.ReLU, nn.Tanh)


@dataclass(frozen=True, eq=False)
class Margins:
    """An estimate of the margin from each of S starting points.

    Parameters
    ----------
    points
        Where the descent ended, ``x_b``, shape ``(S, 2)``.
    alignment
        ``(g·v)/‖g‖`` there, shape ``(S,)``.
    margin
        The smaller distance of ``x_b`` to the training points of largest and smallest alignment,
        shape ``(S,)``; NaN where no training point's gradient has a direction.
    """

    points: Tensor
    alignment: Tensor
    margin: Tensor


def margins(
    network: nn.Sequential,
    data: Data,
    vector: Tensor,
    *,
    starts: int = 16,
    steps: int = 2000,
    learning_rate: float = LEARNING_RATE,
    weight_decay: float = WEIGHT_DECAY,
    seed: int = 0,
) -> Margins:
    r"""Descent on ``((g·v)²/‖g‖² - 1)²`` over inputs, and how far it ends from training points.

    g is the reinforcing gradient at the input, its label the argmax at each step. Steps are
    ``x ← x - η(∇ + w x)`` from ``N(0, I)``; a quarter of them at η, the rest at a tenth. The paper
    takes one start, η = 0.01 and 20,000 steps; all starts descend here side by side.

    Parameters
    ----------
    network
        A perceptron of ``empirical.networks.mlp``, or linear layers and ReLU or tanh in a row.
    data
        The points that it was trained on, ``(N, d)``.
    vector
        ``v``, a unit vector of ``R^D`` in the order of ``network.parameters()``.
    starts, steps
        How many, at least 1.
    learning_rate, weight_decay
        ``η`` at the start, above 0, and ``w``, at least 0.
    seed
        Root of the starting points.

    Raises
    ------
    InputError
        If the network has other layers, or an argument is out of its bound.
    """
    for name, value in (("starts", starts), ("steps", steps)):
        checks.count(name, value)
    checks.real("learning_rate", learning_rate, low=0, strict=True)
    checks.real("weight_decay", weight_decay, low=0)
    own = alignments(network, data.inputs, vector[None])[:, 0]
    ends = data.inputs[torch.stack([own.argmax(), own.argmin()])].double()
    along = _Along(network, vector)
    draws = generator(seed, "starts")
    at = torch.randn(starts, data.inputs.shape[1], generator=draws, dtype=torch.float64)
    for step in range(steps):
        at.requires_grad_()
        (slope,) = torch.autograd.grad((along(at).square() - 1).square().sum(), at)
        rate = learning_rate if step < FIRST * steps else learning_rate / 10
        at = at.detach() - rate * (slope + weight_decay * at.detach())
    with torch.no_grad():
        margin = torch.cdist(at, ends).amin(1)
        return Margins(at, along(at), margin if own.any() else margin * torch.nan)


class _Along:
    """The alignment of the reinforcing gradient with a vector, differentiable in the inputs.

    A gradient's part in a layer is ``δ aᵀ`` (and ``δ`` in its bias), δ the cotangent of its outputs
    and a its inputs. ``p - e_ŷ`` is ``1 - p_ŷ`` times ``q - e_ŷ``, q the softmax of the other
    classes; the direction needs the latter alone, which no certainty rounds to zero.
    """

    def __init__(self, network: nn.Sequential, vector: Tensor) -> None:
        layers = list(copy.deepcopy(network).double().requires_grad_(False))
        self.layers = [each for each in layers[::2] if isinstance(each, nn.Linear)]
        between = [each for each in layers[1::2] if isinstance(each, ACTIVATIONS)]
        if len(self.layers) + len(between) < len(layers) or len(layers) % 2 == 0:
            raise InputError(
                "network must be linear layers with ReLU or tanh between them, got "
                f"{', '.join(type(each).__name__ for each in layers)}"
            )
        self.tanh = [isinstance(each, nn.Tanh) for each in between]
        sizes = [weight.numel() for weight in network.parameters()]
        parts = iter(vector.double().split(sizes))
        self.parts = [
            (next(parts).view(each.weight.shape), None if each.bias is None else next(parts))
            for each in self.layers
        ]

    def __call__(self, inputs: Tensor) -> Tensor:
        values, logits = [inputs], inputs
        for i, layer in enumerate(self.layers):
            logits = layer(values[-1])
            if i < len(self.tanh):
                values.append(logits.tanh() if self.tanh[i] else logits.relu())
        label = nn.functional.one_hot(logits.argmax(1), logits.shape[1])
        others = logits.masked_fill(label.bool(), -torch.inf).softmax(1)
        cotangent = others - label
        along, square = torch.zeros(()), torch.zeros(())
        for i in range(len(self.layers) - 1, -1, -1):
            layer, (weight, bias) = self.layers[i], self.parts[i]
            along = along + (cotangent * nn.functional.linear(values[i], weight, bias)).sum(1)
            ones = 0 if bias is None else 1
            square = square + cotangent.square().sum(1) * (values[i].square().sum(1) + ones)
            if i:
                slope = 1 - values[i].square() if self.tanh[i - 1] else (values[i] > 0).double()
                cotangent = (cotangent @ layer.weight) * slope
        return along / square.clamp_min(SHORTEST**2).sqrt()
