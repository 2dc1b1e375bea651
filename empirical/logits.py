"""Logits and the clustering of their gradients."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from empirical.capture import Sample
from theory.checks import InputError


@dataclass(frozen=True)
class Cosines:
    """Mean cosines between logit gradients."""

    q_SLSC: float
    q_SL: float
    q_DL: float


def class_sizes(targets: Tensor, *, classes: int, at_least: int) -> Tensor:
    """Examples of each class, ``(classes,)``, each ``at_least`` so many.

    Raises
    ------
    InputError
        Naming a class that has fewer.
    """
    sizes = torch.bincount(targets, minlength=classes)
    if int(sizes.min()) < at_least:
        raise InputError(
            f"every class must have at least {at_least} examples in the sample, "
            f"got {int(sizes.min())} of class {int(sizes.argmin())}"
        )
    return sizes


def cosines(sample: Sample) -> Cosines:
    r"""Clustering of logit gradients: ``q_SLSC``, ``q_SL`` and ``q_DL``.

    With ``cos`` between ``∇_W z_k^μ`` and ``∇_W z_l^ν`` (Fort and Ganguli 2019):

    - ``q_SLSC = (1/C) Σ_k`` mean over ``μ ≠ ν`` of class k of ``cos(∇z_k^μ, ∇z_k^ν)``,
    - ``q_SL = (1/C) Σ_k`` mean over all ``μ ≠ ν`` of the same,
    - ``q_DL`` = mean over ``k ≠ l`` and all ``μ, ν`` of ``cos(∇z_k^μ, ∇z_l^ν)``.

    From sums of unit vectors, ``‖Σ_μ u_μ‖² - Σ_μ ‖u_μ‖²``: O(N C D) operations, 2 C vectors of
    memory, no Gram matrix. A gradient of length zero has no direction; its cosines count as 0.

    Raises
    ------
    InputError
        If a class has fewer than 2 examples.
    """
    C, targets = sample.C, sample.targets
    sizes = class_sizes(targets, classes=C, at_least=2).to(sample.logits.dtype)
    lengths = sample.gradients.squared_lengths().sqrt()
    units = sample.gradients.scaled(torch.where(lengths > 0, 1 / lengths, 0))
    present = (lengths > 0).to(lengths.dtype)

    own = units.selected(targets).sums(targets, C)[:, 0]
    own_present = torch.zeros(C, dtype=lengths.dtype).index_add_(
        0, targets, present.gather(1, targets[:, None])[:, 0]
    )
    slsc = (own.square().sum(1) - own_present) / (sizes * (sizes - 1))

    N = len(targets)
    total = units.sums(torch.zeros_like(targets), 1)[0]
    same = total.square().sum(1)
    sl = (same - present.sum(0)) / (N * (N - 1))
    dl = (total.sum(0).square().sum() - same.sum()) / (N * N * C * (C - 1))
    return Cosines(float(slsc.mean()), float(sl.mean()), float(dl))


def variance(sample: Sample) -> float:
    """Variance of the logits over examples and classes, in nat²."""
    return float(sample.logits.var(correction=0))


def gradient_length(sample: Sample) -> float:
    """Root-mean-square length of ``∇_W z_k`` over examples and logits, in nat/weight."""
    return float(sample.gradients.squared_lengths().mean().sqrt())


def participation(sample: Sample) -> float:
    """Mean over examples of ``Σ_k p_k²``."""
    return float(sample.p.square().sum(1).mean())


def loss(sample: Sample) -> float:
    """Mean cross-entropy, in nat."""
    return float(torch.nn.functional.cross_entropy(sample.logits, sample.targets))


def accuracy(sample: Sample) -> float:
    """Fraction of examples whose largest logit is that of their class."""
    return float((sample.logits.argmax(1) == sample.targets).double().mean())
