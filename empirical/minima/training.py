"""Trainings by several optimizers that take the same number of gradients."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from typing import Any, TypeVar

import torch
from threadpoolctl import threadpool_limits
from torch import Tensor, nn
from torch.optim.lr_scheduler import CosineAnnealingLR

from empirical.data import Data
from empirical.minima.entropy_sgd import EntropySGD
from empirical.minima.replicated_sgd import ReplicatedSGD
from empirical.networks import outputs
from empirical.settings.flatness import OPTIMIZERS
from theory import checks, stream
from theory.checks import InputError

Module = TypeVar("Module", bound=nn.Module)

LANGEVIN_STEPS, REPLICAS = 5, 3
GAMMA = (0.1, 1.0)  # from, to: geometric growth over the training
COUPLING = (1e-3, 1.0)


def train(
    network: Module,
    data: Data,
    *,
    optimizer: str,
    learning_rate: float,
    batch_size: int,
    epochs: int,
    seed: int,
) -> Module:
    """A copy of ``network``, trained on ``epochs`` times as many gradients as there are examples.

    A step of Entropy-SGD takes five batches and one of replicated SGD three, so that they take a
    fifth and a third of the steps. γ grows from 0.1 to 1, the coupling from 0.001 to 1. The
    learning rate goes to 0 along a cosine. It runs on one thread.

    Parameters
    ----------
    optimizer
        ``sgd``, ``entropy`` or ``replicated``.
    learning_rate
        At the start.
    batch_size
        Examples of each gradient.
    epochs
        Budget, in passes over the data.
    seed
        Root of the batches and of the noise.

    Raises
    ------
    InputError
        If an argument is out of its bounds, the budget holds no step, or the loss diverges.
    """
    checks.choice("optimizer", optimizer, OPTIMIZERS)
    each = {"entropy": LANGEVIN_STEPS, "replicated": REPLICAS}.get(optimizer, 1)
    calls = checks.count("epochs", epochs) * len(data) // batch_size
    if calls < each:
        raise InputError(f"epochs must give {each} batches or more, got {calls}")
    steps = calls // each
    trained = copy.deepcopy(network).train()
    chosen = _optimizer(trained, optimizer, learning_rate=learning_rate, steps=steps, seed=seed)
    schedule = CosineAnnealingLR(chosen, T_max=steps)
    order = _batches(len(data), batch_size, seed=seed)

    def closure() -> Any:
        batch = next(order)
        chosen.zero_grad()
        logits = outputs.logits(trained(data.inputs[batch]), n=len(batch))
        loss = nn.functional.cross_entropy(logits, data.targets[batch])
        loss.backward()
        return loss

    with threadpool_limits(1):
        for step in range(steps):
            loss = torch.as_tensor(chosen.step(closure)).item()
            if not math.isfinite(loss):
                raise InputError(
                    f"learning_rate {learning_rate:g} is too large: the loss of {optimizer} is "
                    f"{loss} at step {step + 1}"
                )
            schedule.step()
    return trained.eval()


def _optimizer(
    network: nn.Module, name: str, *, learning_rate: float, steps: int, seed: int
) -> torch.optim.Optimizer:
    weights = network.parameters()

    def growth(ends: tuple[float, float]) -> float:
        return (ends[1] / ends[0]) ** (1 / max(steps - 1, 1)) - 1

    match name:
        case "sgd":
            return torch.optim.SGD(weights, lr=learning_rate)
        case "entropy":
            return EntropySGD(
                weights,
                lr=learning_rate,
                gamma=GAMMA[0],
                growth=growth(GAMMA),
                steps=LANGEVIN_STEPS,
                seed=seed,
            )
    return ReplicatedSGD(
        weights,
        lr=learning_rate,
        replicas=REPLICAS,
        coupling=COUPLING[0],
        growth=growth(COUPLING),
        buffers=network.buffers(),
    )


def _batches(N: int, size: int, *, seed: int) -> Iterator[Tensor]:
    """Whole batches, in a new order for each pass; what is left of a pass is left out."""
    epoch = 0
    while True:
        order = torch.from_numpy(stream(seed, "order", epoch).permutation(N))
        yield from order[: N - N % size].split(size)
        epoch += 1
