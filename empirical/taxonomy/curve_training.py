"""Training of the bend of a curve between two networks."""

from __future__ import annotations

import copy
import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from empirical.data import Data
from empirical.networks import outputs
from empirical.networks.descent import one_thread
from empirical.taxonomy.bezier import Bezier, coefficients, straight
from theory import checks, stream
from theory.checks import InputError
from theory.streams import derived_seed

MOMENTUM = 0.9
FLAT, FALLEN, LAST = 0.5, 0.9, 0.01  # shares of the training, and of the rate at its end


def rate(share: float) -> float:
    """What the learning rate is multiplied by when a share of the training is done.

    1 to a half, then linearly to 0.01 at nine tenths, where it stays (Garipov et al. 2018).

    Examples
    --------
    >>> [round(rate(share), 3) for share in (0.5, 0.7, 0.9, 1.0)]
    [1.0, 0.505, 0.01, 0.01]
    """
    fallen = min(max((share - FLAT) / (FALLEN - FLAT), 0.0), 1.0)
    return 1 - fallen * (1 - LAST)


def between(network: nn.Module, other: nn.Module, data: Data, **how: Any) -> Bezier:
    """The trained curve between two networks of one architecture.

    Parameters
    ----------
    how
        As of ``train``, its seed at least.
    """
    start, end = (parameters_to_vector(each.parameters()).detach() for each in (network, other))
    return train(network, start, end, data, **how)


def train(
    network: nn.Module,
    start: Tensor,
    end: Tensor,
    data: Data,
    *,
    epochs: int = 50,
    learning_rate: float = 0.1,
    batch_size: int = 128,
    weight_decay: float = 0.0,
    seed: int,
) -> Bezier:
    r"""The Bézier curve from ``start`` to ``end`` whose mean loss is low.

    Each batch takes a step of SGD with momentum 0.9 on the loss at one uniform random t, of which
    the bend has the gradient ``2t(1-t) ∇L(w(t))``; it starts in the middle of the line. The rate is
    that of ``rate`` at each epoch. It runs on one thread.

    Parameters
    ----------
    network
        Gives the architecture, and stays as it is. Its layers are in training mode.
    start, end
        Weights of the networks, shape ``(D,)``.
    epochs
        Passes over the data, at least 1.
    learning_rate
        At first, above 0.
    batch_size
        Examples of each step, at least 1.
    weight_decay
        λ of ``λ‖w(t)‖²/2``, which is added to the loss.
    seed
        Root of the order of the examples and of t.

    Raises
    ------
    InputError
        If an argument is out of its bounds or the loss diverges.
    """
    checks.count("epochs", epochs)
    checks.count("batch_size", batch_size)
    first = checks.real("learning_rate", learning_rate, low=0, strict=True)
    decay = checks.real("weight_decay", weight_decay, low=0)
    curve = straight(start, end)
    walker = copy.deepcopy(network).train()
    D = sum(each.numel() for each in walker.parameters())
    if start.shape != (D,):
        raise InputError(f"start must have shape ({D},), got {tuple(start.shape)}")
    bend = curve.points[1].clone()
    optimizer = torch.optim.SGD([bend], lr=first, momentum=MOMENTUM)
    with one_thread(), torch.random.fork_rng():
        torch.manual_seed(derived_seed(seed, "curve layers"))
        for epoch in range(1, epochs + 1):
            rng = stream(seed, "curve", epoch)
            order = torch.from_numpy(rng.permutation(len(data)))
            optimizer.param_groups[0]["lr"] = first * rate(epoch / epochs)
            for batch in order.split(batch_size):
                loss, bend.grad = bend_gradient(
                    walker,
                    curve.bent(bend),
                    Data(data.inputs[batch], data.targets[batch], data.classes, data.name),
                    t=rng.random(),
                    weight_decay=decay,
                )
                if not math.isfinite(loss):
                    raise InputError(
                        f"learning_rate {first:g} is too large for the curve: "
                        f"the loss is {loss} in epoch {epoch}"
                    )
                optimizer.step()
    return curve.bent(bend)


def bend_gradient(
    network: nn.Module, curve: Bezier, data: Data, *, t: float, weight_decay: float = 0.0
) -> tuple[float, Tensor]:
    """Loss at ``w(t)``, in nats, and its gradient ``(D,)`` with respect to the bend.

    Leaves ``network`` at ``w(t)``. The gradient is that of the loss with ``λ‖w(t)‖²/2`` added.

    Parameters
    ----------
    weight_decay
        λ.
    """
    along = coefficients(t)
    weights = along.to(curve.points) @ curve.points
    vector_to_parameters(weights, network.parameters())
    logits = outputs.logits(network(data.inputs), n=len(data))
    loss = nn.functional.cross_entropy(logits, data.targets)
    found = torch.autograd.grad(loss, list(network.parameters()))
    gradient = parameters_to_vector(found) + weight_decay * weights
    return loss.item(), float(along[1]) * gradient
