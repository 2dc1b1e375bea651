"""Run a network on a sample and keep what its logit gradients are made of."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

import torch
from torch import Tensor, nn

from empirical import softmax
from empirical.data import Data
from empirical.jacobian import batches
from empirical.jacobian.backward import AGREEMENT, Plan, isolated, make_plan, run
from empirical.jacobian.batches import Batches
from empirical.jacobian.gradients import LogitGradients
from empirical.jacobian.modes import check_mode
from empirical.machine import memory as bounds
from theory.checks import InputError

WORK = 2**25  # numbers that one run of the network may take: 256 MB in float64


@dataclass(frozen=True, eq=False)
class Sample:
    """A network's logits on N examples, their labels, and the gradients of the logits.

    Parameters
    ----------
    logits
        ``z``, shape ``(N, C)``.
    targets
        Labels, shape ``(N,)``.
    gradients
        ``J_{μk} = ∂z_k^μ/∂W`` for the C logits of each example.
    """

    logits: Tensor
    targets: Tensor
    gradients: LogitGradients

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

    def take(self, index: Tensor) -> Sample:
        """The examples at ``index``."""
        return Sample(self.logits[index], self.targets[index], self.gradients.take(index))

    def part(self, names: Iterable[str]) -> Sample:
        """The same with gradients in some parameters only, as ``LogitGradients.part``."""
        return Sample(self.logits, self.targets, self.gradients.part(tuple(names)))


def capture(
    network: nn.Module,
    data: Batches,
    *,
    dtype: torch.dtype = torch.float64,
    device: torch.device | str | None = None,
    memory: int | None = None,
) -> Sample:
    """Logits and logit gradients of ``network`` on ``data``, all examples at once.

    Any classifier that treats examples independently. Linear and convolutional layers, embeddings,
    norms and attention are held as factors, whatever way they are written and however often a
    weight is used; explicit gradients of each example are formed for all other weights. The
    network itself is not touched: a copy of type ``dtype`` is run. The gradient of one random
    combination of the logits is compared with automatic differentiation of an independent run, so
    that weights used in a way that was not seen are an error and not a wrong number.

    Parameters
    ----------
    network
        Returns logits ``(N, C)``; frozen parameters do not count as weights.
    data
        ``Data``, or batches of inputs and class indices, of any sizes.
    dtype
        ``torch.float32`` or ``torch.float64``.
    device
        Where to run; by default where the network's weights are.
    memory
        Most bytes to use; by default what is free.

    Raises
    ------
    InputError
        If data are empty, labels out of range, logits or the loss not finite or logits not of the
        shape ``(N, C)``; if the network is random or mixes examples in its present mode; if the
        memory would not suffice, before the work starts.

    Examples
    --------
    >>> network = nn.Sequential(nn.Linear(2, 3), nn.LayerNorm(3), nn.Linear(3, 2))
    >>> unequal = [(torch.ones(n, 2), torch.arange(n) % 2) for n in (3, 1)]
    >>> gradients = capture(network, unequal).gradients
    >>> gradients.N, gradients.K, gradients.D
    (4, 2, 23)
    """
    every = list(batches.checked(data))
    N = sum(len(targets) for _, targets in every)
    twin = _Twin(network, dtype, device)
    plan = twin.plan(every[0][0])
    bounds.require(
        needed(plan, N) * twin.size,
        memory=memory,
        device=twin.device,
        work=f"the gradients of {N} examples",
    )
    return _joined(_samples(twin, plan, every, data), N)


def samples(
    network: nn.Module,
    data: Batches,
    *,
    dtype: torch.dtype = torch.float64,
    device: torch.device | str | None = None,
) -> Iterator[Sample]:
    """``capture`` a few examples at a time, in their order: memory does not grow with N.

    Raises
    ------
    InputError
        As ``capture``, at the batch that causes it.
    """
    twin = _Twin(network, dtype, device)
    inputs, every = batches.first(batches.checked(data))
    plan = twin.plan(inputs)
    yield from _samples(twin, plan, every, data)


def planned(
    network: nn.Module,
    data: Data,
    *,
    dtype: torch.dtype,
    device: torch.device | str | None = None,
) -> Plan:
    """How ``capture`` would use the network's weights, and what it stores an example."""
    return _Twin(network, dtype, device).plan(data.inputs)


