"""A language model that is small enough for its Jacobian, and the Jacobian row by row."""

from __future__ import annotations

import torch
from torch import Tensor

from empirical import networks
from empirical.language import Windows
from empirical.networks.architectures.text import CharTransformer


def small(
    *, classes: int = 7, context: int = 4, n: int = 6, seed: int = 0
) -> tuple[CharTransformer, Windows]:
    """A transformer whose logits are far from equal, in float64, and random windows."""
    network = networks.transformer(
        classes=classes, context=context, width=8, heads=2, depth=1, seed=seed
    ).double()
    with torch.no_grad():
        network.head.weight.mul_(2)
        network.head.bias.copy_(torch.linspace(-1, 1, classes))
    draws = torch.Generator().manual_seed(seed)
    sequence = torch.randint(0, classes, (n * context + 1,), generator=draws)
    return network, Windows.of(sequence, context=context, classes=classes)


def jacobian(network: CharTransformer, windows: Windows) -> tuple[Tensor, Tensor]:
    """Logits ``(N, C)`` at every place, and their gradients ``(N, C, D)``, by automatic derivatives
    of one logit at a time."""
    weights = list(network.parameters())
    z = network.head(network.features(windows.tokens)).flatten(0, 1)
    rows = [
        torch.cat([g.flatten() for g in torch.autograd.grad(one, weights, retain_graph=True)])
        for one in z.flatten()
    ]
    return z.detach(), torch.stack(rows).view(*z.shape, -1)
