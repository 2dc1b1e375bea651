"""Training on the next-token loss over all places."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Sequence

import torch
from torch import nn

from empirical.language.windows import Windows
from empirical.networks.architectures.text import CharTransformer
from empirical.networks.training import one_thread
from theory import checks, stream
from theory.checks import InputError

WARM_UP = 0.05  # of the steps, over which the learning rate rises
CLIPPED = 1.0  # longest gradient of a step


def trained(
    network: CharTransformer,
    windows: Windows,
    *,
    steps: Sequence[int],
    batch_size: int,
    learning_rate: float,
    seed: int,
    progress: Callable[[int], object] | None = None,
) -> Iterator[tuple[int, CharTransformer]]:
    """Copies of ``network`` after so many ``steps`` of AdamW, each with its number.

    The learning rate rises over the first twentieth of the steps and falls to zero along a cosine;
    gradients are no longer than 1. Each pass visits the windows in a new order. It runs on one
    thread: the same arguments give the same bits.

    Parameters
    ----------
    network
        Left as it is.
    steps
        Ascending, from 0.
    batch_size
        Windows of a step.
    learning_rate
        The highest.
    seed
        Root of the orders.
    progress
        Called with 1 after each step.

    Raises
    ------
    InputError
        If an argument is out of its bounds, or the loss diverges.
    """
    points = checks.integers("steps", steps, low=0)
    if not points or list(points) != sorted(set(points)):
        raise InputError(f"steps must ascend, got {list(points)}")
    if checks.integer("batch_size", batch_size, low=1) > len(windows):
        raise InputError(f"batch_size must be at most {len(windows)}, got {batch_size}")
    checks.real("learning_rate", learning_rate, low=0, strict=True)
    network, last = copy.deepcopy(network).train(), points[-1]
    optimizer = torch.optim.AdamW(network.parameters(), lr=learning_rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, last))
    batches = _batches(len(windows), batch_size, seed=seed)
    for step in range(last + 1):
        if step in points:
            yield step, copy.deepcopy(network).eval()
        if step == last:
            return
        with one_thread():
            batch = windows.take(next(batches))
            logits = network.head(network.features(batch.tokens)).flatten(0, 1)
            loss = nn.functional.cross_entropy(logits, batch.targets.flatten())
            if not math.isfinite(loss.item()):
                raise InputError(
                    f"learning_rate {learning_rate:g} is too large: the loss is {loss.item()} "
                    f"at step {step}"
                )
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), CLIPPED)
            optimizer.step()
            schedule.step()
        if progress is not None:
            progress(1)


def _rate(step: int, last: int) -> float:
    """Part of the highest learning rate."""
    rising = max(1, round(WARM_UP * last))
    return min((step + 1) / rising, 0.5 * (1 + math.cos(math.pi * step / last)))


def _batches(n: int, size: int, *, seed: int) -> Iterator[torch.Tensor]:
    """Whole batches, in a new order for each pass; what is left of a pass is left out."""
    epoch = 0
    while True:
        order = torch.from_numpy(stream(seed, "order", epoch).permutation(n))
        yield from order[: n - n % size].split(size)
        epoch += 1
