"""Training on the next-token loss over all places."""

from __future__ import annotations

import copy
import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from empirical.language.readout import CPU
from empirical.language.windows import Windows
from empirical.networks import resume
from empirical.networks.architectures.text import CharTransformer
from empirical.networks.training import one_thread
from theory import checks, stream
from theory.checks import InputError
from theory.records.runs import Run

WARM_UP = 0.05  # of the steps, over which the learning rate rises
BETWEEN = 100  # steps, after which it is kept
CLIPPED = 1.0  # longest gradient of a step


@dataclass(frozen=True)
class GoingOn:
    """A file that a training is taken up from.

    Parameters
    ----------
    path
        Its place.
    run
        The run that may take it up.
    made_by
        Provenance of what is trained.
    before
        The first point whose network is still needed: a training that is past it begins anew.
    """

    path: Path
    run: Run
    made_by: Mapping[str, Any]
    before: int

    def load(self, network: nn.Module, optimizer: torch.optim.Optimizer) -> int:
        """Put both where the run had come to; returns the step, 0 where there is none.

        Raises
        ------
        InputError
            If the file is another run's, or other code's, and not to be replaced.
        """
        start = copy.deepcopy((network.state_dict(), optimizer.state_dict()))
        held = resume.load(self.path, self.run, saved={}, network=network, optimizer=optimizer)
        if held is None or held.epoch > self.before:
            network.load_state_dict(start[0])
            optimizer.load_state_dict(start[1])
            return 0
        return held.epoch

    def save(self, step: int, network: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        """Keep the training as it is after a step."""
        how = {"epoch": step, "network": network, "optimizer": optimizer}
        resume.save(self.path, self.made_by, **how)


def trained(
    network: CharTransformer,
    windows: Windows,
    *,
    steps: Sequence[int],
    batch_size: int,
    learning_rate: float,
    seed: int,
    device: torch.device = CPU,
    going_on: GoingOn | None = None,
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
    device
        Where it is trained: on a GPU sums of gradients have no fixed order, and bits may differ.
    going_on
        Where the training is kept, and taken up again: it ends in the same bits as one that was
        not interrupted, and the copies of points before are not given again.
    progress
        Called with the number of steps that are done more.

    Raises
    ------
    InputError
        If an argument is out of its bounds, or the loss diverges.
    """
    points = checks.counts("steps", steps, low=0)
    if not points or list(points) != sorted(set(points)):
        raise InputError(f"steps must ascend, got {list(points)}")
    if checks.count("batch_size", batch_size) > len(windows):
        raise InputError(f"batch_size must be at most {len(windows)}, got {batch_size}")
    checks.real("learning_rate", learning_rate, low=0, strict=True)
    network, last = copy.deepcopy(network).to(device).train(), points[-1]
    optimizer = torch.optim.AdamW(network.parameters(), lr=learning_rate, weight_decay=0.01)
    done = 0 if going_on is None else going_on.load(network, optimizer)
    batches = itertools.islice(_batches(len(windows), batch_size, seed=seed), done, None)
    if progress is not None:
        progress(done)
    for step in range(done, last + 1):
        if step in points:
            yield step, copy.deepcopy(network).eval()
        if going_on is not None and step > done and (step in points or step % BETWEEN == 0):
            going_on.save(step, network, optimizer)
        if step == last:
            return
        for group in optimizer.param_groups:
            group["lr"] = learning_rate * _rate(step, last)
        with one_thread():
            batch = windows.take(next(batches))
            logits = network.head(network.features(batch.tokens.to(device))).flatten(0, 1)
            loss = nn.functional.cross_entropy(logits, batch.targets.flatten().to(device))
            if not math.isfinite(loss.item()):
                raise InputError(
                    f"learning_rate {learning_rate:g} is too large: the loss is {loss.item()} "
                    f"at step {step}"
                )
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), CLIPPED)
            optimizer.step()
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
