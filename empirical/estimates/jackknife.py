"""Standard errors from estimates that leave out one block of examples at a time.

An estimate from all examples need not be a mean: its spread is read off from how it changes when a
tenth of the examples is left out (Quenouille 1949, Tukey 1958).
"""

from __future__ import annotations

import torch
from torch import Tensor

BLOCKS = 10


def blocks(groups: Tensor) -> Tensor:
    """Block of each example, ``(N,)``: every group is dealt out over the blocks in turn."""
    out = torch.empty_like(groups)
    for group in groups.unique():
        members = (groups == group).nonzero()[:, 0]
        out[members] = torch.arange(len(members), device=groups.device) % BLOCKS
    return out


def standard_error(left_out: Tensor) -> Tensor:
    """``√((B-1)/B Σ_b (x_b - x̄)²)`` of the estimates ``x_b`` without block b, on the first axis.

    A normal interval from it has B-1 degrees of freedom.

    Examples
    --------
    >>> x = torch.arange(10.0)
    >>> means = (x.sum() - x) / 9
    >>> bool(torch.isclose(standard_error(means), x.std() / 10**0.5))
    True
    """
    B = len(left_out)
    return (left_out - left_out.mean(0)).square().sum(0).mul((B - 1) / B).sqrt()
