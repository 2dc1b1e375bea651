"""How a network uses its weights, and what the gradients of one example's logits take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn

from empirical.jacobian.backward import LayoutError, Plan, recorded, run
from empirical.jacobian.derivatives import vector_jacobian
from empirical.jacobian.modes import check_independence
from empirical.jacobian.recorded_uses import Use
from empirical.machine import memory as bounds
from theory.checks import InputError

COPIES = 4  # of what the backward passes make, held at a time at most


def make_plan(network: nn.Module, inputs: Tensor, *, memory: int | None = None) -> Plan:
    """How ``network`` uses its weights, from runs on two and three examples.

    The axis that counts examples is the one whose length follows their number. Weights used where
    none does, or in a function that is not known, are left to explicit gradients; all weights are
    where examples lie otherwise along that axis, or not every example uses the same layers.

    Raises
    ------
    InputError
        If the network has no weights that require gradients, its logits are random or depend on
        the other examples, or the gradients of one example would not fit into the memory.
    """
    parameters = {n: w for n, w in network.named_parameters() if w.requires_grad}
    if not parameters:
        raise InputError("network must have weights that require gradients, got none")
    few, more = (inputs[torch.arange(n, device=inputs.device) % len(inputs)] for n in (2, 3))
    first, _ = recorded(network, few, parameters)
    again, logits = recorded(network, more, parameters)
    check_independence(network, more, other=inputs[-1:])
    reached = vector_jacobian(logits.sum(), list(parameters.values()), materialize=False)
    unused = {n for n, found in zip(parameters, reached, strict=True) if found is None}
    signatures = tuple(use.signature for use in first.uses)
    if signatures != tuple(use.signature for use in again.uses):
        return measured(explicit_plan(tuple(parameters)), network, few, memory=memory)
    axes = [_axis(*pair) for pair in zip(first.uses, again.uses, strict=True)]
    seen = {name for use in first.uses for name in (use.weight, use.bias) if name}
    others = first.others | (set(parameters) - seen)
    for use, axis in zip(first.uses, axes, strict=True):
        if axis is None:
            others |= {name for name in (use.weight, use.bias) if name}
    others -= unused
    plan = Plan(
        parameters=tuple(parameters),
        signatures=signatures,
        axes=tuple(axes),
        explicit=tuple(n for n in parameters if n in others),
        unused=tuple(n for n in parameters if n in unused),
        merged=_merged(first.uses, tuple(parameters), others | unused),
    )
    try:
        return measured(plan, network, few, memory=memory)
    except LayoutError:
        return measured(explicit_plan(plan.parameters), network, few, memory=memory)


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


def measured(plan: Plan, network: nn.Module, inputs: Tensor, *, memory: int | None = None) -> Plan:
    """The plan with what it stores an example and what its backward passes make.

    Two examples are run, as examples that lie otherwise are only seen beside others; one where two
    do not fit.

    Raises
    ------
    InputError
        If not even one would fit into the memory.
    """
    named = {n: w for n, w in network.named_parameters() if w.requires_grad}
    few = inputs[torch.arange(2, device=inputs.device) % len(inputs)]
    with torch.no_grad():
        recorder, logits = recorded(network, few, named)
    C = logits.shape[1]
    outputs = sum(use.output.numel() for use in recorder.uses) // len(few)
    numbers = sum(named[n].numel() for n in plan.explicit)
    each = outputs * 3 + numbers + C if plan.explicit else outputs
    work = C * each + 2 * outputs
    needed = COPIES * work * logits.itemsize
    bounds.require(
        needed,
        memory=memory,
        device=logits.device,
        work=f"the {C} logit gradients of one example",
        instead="take float32, or a network of fewer classes or smaller layers",
    )
    limit = bounds.bound(memory, logits.device)
    if limit is not None and needed * len(few) > limit:
        few = few[:1]
    gradients = run(network, few, plan)[1]
    storage = sum(layer.numel for layer in gradients.layers) // len(few)
    return replace(plan, storage=storage, work=work)


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
