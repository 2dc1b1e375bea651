r"""Whether the noise has one covariance across weights, as ``K_C ⊗ T`` says.

The logit gradients fall into categories a: by their logit, or by how decided their example is. If
``T_a`` is the covariance across weights in category a, deviations of different examples have
``E (E_{μk}·E_{νl})² = tr T_a T_b``, and

    cos(a, b) = tr T_a T_b / √(tr T_a² tr T_b²)

is 1 if ``T_a ∝ T_b`` and less if not.
"""

from __future__ import annotations

import torch
from torch import Tensor

from empirical.capture import Sample
from empirical.estimates.deviations import Half, halves, products
from empirical.estimates.jackknife import BLOCKS, standard_error
from empirical.estimates.parameters import curvature_weights
from empirical.operators.probes import Estimated


def similarities(sample: Sample) -> tuple[Estimated, Estimated]:
    """Mean cosine of the covariances of two logits, and that of decided and undecided examples.

    Decided are the examples below the median curvature weight. Standard errors are jackknifes over
    blocks of examples. An estimate may exceed 1 by its error.
    """
    weights = curvature_weights(sample.p)
    total = weights.sum(1)
    decided = (total < total.median()).long()[:, None].expand(weights.shape)
    logits = torch.arange(sample.C, device=total.device).expand(weights.shape)
    return _cosine(sample, weights, logits), _cosine(sample, torch.ones_like(weights), decided)


def _cosine(sample: Sample, weights: Tensor, categories: Tensor) -> Estimated:
    """``categories (N, K)`` of all logit gradients, from 0 on."""
    left, right = halves(sample.gradients, sample.targets, weights)
    squares = right.scaled(left.scaled(products(left, right)).permute(2, 3, 0, 1)).square()
    squares = squares.permute(2, 3, 0, 1).flatten(2).flatten(0, 1)
    count = int(categories.max()) + 1
    members = [_members(half, categories[half.index], count) for half in (left, right)]
    sums = torch.einsum("brx,rs,csy->bxcy", members[0][0], squares, members[1][0])
    norms = [member[1] for member in members]

    def mean_cosine(kept: Tensor) -> Tensor:
        k = kept.to(sums.dtype)
        scale = [torch.einsum("b,bx->x", k, norm) for norm in norms]
        T = torch.einsum("b,bxcy,c->xy", k, sums, k) / torch.outer(scale[0], scale[1])
        own = T.diagonal().sqrt()
        cosines = (T + T.T) / 2 / torch.outer(own, own)
        return cosines[~torch.eye(count, dtype=torch.bool, device=T.device)].mean()

    blocks = torch.arange(BLOCKS, device=squares.device)
    left_out = torch.stack([mean_cosine(blocks != block) for block in blocks])
    return Estimated(float(mean_cosine(blocks >= 0)), float(standard_error(left_out)))


def _members(half: Half, category: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Which rows are of each block and category ``(B, n K, count)``, and their weights' sums."""
    of_category = torch.nn.functional.one_hot(category.flatten(), count).double()
    of_block = torch.nn.functional.one_hot(half.block, BLOCKS).double().T
    rows = of_block.repeat_interleave(category.shape[1], dim=1)
    both = rows[:, :, None] * of_category
    return both, torch.einsum("brx,r->bx", both, half.weights.flatten())
