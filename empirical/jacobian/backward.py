"""One run of a network and the backward passes that give every logit's gradient as factors."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from empirical.jacobian import explicit_rows
from empirical.jacobian.derivatives import vector_jacobian
from empirical.jacobian.factors import Factor, Outer
from empirical.jacobian.gradients import LogitGradients
from empirical.jacobian.layers import summed, use_factors
from empirical.jacobian.modes import AGREEMENT, check_independence
from empirical.jacobian.recorder import Recorder, Use
from theory.checks import InputError


@dataclass(frozen=True)
class Plan:
    """How a network's weights are used, the same for all examples.

    Parameters
    ----------
    parameters
        Names of the weights, in order.
    signatures
        What each recorded use must look like again.
    axes
        Which axis of each use counts the examples; none if the use is not taken as a factor.
    explicit, unused
        Weights that need explicit gradients, and those that no logit depends on.
    merged
        Weights whose factor holds their layer's bias too.
    storage, work
        Numbers per example that the factors hold, and that the backward passes make.
    by_layer
        Whether layers are read at all: if not, all weights have explicit gradients.
    """

    parameters: tuple[str, ...]
    signatures: tuple[tuple[str, str | None, str | None], ...]
    axes: tuple[int | None, ...]
    explicit: tuple[str, ...]
    unused: tuple[str, ...]
    merged: frozenset[str]
    storage: int = 0
    work: int = 0
    by_layer: bool = True


class LayoutError(Exception):
    """Gradients do not follow from the layers' inputs and outputs, read as the plan has it."""


def make_plan(network: nn.Module, inputs: Tensor) -> Plan:
    """How ``network`` uses its weights, from runs on two and three examples.

    The axis that counts examples is the one whose length follows their number. Weights used where
    none does, or in a function that is not known, are left to explicit gradients; all weights are
    where examples lie otherwise along that axis, or not every example uses the same layers.

    Raises
    ------
    InputError
        If the network has no weights that require gradients, or its logits are random or depend on
        the other examples.
    """
    parameters = {n: w for n, w in network.named_parameters() if w.requires_grad}
    if not parameters:
        raise InputError("network must have weights that require gradients, got none")
    few, more = (inputs[torch.arange(n, device=inputs.device) % len(inputs)] for n in (2, 3))
    recorded, _ = _record(network, few, parameters)
    again, logits = _record(network, more, parameters)
    check_independence(network, more, other=inputs[-1:])
    reached = vector_jacobian(logits.sum(), list(parameters.values()), materialize=False)
    unused = {n for n, found in zip(parameters, reached, strict=True) if found is None}
    signatures = tuple(use.signature for use in recorded.uses)
    if signatures != tuple(use.signature for use in again.uses):
        return _measured(explicit_plan(tuple(parameters)), network, few, recorded)
    axes = [_axis(*pair) for pair in zip(recorded.uses, again.uses, strict=True)]
    seen = {name for use in recorded.uses for name in (use.weight, use.bias) if name}
    others = recorded.others | (set(parameters) - seen)
    for use, axis in zip(recorded.uses, axes, strict=True):
        if axis is None:
            others |= {name for name in (use.weight, use.bias) if name}
    others -= unused
    plan = Plan(
        parameters=tuple(parameters),
        signatures=signatures,
        axes=tuple(axes),
        explicit=tuple(n for n in parameters if n in others),
        unused=tuple(n for n in parameters if n in unused),
        merged=_merged(recorded.uses, tuple(parameters), others | unused),
    )
    try:
        return _measured(plan, network, few, recorded)
    except LayoutError:
        return _measured(explicit_plan(plan.parameters), network, few, recorded)


def explicit_plan(parameters: tuple[str, ...]) -> Plan:
    """The plan that reads no layer: right for any network that treats examples one by one."""
    return Plan(
        parameters=parameters,
        signatures=(),
        axes=(),
        explicit=parameters,
        unused=(),
        merged=frozenset(),
        by_layer=False,
    )


def measured(plan: Plan, network: nn.Module, inputs: Tensor) -> Plan:
    """The plan with what it stores an example and what its backward passes make."""
    parameters = {n: w for n, w in network.named_parameters() if w.requires_grad}
    few = inputs[torch.arange(2, device=inputs.device) % len(inputs)]
    return _measured(plan, network, few, _record(network, few, parameters)[0])


def _measured(plan: Plan, network: nn.Module, few: Tensor, recorded: Recorder) -> Plan:
    gradients = run(network, few, plan)[1]
    C = gradients.K
    outputs = sum(use.output.numel() for use in recorded.uses) // len(few)
    named = dict(network.named_parameters())
    numbers = sum(named[n].numel() for n in plan.explicit)
    each = outputs * 3 + numbers + C if plan.explicit else outputs
    return replace(
        plan,
        storage=sum(layer.numel for layer in gradients.layers) // len(few),
        work=C * each + 2 * outputs,
    )


def _axis(few: Use, more: Use) -> int | None:
    for shapes in ((few.input.shape, more.input.shape), (few.output.shape, more.output.shape)):
        if len(shapes[0]) != len(shapes[1]):
            return None
    found = [
        i for i, (a, b) in enumerate(zip(few.input.shape, more.input.shape, strict=True)) if a != b
    ]
    if len(found) != 1:
        return None
    axis = found[0]
    if few.kind == "convolution" or few.options.get("features") == 0:
        return 0 if axis == 0 and few.output.ndim > 1 else None
    return axis


