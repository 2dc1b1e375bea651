"""Explicit logit gradients in any weights, one example at a time, by automatic differentiation."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.func import functional_call, jacrev, vmap
from torch.nn.attention import SDPBackend, sdpa_kernel

from empirical.jacobian.derivatives import vector_jacobian
from empirical.jacobian.factors import Rows


def rows(network: nn.Module, inputs: Tensor, names: Sequence[str]) -> list[Rows]:
    """``∂z_k/∂W`` of each example alone in the named parameters.

    Exact for any network that is differentiable and treats examples independently: all examples
    at once by ``torch.func`` where it can, one by one where it cannot (recurrent layers, say).
    """
    try:
        return _at_once(network, inputs, names)
    except (RuntimeError, NotImplementedError):
        return _one_by_one(network, inputs, names)


def _at_once(network: nn.Module, inputs: Tensor, names: Sequence[str]) -> list[Rows]:
    places: dict[Tensor, list[str]] = {}
    for prefix, layer in network.named_modules():  # each layer once, each tied weight everywhere
        for name, weight in layer.named_parameters(prefix, recurse=False):
            places.setdefault(weight, []).append(name)
    named = dict(network.named_parameters())
    weights = {name: named[name].detach() for name in names}
    fixed = {at: w.detach() for w, everywhere in places.items() for at in everywhere}

    def logits(weights: dict[str, Tensor], example: Tensor) -> Tensor:
        changed = {at: w for name, w in weights.items() for at in places[named[name]]}
        state = {**fixed, **changed}
        return functional_call(network, state, (example[None],), tie_weights=False)[0]

    with warnings.catch_warnings(), sdpa_kernel(SDPBackend.MATH):
        warnings.filterwarnings("ignore", message="There is a performance drop")
        found = vmap(jacrev(logits), (None, 0), randomness="different")(weights, inputs)
    size = {name: weights[name].numel() for name in names}
    return [Rows((n,), found[n].reshape(*found[n].shape[:2], size[n]).detach()) for n in names]


def _one_by_one(network: nn.Module, inputs: Tensor, names: Sequence[str]) -> list[Rows]:
    parameters = dict(network.named_parameters())
    weights = [parameters[name] for name in names]
    found: list[list[Tensor]] = [[] for _ in names]
    for example in inputs:
        logits = network(example[None])[0]
        each = [vector_jacobian(z, weights) for z in logits]
        for kept, gradients in zip(found, zip(*each, strict=True), strict=True):
            kept.append(torch.stack([g.flatten() for g in gradients]))
    return [Rows((name,), torch.stack(kept)) for name, kept in zip(names, found, strict=True)]
