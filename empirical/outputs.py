"""A network's logits on a sample: all that needs no gradients."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from empirical import softmax
from empirical.data import Data
from empirical.jacobian import batches
from empirical.jacobian.backward import isolated
from empirical.jacobian.batches import Batches
from empirical.jacobian.modes import check_independence
from empirical.jacobian.recorder import Recorder
from empirical.jacobian.twin import Twin
from empirical.machine import processes
from empirical.machine.processes import Group
from theory import checks
from theory.checks import InputError

WORK = 2**25  # numbers that one run of the network may take: 256 MB in float64


@dataclass(frozen=True, eq=False)
class Outputs:
    """A network's logits on N examples, and their labels.

    Parameters
    ----------
    logits
        ``z``, shape ``(N, C)``.
    targets
        Labels, shape ``(N,)``.
    """

    logits: Tensor
    targets: Tensor

    @property
    def C(self) -> int:
        """Number of classes."""
        return self.logits.shape[1]

    @property
    def p(self) -> Tensor:
        """Softmax outputs, shape ``(N, C)``."""
        return self.logits.softmax(dim=1)

    @property
    def r(self) -> Tensor:
        """Residuals ``p - y``, shape ``(N, C)``, as in ``empirical.softmax.residuals``."""
        return softmax.residuals(self.logits, self.targets)


def outputs(
    network: nn.Module,
    data: Batches,
    *,
    dtype: torch.dtype = torch.float64,
    device: torch.device | str | None = None,
    memory: int | None = None,
    group: Group | None = None,
) -> Outputs:
    """Logits of ``network`` on ``data``, as ``empirical.capture`` has them; no gradient is formed.

    A copy of the network is run, a few examples at a time.

    Parameters
    ----------
    network, data, dtype, device, memory, group
        As for ``capture``.

    Raises
    ------
    InputError
        If the network or the data are not what ``capture`` takes.

    Examples
    --------
    >>> found = outputs(nn.Linear(2, 3), [(torch.ones(4, 2), torch.arange(4) % 3)])
    >>> found.logits.shape, found.C
    (torch.Size([4, 3]), 3)
    """
    if memory is not None:
        checks.integer("memory", memory, low=1)
    twin = Twin(network, dtype, device)
    inputs, every = batches.first(batches.checked(data))
    step = at_a_time(run_numbers(twin, inputs), memory=memory)
    classes = data.classes if isinstance(data, Data) else None
    found: list[tuple[Tensor, Tensor]] = []
    for x, y in pieces(twin, every, step):
        with isolated(twin.device), torch.no_grad():
            logits = twin.network(x)
        check_classes(logits, y, classes)
        found.append((logits, y))
    logits, targets = (
        processes.gathered(torch.cat(each), group) for each in zip(*found, strict=True)
    )
    return Outputs(logits, targets)


def at_a_time(numbers: int, *, memory: int | None) -> int:
    """Examples that are run at a time, if one takes so many ``numbers``; at least one."""
    most = WORK if memory is None else min(WORK, memory // (2 * 4 * 8))
    return max(1, most // numbers)


def run_numbers(twin: Twin, inputs: Tensor) -> int:
    """Numbers that the layers take and give when one example is run."""
    weights = {name: w for name, w in twin.network.named_parameters() if w.requires_grad}
    recorder = Recorder(weights)
    with isolated(twin.device), torch.no_grad(), recorder:
        logits = twin.network(twin.placed(inputs[:1]))
    uses = sum(use.input.numel() + use.output.numel() for use in recorder.uses)
    return inputs[0].numel() + uses + logits.numel()


def pieces(
    twin: Twin, every: Iterable[tuple[Tensor, Tensor]], step: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """Inputs and targets where they are run, at most ``step`` at a time, each seen to be alone."""
    other: Tensor | None = None
    for inputs, targets in every:
        for x, y in zip(inputs.split(step), targets.split(step), strict=True):
            placed = twin.placed(x)
            other = placed[-1:] if other is None else other
            with isolated(twin.device):
                check_independence(twin.network, placed, other=other)
            yield placed, y.to(twin.device)


def check_classes(logits: Tensor, targets: Tensor, classes: int | None) -> None:
    """See that the logits are those of as many classes as the labels are of.

    Raises
    ------
    InputError
        If they are not, or the loss is not finite.
    """
    C = logits.shape[1]
    if C < 2 or (classes is not None and classes != C):
        wanted = classes or "C of at least 2"
        raise InputError(f"network must return logits of shape (N, {wanted}), got (N, {C})")
    if int(targets.max()) >= C:
        raise InputError(f"targets must lie in 0..{C - 1}, got {int(targets.max())}")
    if not nn.functional.cross_entropy(logits, targets).isfinite():
        raise InputError("loss must be finite: the logits are too far apart")