def _merged(uses: Sequence[Use], order: tuple[str, ...], apart: set[str]) -> frozenset[str]:
    """Weights with one use whose bias has no other and comes next."""
    count = Counter(name for use in uses for name in (use.weight, use.bias) if name)
    place = {name: i for i, name in enumerate(order)}
    return frozenset(
        use.weight
        for use in uses
        if use.weight
        and use.bias
        and count[use.weight] == count[use.bias] == 1
        and place[use.bias] == place[use.weight] + 1
        and not {use.weight, use.bias} & apart
    )


def _record(
    network: nn.Module, inputs: Tensor, parameters: Mapping[str, Tensor]
) -> tuple[Recorder, Tensor]:
    recorder = Recorder(parameters)
    with recorder:
        logits = network(inputs)
    if not isinstance(logits, Tensor) or logits.ndim != 2 or len(logits) != len(inputs):
        shape = tuple(logits.shape) if isinstance(logits, Tensor) else type(logits).__name__
        raise InputError(f"network must return logits of shape ({len(inputs)}, C), got {shape}")
    if not logits.requires_grad:
        raise InputError("network must have logits that depend on its weights, got none that do")
    return recorder, logits


def run(network: nn.Module, inputs: Tensor, plan: Plan) -> tuple[Tensor, LogitGradients]:
    """Logits ``(n, C)`` of the inputs and their gradients.

    They are checked against automatic differentiation of an independent run.

    Raises
    ------
    InputError
        If the network does not follow the plan, or a gradient does not agree.
    """
    parameters = {name: w for name, w in network.named_parameters() if w.requires_grad}
    recorder, logits = _record(network, inputs, parameters)
    if not logits.isfinite().all():
        raise InputError("logits must be finite: the network or its inputs overflow")
    factors = _factors_by_layer(recorder.uses, logits, plan) if plan.by_layer else []
    if plan.explicit:
        factors += explicit_rows.rows(network, inputs, plan.explicit)
    n, C = logits.shape
    for name in plan.unused:
        size = parameters[name].numel()
        nothing = logits.new_zeros(n, 0, size).detach()
        factors.append(Outer((name,), nothing, nothing.new_zeros(n, C, 1, 0), size))
    place = {name: i for i, name in enumerate(plan.parameters)}
    factors.sort(key=lambda factor: place[factor.names[0]])
    gradients = LogitGradients(tuple(factors))
    _compare(network, inputs, gradients, parameters, by_layer=plan.by_layer)
    return logits.detach(), gradients


def _factors_by_layer(uses: Sequence[Use], logits: Tensor, plan: Plan) -> list[Factor]:
    if tuple(use.signature for use in uses) != plan.signatures:
        raise LayoutError
    try:
        return _factors(uses, logits, plan)
    except torch.OutOfMemoryError:
        raise
    except RuntimeError:  # lengths that are no multiple of the number of examples
        raise LayoutError from None


def _factors(uses: Sequence[Use], logits: Tensor, plan: Plan) -> list[Factor]:
    n, C = logits.shape
    apart = {*plan.explicit, *plan.unused}
    taken: list[tuple[Use, int]] = []
    for use, axis in zip(uses, plan.axes, strict=True):
        for part in [use] if use.weight in plan.merged else _split(use):
            if axis is not None and not {part.weight, part.bias} & apart:
                taken.append((part, axis))
    outputs = list(dict.fromkeys(use.output for use, _ in taken))
    cotangents = [output.new_empty(C, *output.shape) for output in outputs]
    for k in range(C if outputs else 0):
        found = vector_jacobian(logits[:, k].sum(), outputs)
        for kept, b in zip(cotangents, found, strict=True):
            kept[k] = b
    of_output = dict(zip(outputs, cotangents, strict=True))
    factors: dict[tuple[str, ...], list[Factor]] = defaultdict(list)
    for use, axis in taken:
        for factor in use_factors(use, of_output[use.output], axis=axis, n=n):
            factors[factor.names].append(factor)
    return [summed(each) for each in factors.values()]


def _split(use: Use) -> list[Use]:
    """The use of a weight and that of its bias."""
    parts = [replace(use, bias=None)] if use.weight else []
    return parts + ([replace(use, weight=None)] if use.bias else [])


def _compare(
    network: nn.Module,
    inputs: Tensor,
    gradients: LogitGradients,
    parameters: Mapping[str, Tensor],
    *,
    by_layer: bool,
) -> None:
    logits = network(inputs)
    weights = torch.randn(
        logits.shape, generator=torch.Generator().manual_seed(0), dtype=logits.dtype
    ).to(logits.device)
    expected = vector_jacobian(logits, list(parameters.values()), weights)
    found = gradients.combined(weights)
    scale = torch.cat([e.flatten() for e in expected]).norm()
    if not scale.isfinite():
        raise InputError("network must have finite gradients of its logits")
    parts = found.split([e.numel() for e in expected])
    for name, mine, e in zip(parameters, parts, expected, strict=True):
        if not (mine - e.flatten()).norm() <= AGREEMENT[logits.dtype] * scale:
            if by_layer:
                raise LayoutError
            raise InputError(
                f"gradient of {name} does not follow from each example alone: "
                f"the network is random or mixes examples"
            )


@contextmanager
def isolated(device: torch.device) -> Iterator[None]:
    """Random state, gradient mode and precision of products as they were before, afterwards."""
    precision = torch.get_float32_matmul_precision()
    devices = [device] if device.type == "cuda" else []
    with (
        torch.random.fork_rng(devices=devices),
        torch.inference_mode(False),
        torch.enable_grad(),
        torch.autocast(device.type, enabled=False),
        torch.backends.cudnn.flags(allow_tf32=False),
    ):
        torch.set_float32_matmul_precision("highest")
        try:
            yield
        finally:
            torch.set_float32_matmul_precision(precision)
