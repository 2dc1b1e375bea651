r"""Deviations of logit gradients from their group's mean, in two halves of the examples.

``E_{μk} = J_{μk} - Σ_ν w_{νk} J_{νk}/W``, the mean over the group of μ in its own half. Deviations
of examples in different halves are independent, so products of them hold no noise with itself.
A deviation from a mean that holds the example is too short: its variance is ``f`` times the true
one, ``f = 1 - 2 w/W + Σ w²/W²``.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from empirical.estimates.jackknife import blocks
from empirical.jacobian.gradients import LogitGradients

ROWS = 2560  # logit gradients in a half
SHORTEST = 0.1  # f below which an example makes up too much of its own mean


@dataclass(frozen=True, eq=False)
class Half:
    """Some examples with their means taken out.

    Parameters
    ----------
    index
        The n examples.
    gradients
        ``J_{μk}`` of these.
    centring
        Takes ``J_{μk}`` to ``E_{μk}``, shape ``(K, n, n)``.
    weights
        ``w_{μk}``, zero where f is below 0.1; shape ``(n, K)``.
    variance
        ``f_{μk}``.
    block
        Block of each example for ``jackknife``.
    """

    index: Tensor
    gradients: LogitGradients
    centring: Tensor
    weights: Tensor
    variance: Tensor
    block: Tensor

    def centred(self, products: Tensor) -> Tensor:
        """``E_{μk}·x`` from ``J_{μk}·x``, shape ``(n, K, ...)``."""
        flat = products.double().flatten(2)
        return torch.einsum("kmn,nkx->mkx", self.centring, flat).view(products.shape)

    def scaled(self, products: Tensor) -> Tensor:
        """``E_{μk}·x √(w/f)`` from ``E_{μk}·x``.

        The mean square over the rows is over true ones with weight w, once divided by the sum of
        the weights.
        """
        scale = (self.weights / self.variance).sqrt()
        return products * scale.view(*scale.shape, *[1] * (products.ndim - 2))


def halves(
    gradients: LogitGradients, groups: Tensor, weights: Tensor, *, rows: int = ROWS
) -> tuple[Half, Half]:
    """Both halves, of at most about ``rows`` logit gradients each; ``weights (N, K)``, positive.

    Of more examples a sample is taken, of probability proportional to an example's weight up to
    one, and the weights are divided by it, which leaves weighted means unbiased.
    """
    block = blocks(groups)
    chosen: list[Half] = []
    for side in (0, 1):
        members = (block % 2 == side).nonzero()[:, 0]
        probability = _inclusion(weights[members].sum(1), max(1, rows // weights.shape[1]))
        taken = (probability.cumsum(0) + 0.5).floor().diff(prepend=probability.new_zeros(1)) > 0
        index = members[taken]
        own = weights[index] / probability[taken, None]
        chosen.append(_half(index, gradients.take(index), groups[index], own, block[index]))
    return chosen[0], chosen[1]


def of_all(gradients: LogitGradients, groups: Tensor, weights: Tensor) -> Half:
    """Deviations of all examples from the means of all, as one half."""
    return _half(torch.arange(len(groups)), gradients, groups, weights, blocks(groups))


def _inclusion(weights: Tensor, count: int) -> Tensor:
    """``min(1, w/τ)`` with a sum of ``count``, or ones where there are no more."""
    if len(weights) <= count:
        return torch.ones_like(weights)
    ranked = weights.sort(descending=True).values
    rest = ranked.flip(0).cumsum(0).flip(0)[:count]
    threshold = rest / torch.arange(count, 0, -1, device=weights.device)
    certain = int((ranked[:count] <= threshold).int().argmax())
    return (weights / threshold[certain]).clamp_max(1)


def _half(
    index: Tensor, gradients: LogitGradients, groups: Tensor, weights: Tensor, block: Tensor
) -> Half:
    own = weights.T  # (K, n)
    share = own[:, None, :] * (groups[:, None] == groups)
    share = share / share.sum(2, keepdim=True)
    variance = 1 - 2 * share.diagonal(dim1=1, dim2=2) + share.square().sum(2)
    return Half(
        index=index,
        gradients=gradients,
        centring=torch.eye(len(groups), dtype=own.dtype, device=own.device) - share,
        weights=(own * (variance >= SHORTEST)).T,
        variance=variance.clamp_min(SHORTEST).T,
        block=block,
    )


def products(left: Half, right: Half) -> Tensor:
    """``E_{μk}·E_{νl}`` of all pairs across the halves, shape ``(n, K, n', K')``, float64."""
    found = left.centred(left.gradients.cross_gram(right.gradients))
    return right.centred(found.permute(2, 3, 0, 1)).permute(2, 3, 0, 1)


@dataclass(frozen=True, eq=False)
class PairMean:
    """Weighted mean over pairs of examples across the halves, and without one block of them."""

    sums: Tensor
    weights: Tensor
    left: Tensor
    right: Tensor

    @property
    def mean(self) -> float:
        """Over all pairs."""
        return float(self.sums.sum() / self.weights.sum())

    def without(self, block: int) -> float:
        """Over the pairs without this block."""
        kept = torch.outer(self.left != block, self.right != block)
        return float(self.sums[kept].sum() / self.weights[kept].sum())


def mean_squared_product(left: Half, right: Half) -> PairMean:
    """Mean of ``(E_{μk}·E_{νl})²``: unbiased for ``tr T²`` where ``E|E_{μk}|² = tr T``."""
    scaled = right.scaled(left.scaled(products(left, right)).permute(2, 3, 0, 1))
    return PairMean(
        sums=scaled.square().sum((1, 3)).T,
        weights=torch.outer(left.weights.sum(1), right.weights.sum(1)),
        left=left.block,
        right=right.block,
    )
