"""Descent along the gradients of batches, to the same bits on any machine's cores."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import nn

from empirical.data import Data
from empirical.networks import optimizers, outputs
from empirical.networks.architectures import parametrised
from empirical.settings import Training
from theory import stream
from theory.checks import InputError
from theory.streams import derived_seed


def trained(network: nn.Module, data: Data, training: Training) -> nn.Module:
    """A copy of ``network`` at the last of the epochs, in eval mode; nothing is written.

    Its weights are those of the last checkpoint of ``train``, bit for bit.

    Raises
    ------
    InputError
        If the loss diverges.
    """
    copied = copy.deepcopy(network).train()
    optimizer = optimizers.optimizer(copied, training)
    with one_thread():
        for epoch, loss in epochs(copied, data, training, optimizer):
            require_finite(loss, training, epoch=epoch)
    return copied.eval()


@contextmanager
def one_thread() -> Iterator[None]:
    """Torch on one thread within, so that sums have the same bits on any machine's cores."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def epochs(
    network: nn.Module,
    data: Data,
    training: Training,
    optimizer: torch.optim.Optimizer,
    *,
    after: int = 0,
    keep: Callable[[int], object] = lambda step: None,
) -> Iterator[tuple[int, float]]:
    """Train in place; the number and the mean loss of each epoch, the last in part maybe."""
    per_epoch, last = training.steps_per_epoch(len(data)), max(training.steps(len(data)))
    scaling = parametrised.scaling(network)
    scale = 1.0 if scaling is None else scaling.rate(network)

    def at_step(step: int) -> None:
        optimizers.set_rate(optimizer, scale * training.rate(step, last=last))

    for epoch in range(after + 1, math.ceil(last / per_epoch) + 1):
        steps = min(per_epoch, last - (epoch - 1) * per_epoch)
        yield (
            epoch,
            _epoch(
                network, data, optimizer, training, at=epoch, steps=steps, before=at_step, keep=keep
            ),
        )


def require_finite(loss: float, training: Training, *, epoch: int) -> None:
    """Refuse a training whose loss diverges.

    Raises
    ------
    InputError
        If the mean loss of an epoch is not finite.
    """
    if not math.isfinite(loss):
        raise InputError(
            f"learning_rate {training.first_rate:g} is too large: "
            f"the loss is {loss} in epoch {epoch}"
        )


def _epoch(
    network: nn.Module,
    data: Data,
    optimizer: torch.optim.Optimizer,
    training: Training,
    *,
    at: int,
    steps: int,
    before: Callable[[int], object],
    keep: Callable[[int], object],
) -> float:
    """Mean loss over the first ``steps`` of pass number ``at`` over the data, which it takes.

    The first loss that is not finite ends the pass and is returned. ``before`` and ``keep`` are
    called with the number of each step, before and after it.

    Torch's global random state is that of this epoch: a layer that draws from it, as dropout does,
    draws the same in a run that was resumed.
    """
    order = torch.from_numpy(stream(training.seed, "order", at).permutation(len(data)))
    batches = order.split(training.batch_size)
    first = (at - 1) * len(batches) + 1
    total, seen = 0.0, 0
    with torch.random.fork_rng():
        torch.manual_seed(derived_seed(training.seed, "layers", at))
        for step, batch in enumerate(batches[:steps], start=first):
            before(step)
            optimizer.zero_grad()
            logits = outputs.logits(network(data.inputs[batch]), n=len(batch))
            loss = nn.functional.cross_entropy(logits, data.targets[batch])
            if not loss.isfinite():
                return loss.item()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
            seen += len(batch)
            keep(step)
    return total / seen
