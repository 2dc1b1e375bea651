"""The model's parameters, estimated from a network's logit gradients without their noise.

Sample means hold noise: the Gram of sample means exceeds that of the true means by the noise's own
inner products over the size of the group. All second moments below are means over pairs of
different examples, which leaves that noise out whatever its covariance between logits or weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from empirical.capture import Sample
from empirical.gradients import LogitGradients
from empirical.logits import class_sizes

PAIRED = 256  # examples on each side of the pairs that give the effective dimension


@dataclass(frozen=True, eq=False)
class Level:
    """Means and noise of the logit gradients at one level of the model.

    Parameters
    ----------
    Gamma
        Gram matrix of the means, positive semi-definite: ``(C, C)`` of ``c_k`` at level FG;
        ``(C², C²)`` of ``c_{k,y}`` at the cluster level, at index ``y·C + k``.
    sigma_c
        Root-mean-square length of the mean of a random example and logit.
    sigma_E
        Root-mean-square length of the deviation from it.
    effective_dimension
        ``(tr T)²/tr T²`` of the weight covariance T of the deviation.
    """

    Gamma: Tensor
    sigma_c: float
    sigma_E: float
    effective_dimension: float


@dataclass(frozen=True, eq=False)
class Estimate:
    """The model of one network at one point: ``FG`` has one mean a logit, ``cluster`` one for each
    logit and class of the example."""

    FG: Level
    cluster: Level


def estimate(sample: Sample) -> Estimate:
    """Means, noise and its effective dimension at both levels.

    ``Gamma`` is unbiased until its negative eigenvalues, which are noise, are set to zero.
    ``sigma_c²`` (from the unbiased diagonal) and ``sigma_E²`` are unbiased, and their sum is the
    mean squared length of a logit gradient. ``effective_dimension`` is a ratio of unbiased
    estimates, from at most ``2 PAIRED`` of the examples.

    Raises
    ------
    InputError
        If a class has fewer than 4 examples.
    """
    y, C = sample.targets, sample.C
    class_sizes(y, classes=C, at_least=4)
    return Estimate(
        FG=_level(sample.gradients, torch.zeros_like(y), 1),
        cluster=_level(sample.gradients, y, C),
    )


def _level(gradients: LogitGradients, groups: Tensor, count: int) -> Level:
    K = gradients.K
    sizes = torch.bincount(groups, minlength=count).to(gradients.dtype)
    sums = gradients.sums(groups, count).flatten(0, 1)
    products = (sums @ sums.T).view(count, K, count, K)
    blocks = gradients.blocks()
    within = blocks.new_zeros(count, K, K).index_add_(0, groups, blocks)
    pairs = torch.outer(sizes, sizes) - sizes.diag()
    each = torch.arange(count, device=groups.device)
    products[each, :, each] -= within
    Gamma = (products / pairs[:, None, :, None]).reshape(count * K, count * K)
    lengths = Gamma.diagonal().view(count, K).mean(1)
    total = float(blocks.diagonal(dim1=1, dim2=2).mean())
    sigma_c2 = float((sizes * lengths).sum() / sizes.sum())
    sigma_E2 = total - sigma_c2
    return Level(
        Gamma=_nearest_gram(Gamma.double()),
        sigma_c=max(sigma_c2, 0.0) ** 0.5,
        sigma_E=max(sigma_E2, 0.0) ** 0.5,
        effective_dimension=sigma_E2**2 / _mean_squared_product(gradients, groups, count),
    )


def _nearest_gram(Gamma: Tensor) -> Tensor:
    """The nearest positive semi-definite matrix, in Frobenius norm."""
    values, vectors = torch.linalg.eigh((Gamma + Gamma.T) / 2)
    out = (vectors * values.clamp_min(0)) @ vectors.T
    return (out + out.T) / 2


def _mean_squared_product(gradients: LogitGradients, groups: Tensor, count: int) -> float:
    """Mean of ``(E_{μk}·E_{νl})²`` over pairs ``μ ≠ ν`` and all k, l.

    Each group is split in two halves, each with its own mean, and the pairs go across: then the
    deviations of a pair are independent, and a half of n examples scales each by ``√(1 - 1/n)``.
    """
    half = torch.zeros_like(groups)
    for group in range(count):
        members = (groups == group).nonzero()[:, 0]
        half[members[1::2]] = 1
    sides = [(half == side).nonzero()[:, 0][:PAIRED] for side in (0, 1)]
    products = gradients.take(sides[0]).cross_gram(gradients.take(sides[1]))
    (mean_0, scale_0), (mean_1, scale_1) = (_group_means(groups[side], count) for side in sides)
    products = products - torch.einsum("mn,nkvl->mkvl", mean_0.to(products.dtype), products)
    products -= torch.einsum("wv,mkvl->mkwl", mean_1.to(products.dtype), products)
    squares = products.square().mean((1, 3))
    return float((squares.double() / torch.outer(scale_0, scale_1)).mean())


def _group_means(groups: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The matrix that puts each group's mean at its members, and ``1 - 1/n`` of their groups."""
    members = torch.nn.functional.one_hot(groups, count).double()
    n = members.sum(0)
    return members / n @ members.T, 1 - 1 / n[groups]
