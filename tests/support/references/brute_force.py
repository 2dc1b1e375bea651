"""Logit gradients and curvature of one example after the other, by automatic differentiation."""

from __future__ import annotations

import copy
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.attention import SDPBackend, sdpa_kernel


class BruteForce(NamedTuple):
    """Of the mean cross-entropy over all examples, in float64; ``HV`` are products with V's rows.

    ``V`` holds a few random vectors, or with ``dense`` the axes of weight space.
    """

    logits: Tensor
    J: Tensor
    loss: float
    gradient: Tensor
    G: Tensor
    V: Tensor
    HV: Tensor


def brute_force(
    network: nn.Module, batches: list[tuple[Tensor, Tensor]], *, dense: bool = False
) -> BruteForce:
    """Each example run alone, and each derivative taken alone: slow, and no code of the project."""
    double = copy.deepcopy(network).double()
    weights: list[Tensor] = [w for w in double.parameters() if w.requires_grad]
    inputs = torch.cat([x for x, _ in batches])
    inputs = inputs.double() if inputs.is_floating_point() else inputs
    targets = torch.cat([y for _, y in batches])
    N, D = len(targets), sum(w.numel() for w in weights)
    V = torch.randn(3, D, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    V = torch.eye(D, dtype=torch.float64) if dense else V
    rows, outputs, gradients, HV = [], [], [], torch.zeros_like(V)
    for x, y in zip(inputs, targets, strict=True):
        with sdpa_kernel(SDPBackend.MATH):  # the others have no second derivative
            found = double(x[None])
        z = (found["logits"] if isinstance(found, dict) else found).reshape(-1)
        rows.append(torch.stack([_derivative(each, weights) for each in z]))
        g = _derivative(torch.logsumexp(z, 0) - z[y], weights, again=True)
        HV += torch.stack([_derivative(g @ v, weights) for v in V]) / N
        outputs.append(z.detach())
        gradients.append(g.detach())
    z, J = torch.stack(outputs), torch.stack(rows)
    p = z.softmax(1)
    A = torch.diag_embed(p) - p[:, :, None] * p[:, None, :]
    G = torch.einsum("nkd,nkl,nle->de", J, A, J) / N
    loss = float((torch.logsumexp(z, 1) - z[torch.arange(N), targets]).mean())
    return BruteForce(z, J, loss, torch.stack(gradients).mean(0), G, V, HV)


def _derivative(value: Tensor, weights: list[Tensor], *, again: bool = False) -> Tensor:
    """``∂value/∂W`` as one vector; zero where there is no dependence."""
    parts: list[Tensor | None] = [None] * len(weights)
    if value.requires_grad:
        found = torch.autograd.grad(
            value, weights, retain_graph=True, create_graph=again, allow_unused=True
        )
        parts = list(found)
    filled = [torch.zeros_like(w) if p is None else p for w, p in zip(weights, parts, strict=True)]
    return torch.cat([part.reshape(-1) for part in filled])
