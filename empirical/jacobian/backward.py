"""One run of a network and the backward passes that give every logit's gradient as factors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from empirical.jacobian import explicit_rows
from empirical.jacobian.derivatives import vector_jacobian
from empirical.jacobian.factors import Factor
from empirical.jacobian.gradients import LogitGradients
from empirical.jacobian.layers import summed, use_factors
from empirical.jacobian.modes import AGREEMENT
from empirical.jacobian.outer_products import Outer
from empirical.jacobian.recorded_uses import Use
from empirical.jacobian.recorder import Recorder
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


def recorded(
    network: nn.Module, inputs: Tensor, parameters: Mapping[str, Tensor]
) -> tuple[Recorder, Tensor]:
    """How ``network`` used its weights on the inputs, and the logits.

    Raises
    ------
    InputError
        If it does not return one row of logits an example, or they depend on no weight.
    """
    recorder = Recorder(parameters)
    with recorder:
        logits = network(inputs)
    if not isinstance(logits, Tensor) or logits.ndim != 2 or len(logits) != len(inputs):
        shape = tuple(logits.shape) if isinstance(logits, Tensor) else type(logits).__name__
        raise InputError(f"network must return logits of shape ({len(inputs)}, C), got {shape}")
    if torch.is_grad_enabled() and not logits.requires_grad:
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
    recorder, logits = recorded(network, inputs, parameters)
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
