"""Explicit logit gradients in any weights, one example at a time, by automatic differentiation."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from contextlib import suppress

import torch
from torch import Tensor, nn
from torch.func import functional_call, jacrev, vmap
from torch.nn.attention import SDPBackend, sdpa_kernel

from empirical.jacobian.derivatives import vector_jacobian
from empirical.jacobian.factors import Rows
from empirical.jacobian.modes import AGREEMENT


def rows(network: nn.Module, inputs: Tensor, names: Sequence[str]) -> list[Rows]:
    """``∂z_k/∂W`` of each example alone in the named parameters.

    Exact for any network that is differentiable and treats examples independently: all examples
    at once by ``torch.func`` where it can, one by one where it cannot (recurrent layers, say, or
    a network that asks for its parameters by name, which ``torch.func`` replaces by tensors).
    """
    with suppress(Exception):  # whatever the network does with tensors; else it fails again
        found = _at_once(network, inputs, names)
        if _agree(network, inputs, found):
            return found
    return _one_by_one(network, inputs, names)


def _agree(network: nn.Module, inputs: Tensor, found: Sequence[Rows]) -> bool:
    """Whether a random combination is that of plain differentiation.

    Rules of ``torch.func`` may be wrong: for ``PReLU`` of as many examples as logits, in torch 2.x.
    """
    parameters = dict(network.named_parameters())
    logits = network(inputs)
    draws = torch.Generator().manual_seed(1)
    weights = torch.randn(logits.shape, generator=draws, dtype=logits.dtype).to(logits)
    expected = vector_jacobian(logits, [parameters[each.names[0]] for each in found], weights)
    combined = [torch.einsum("nk,nkd->d", weights, each.rows) for each in found]
    scale = torch.cat([e.flatten() for e in expected]).norm()
    gap = torch.cat([c - e.flatten() for c, e in zip(combined, expected, strict=True)]).norm()
    return bool(gap <= AGREEMENT[logits.dtype] * scale)


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
