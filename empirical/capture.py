"""Run a network on a sample and keep what its logit gradients are made of."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

import torch
from torch import Tensor, nn

from empirical.data import Data
from empirical.jacobian import batches
from empirical.jacobian.backward import LayoutError, Plan, isolated, run
from empirical.jacobian.batches import Batches
from empirical.jacobian.factors import Factor
from empirical.jacobian.gradients import LogitGradients
from empirical.jacobian.plan import COPIES, explicit_plan, make_plan, measured
from empirical.jacobian.twin import Twin
from empirical.machine import memory as bounds
from empirical.machine import processes
from empirical.machine.processes import Group
from empirical.outputs import Outputs, at_a_time, check_classes, pieces


@dataclass(frozen=True, eq=False)
class Sample(Outputs):
    """A network's logits on N examples, their labels, and the gradients of the logits.

    Parameters
    ----------
    gradients
        ``J_{μk} = ∂z_k^μ/∂W`` for the C logits of each example.
    """

    gradients: LogitGradients

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
    group: Group | None = None,
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
        Returns logits ``(N, C)``, as they are or as ``.logits`` or ``["logits"]``; frozen
        parameters do not count as weights.
    data
        ``Data``, or batches of inputs and class indices, of any sizes.
    dtype
        ``torch.float32`` or ``torch.float64``.
    device
        Where to run; by default where the network's weights are.
    memory
        Most bytes to use; by default what is free.
    group
        Processes that have a share of the examples each, as ``data``: the first of them returns the
        sample of all, in the order of ranks, the others that of their share.

    Raises
    ------
    InputError
        If data are empty, labels out of range, logits or the loss not finite or logits not of the
        shape ``(N, C)``; if the network is random or mixes examples in its present mode, is not
        real, cannot be copied or differentiated; if the memory would not suffice, before the work
        starts.

    Warns
    -----
    UserWarning
        If examples do not lie one after the other in the layers' inputs, as where a mixture of
        experts sends them different ways: explicit gradients are formed in all weights, ``C D``
        numbers for each example.

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
    twin = Twin(network, dtype, device)
    plan = _plan(twin, every[0][0], memory)
    classes = data.classes if isinstance(data, Data) else None

    def read(plan: Plan) -> Sample:
        bounds.require(
            needed(plan, N, memory=memory) * twin.size,
            memory=memory,
            device=twin.device,
            work=f"the gradients of {N} examples",
        )
        parts = pieces(twin, every, batch_size(plan, memory=memory))
        return _joined((_sample(twin, plan, *part, classes) for part in parts), N)

    try:
        found = read(plan)
    except LayoutError:
        found = None
    layout = None if found is None else [_layout(each) for each in found.gradients.layers]
    if not processes.agreed(layout, group) or found is None:
        found = read(_without_layers(twin, plan, every[0][0], memory))
    return _gathered(found, group)


def samples(
    network: nn.Module,
    data: Batches,
    *,
    dtype: torch.dtype = torch.float64,
    device: torch.device | str | None = None,
    memory: int | None = None,
) -> Iterator[Sample]:
    """``capture`` a few examples at a time, in their order: memory does not grow with N.

    Parameters
    ----------
    network, data, dtype, device, memory
        As for ``capture``; of examples, one must fit.

    Raises
    ------
    InputError
        As ``capture``, at the batch that causes it.
    """
    twin = Twin(network, dtype, device)
    inputs, every = batches.first(batches.checked(data))
    plan = _plan(twin, inputs, memory)
    classes = data.classes if isinstance(data, Data) else None
    for batch in pieces(twin, every, batch_size(plan, memory=memory)):
        try:
            yield _sample(twin, plan, *batch, classes)
        except LayoutError:
            plan = _without_layers(twin, plan, inputs, memory)
            yield _sample(twin, plan, *batch, classes)


def planned(
    network: nn.Module,
    data: Data,
    *,
    dtype: torch.dtype,
    device: torch.device | str | None = None,
    memory: int | None = None,
) -> Plan:
    """How ``capture`` would use the network's weights, and what it stores an example."""
    return _plan(Twin(network, dtype, device), data.inputs, memory)


def batch_size(plan: Plan, *, memory: int | None = None) -> int:
    """Examples that ``capture`` and ``samples`` run at a time."""
    return at_a_time(plan.work, memory=memory)


def needed(plan: Plan, N: int, *, memory: int | None = None) -> int:
    """Numbers that ``capture`` holds at most for N examples."""
    return N * plan.storage + COPIES * min(N, batch_size(plan, memory=memory)) * plan.work


def _plan(twin: Twin, inputs: Tensor, memory: int | None) -> Plan:
    with isolated(twin.device):
        plan = make_plan(twin.network, twin.placed(inputs), memory=memory)
    if not plan.by_layer:
        _note_cost(plan)
    return plan


def _without_layers(twin: Twin, plan: Plan, inputs: Tensor, memory: int | None) -> Plan:
    explicit = explicit_plan(plan.parameters)
    with isolated(twin.device):
        explicit = measured(explicit, twin.network, twin.placed(inputs), memory=memory)
    _note_cost(explicit)
    return explicit


def _note_cost(plan: Plan) -> None:
    warnings.warn(
        "the network's layers do not hold one example after the other: its logit gradients are "
        f"formed in full, {plan.storage} numbers for each example",
        stacklevel=4,
    )


def _sample(twin: Twin, plan: Plan, inputs: Tensor, targets: Tensor, classes: int | None) -> Sample:
    with isolated(twin.device):
        logits, gradients = run(twin.network, inputs, plan)
    check_classes(logits, targets, classes)
    return Sample(logits, targets, gradients)


def _layout(factor: Factor) -> tuple[str, tuple[str, ...], list[torch.Size]]:
    """What the factors of the same weights must share to be put together."""
    return type(factor).__name__, factor.names, [array.shape[1:] for array in factor.arrays]


def _gathered(sample: Sample, group: Group | None) -> Sample:
    """That of all processes in the first of them, in the others their own."""
    if group is None:
        return sample
    layers = tuple(
        layer.with_arrays(*(processes.gathered(array, group) for array in layer.arrays))
        for layer in sample.gradients.layers
    )
    logits, targets = (processes.gathered(each, group) for each in (sample.logits, sample.targets))
    return Sample(logits, targets, LogitGradients(layers))


def _joined(parts: Iterator[Sample], N: int) -> Sample:
    """One sample of all pieces, each copied into its place and let go.

    Raises
    ------
    LayoutError
        If a later piece is made of other factors than the first.
    """
    first = next(parts)
    if len(first.targets) == N:
        return first
    logits = first.logits.new_empty(N, first.C)
    targets = first.targets.new_empty(N)
    layers = [
        layer.with_arrays(*(array.new_empty(N, *array.shape[1:]) for array in layer.arrays))
        for layer in first.gradients.layers
    ]
    start = 0
    for piece in chain([first], parts):
        at = slice(start, start + len(piece.targets))
        logits[at], targets[at] = piece.logits, piece.targets
        for layer, part in zip(layers, piece.gradients.layers, strict=True):
            for array, values in zip(layer.arrays, part.arrays, strict=True):
                if array.shape[1:] != values.shape[1:]:
                    raise LayoutError
                array[at] = values
        start = at.stop
    return Sample(logits, targets, LogitGradients(tuple(layers)))