def batch_size(plan: Plan) -> int:
    """Examples that ``capture`` and ``samples`` run at a time."""
    return max(1, WORK // plan.work)


def needed(plan: Plan, N: int) -> int:
    """Numbers that ``capture`` holds at most for N examples."""
    return N * plan.storage + 4 * min(N * plan.work, max(WORK, plan.work))


class _Twin:
    """A copy of a network, of another type or on another device."""

    def __init__(
        self, network: nn.Module, dtype: torch.dtype, device: torch.device | str | None
    ) -> None:
        if dtype not in AGREEMENT:
            raise InputError(f"dtype must be torch.float32 or torch.float64, got {dtype}")
        check_mode(network)
        first = next(network.parameters(), torch.empty(0))
        self.device = first.device if device is None else torch.device(device)
        self.dtype = dtype
        self.size = torch.finfo(dtype).bits // 8
        with isolated(self.device):
            self.network = copy.deepcopy(network).to(self.device, dtype)
            self.network.zero_grad(set_to_none=True)

    def plan(self, inputs: Tensor) -> Plan:
        """How it uses its weights."""
        with isolated(self.device):
            return make_plan(self.network, self._placed(inputs))

    def run(self, inputs: Tensor, plan: Plan) -> tuple[Tensor, LogitGradients]:
        """Its logits and their gradients."""
        with isolated(self.device):
            return run(self.network, self._placed(inputs), plan)

    def _placed(self, inputs: Tensor) -> Tensor:
        dtype = self.dtype if inputs.is_floating_point() else inputs.dtype
        return inputs.detach().to(self.device, dtype, copy=inputs.is_inference())


def _samples(
    twin: _Twin, plan: Plan, every: Iterable[tuple[Tensor, Tensor]], data: Batches
) -> Iterator[Sample]:
    classes = data.classes if isinstance(data, Data) else None
    step = batch_size(plan)
    for inputs, targets in every:
        for x, y in zip(inputs.split(step), targets.split(step), strict=True):
            logits, gradients = twin.run(x, plan)
            _check_classes(logits, y, classes)
            yield Sample(logits, y.to(twin.device), gradients)


def _check_classes(logits: Tensor, targets: Tensor, classes: int | None) -> None:
    C = logits.shape[1]
    if C < 2 or (classes is not None and classes != C):
        wanted = classes or "C of at least 2"
        raise InputError(f"network must return logits of shape (N, {wanted}), got (N, {C})")
    if int(targets.max()) >= C:
        raise InputError(f"targets must lie in 0..{C - 1}, got {int(targets.max())}")
    if not nn.functional.cross_entropy(logits, targets.to(logits.device)).isfinite():
        raise InputError("loss must be finite: the logits are too far apart")


def _joined(pieces: Iterator[Sample], N: int) -> Sample:
    """One sample of all pieces, each copied into its place and let go."""
    first = next(pieces)
    if len(first.targets) == N:
        return first
    logits = first.logits.new_empty(N, first.C)
    targets = first.targets.new_empty(N)
    layers = [
        layer.with_arrays(*(array.new_empty(N, *array.shape[1:]) for array in layer.arrays))
        for layer in first.gradients.layers
    ]
    start = 0
    for piece in chain([first], pieces):
        at = slice(start, start + len(piece.targets))
        logits[at], targets[at] = piece.logits, piece.targets
        for layer, part in zip(layers, piece.gradients.layers, strict=True):
            for array, values in zip(layer.arrays, part.arrays, strict=True):
                array[at] = values
        start = at.stop
    return Sample(logits, targets, LogitGradients(tuple(layers)))
