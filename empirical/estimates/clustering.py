"""Logits, their gradients' lengths and the clustering of these gradients.

What needs gradients takes one sample, or samples that follow one another as ``capture.samples``
yields them: these are passed through once and not kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from empirical.capture import Sample
from empirical.estimates.jackknife import BLOCKS, blocks, standard_error
from empirical.machine import processes
from empirical.machine.processes import Group
from empirical.outputs import Outputs
from empirical.softmax import cross_entropies, surprisals
from theory.checks import InputError

Samples = Sample | Iterable[Sample]


@dataclass(frozen=True)
class Cosines:
    """Mean cosines between logit gradients, and their root-mean-square length in nat/weight."""

    q_SLSC: float
    q_SL: float
    q_DL: float
    length: float


@dataclass(frozen=True, eq=False)
class Means:
    """Mean logit gradients.

    Parameters
    ----------
    over_all
        ``c_k``, the mean of ``J_{μk}`` over all examples, shape ``(C, D)``.
    over_classes
        ``c_{k,y}``, the mean over the examples of class y, at index ``y·C + k``; ``(C², D)``.
    """

    over_all: Tensor
    over_classes: Tensor

    @property
    def gram(self) -> Tensor:
        """``c_k·c_l``, shape ``(C, C)``; it holds noise, see ``empirical.estimates.parameters``."""
        return self.over_all @ self.over_all.T

    @property
    def gram_of_classes(self) -> Tensor:
        """``c_{k,y}·c_{l,y'}``, shape ``(C², C²)``."""
        return self.over_classes @ self.over_classes.T


@dataclass(frozen=True)
class Statistics:
    """Means over examples of what the logits alone tell.

    Parameters
    ----------
    variance
        Of the logits over examples and classes, in nat².
    confidence
        Mean of ``max_k p_k``.
    participation
        Mean of ``Σ_k p_k²``.
    entropy
        Mean of ``-Σ_k p_k ln p_k``, in nat.
    loss
        Mean cross-entropy, in nat.
    accuracy
        Fraction of examples whose largest logit is that of their class.
    """

    variance: float
    confidence: float
    participation: float
    entropy: float
    loss: float
    accuracy: float


def class_sizes(
    targets: Tensor,
    *,
    classes: int,
    at_least: int,
    names: Sequence[str] | None = None,
    setting: str = "",
) -> Tensor:
    """Examples of each class, ``(classes,)``, each ``at_least`` so many.

    Errors use ``names``, and say which ``setting`` is how many examples there are.

    Raises
    ------
    InputError
        Naming a class that has fewer.
    """
    sizes = torch.bincount(targets, minlength=classes)
    return _enough(sizes, at_least=at_least, names=names, setting=setting)


def _enough(
    sizes: Tensor,
    *,
    at_least: int,
    names: Sequence[str] | None = None,
    setting: str = "",
) -> Tensor:
    """The sizes of the classes, none below a bound.

    Raises
    ------
    InputError
        Naming a class that is.
    """
    if int(sizes.min()) < at_least:
        fewest = int(sizes.argmin())
        got = f"got {int(sizes.min())} of class {names[fewest] if names else fewest}"
        if setting:
            raise InputError(
                f"{setting} must be enough for at least {at_least} of every class, "
                f"{got} among {int(sizes.sum())}"
            )
        raise InputError(f"every class must have at least {at_least} examples in the sample, {got}")
    return sizes


def cosines(samples: Samples, *, group: Group | None = None) -> Cosines:
    r"""Clustering of logit gradients: ``q_SLSC``, ``q_SL`` and ``q_DL``.

    With ``cos`` between ``∇_W z_k^μ`` and ``∇_W z_l^ν`` (Fort and Ganguli 2019):

    - ``q_SLSC = (1/C) Σ_k`` mean over ``μ ≠ ν`` of class k of ``cos(∇z_k^μ, ∇z_k^ν)``,
    - ``q_SL = (1/C) Σ_k`` mean over all ``μ ≠ ν`` of the same,
    - ``q_DL`` = mean over ``k ≠ l`` and all ``μ, ν`` of ``cos(∇z_k^μ, ∇z_l^ν)``.

    ``length`` is that of ``gradient_length``, from the same pass.

    From sums of unit vectors, ``‖Σ_μ u_μ‖² - Σ_μ ‖u_μ‖²``: O(N C D) operations, 4 C vectors of
    memory, no Gram matrix. A gradient of length zero has no direction; its cosines count as 0.

    Parameters
    ----------
    group
        Processes that have a share of the examples each, as ``samples``; each gets the whole.

    Raises
    ------
    InputError
        If a class has fewer than 2 examples.
    """
    own = total = present = own_present = squares = torch.zeros(())
    labels: list[Tensor] = []
    for sample in _each(samples):
        targets, C = sample.targets, sample.C
        squared = sample.gradients.squared_lengths()
        squares, lengths = squares + squared.sum(), squared.sqrt()
        scales = torch.where(lengths > 0, 1 / lengths, 0)
        alone = sample.gradients.selected(targets)  # one of C for each example
        seen = (lengths > 0).to(lengths.dtype)
        chosen = scales.gather(1, targets[:, None])
        own = own + alone.sums(targets, C, chosen)[:, 0]
        total = total + sample.gradients.sums(torch.zeros_like(targets), 1, scales)[0]
        present = present + seen.sum(0)
        counts = seen.gather(1, targets[:, None])[:, 0]
        own_present = own_present + seen.new_zeros(C).index_add_(0, targets, counts)
        labels.append(targets)
    own, total, present, own_present, squares = (
        processes.total(each, group) for each in (own, total, present, own_present, squares)
    )
    C = len(total)
    counts = _counts(labels, C, group)
    N = int(counts.sum())
    sizes = _enough(counts, at_least=2).to(total.dtype)
    same = total.square().sum(1)
    slsc = (own.square().sum(1) - own_present) / (sizes * (sizes - 1))
    sl = (same - present) / (N * (N - 1))
    dl = (total.sum(0).square().sum() - same.sum()) / (N * N * C * (C - 1))
    length = (squares / (N * C)).sqrt()
    return Cosines(float(slsc.mean()), float(sl.mean()), float(dl), float(length))


def cosine_errors(sample: Sample) -> Cosines:
    """Standard errors of ``cosines``, each by itself: a jackknife over 10 blocks of examples.

    Raises
    ------
    InputError
        If a class has fewer than 3 examples.
    """
    class_sizes(sample.targets, classes=sample.C, at_least=3)
    block = blocks(sample.targets)
    left_out = [cosines(sample.take((block != b).nonzero()[:, 0])) for b in range(BLOCKS)]
    columns = [[each.q_SLSC, each.q_SL, each.q_DL, each.length] for each in left_out]
    return Cosines(*standard_error(torch.tensor(columns, dtype=torch.float64)).tolist())


def means(samples: Samples, *, group: Group | None = None) -> Means:
    """Mean logit gradients over all examples and over those of each class.

    O(N C D) operations and C² vectors of memory; no Gram matrix of the examples.

    Parameters
    ----------
    group
        As for ``cosines``.

    Raises
    ------
    InputError
        If a class has no example.
    """
    sums = torch.zeros(())
    labels: list[Tensor] = []
    for sample in _each(samples):
        sums = sums + sample.gradients.sums(sample.targets, sample.C)
        labels.append(sample.targets)
    sums = processes.total(sums, group)
    sizes = _enough(_counts(labels, len(sums), group), at_least=1)
    return Means(
        over_all=sums.sum(0) / sizes.sum(),
        over_classes=(sums / sizes[:, None, None]).flatten(0, 1),
    )


def lengths(samples: Samples) -> Tensor:
    """``‖∇_W z_k^μ‖``, shape ``(N, C)``, in nat/weight."""
    return torch.cat([sample.gradients.squared_lengths().sqrt() for sample in _each(samples)])


def gradient_length(samples: Samples) -> float:
    """Root-mean-square length of ``∇_W z_k`` over examples and logits, in nat/weight."""
    return float(lengths(samples).square().mean().sqrt())


def statistics(outputs: Outputs) -> Statistics:
    """Variance, confidence, participation, entropy, loss and accuracy of the logits."""
    z, targets, p = outputs.logits, outputs.targets, outputs.p
    return Statistics(
        variance=float(z.var(correction=0)),
        confidence=float(p.amax(1).mean()),
        participation=float(p.square().sum(1).mean()),
        entropy=float((p * surprisals(z)).nan_to_num(0).sum(1).mean()),
        loss=float(cross_entropies(z, targets).mean()),
        accuracy=float((z.argmax(1) == targets).double().mean()),
    )


def _counts(labels: Sequence[Tensor], C: int, group: Group | None) -> Tensor:
    """Examples of each class, in all processes."""
    return processes.total(torch.bincount(torch.cat(list(labels)), minlength=C), group)


def _each(samples: Samples) -> Iterable[Sample]:
    return (samples,) if isinstance(samples, Sample) else samples
