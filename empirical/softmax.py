"""What follows from logits without cancellation, however near a softmax output comes to one.

With ``p = 1 - ε`` the differences ``1 - p``, ``p - p²`` and ``p - y`` keep no digit of ε once it is
below the rounding of 1: in float32 from a margin of 17 nat on. But ε is the sum of the other
outputs, each of which is known to rounding of its own size.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def residuals(logits: Tensor, targets: Tensor) -> Tensor:
    """``r = p - y``, shape ``(N, C)``; each row sums to zero to rounding of its own size.

    Examples
    --------
    >>> residuals(torch.tensor([[40.0, 0.0]]), torch.tensor([0]))
    tensor([[-4.2484e-18,  4.2484e-18]])
    """
    others = logits.softmax(1).scatter(1, targets[:, None], 0)
    return others.scatter(1, targets[:, None], -others.sum(1, keepdim=True))


def complements(p: Tensor) -> Tensor:
    """``1 - p`` of softmax outputs, shape ``(N, C)``: the sum of the others at each largest one."""
    largest = p.argmax(1, keepdim=True)
    return (1 - p).scatter(1, largest, p.scatter(1, largest, 0).sum(1, keepdim=True))


def surprisals(logits: Tensor) -> Tensor:
    """``-ln p``, shape ``(N, C)``, in nat; the mean of the labels' entries is the cross-entropy.

    At the largest logit it is ``ln(1 + Σ e^{z_k - z})`` over the others.
    """
    largest = logits.argmax(1, keepdim=True)
    others = logits.scatter(1, largest, -torch.inf).logsumexp(1, keepdim=True)
    at_largest = F.softplus(others - logits.gather(1, largest))
    return (-logits.log_softmax(1)).scatter(1, largest, at_largest)


def cross_entropies(logits: Tensor, targets: Tensor) -> Tensor:
    """``-ln p_y`` of each example, shape ``(N,)``, in nat."""
    return surprisals(logits).gather(1, targets[:, None])[:, 0]


def block_products(p: Tensor, vectors: Tensor) -> Tensor:
    """``A v`` with ``A = diag(p) - p pᵀ``; both of shape ``(N, C)``.

    A maps the constant vector to zero, so v is taken relative to its entry at the largest output.
    """
    v = vectors - vectors.gather(1, p.argmax(1, keepdim=True))
    return p * (v - (p * v).sum(1, keepdim=True))


def block_traces(p: Tensor, products: Tensor) -> Tensor:
    """``tr(A B)`` with ``B_kl = J_k·J_l``, shape ``(N, C, C)``; result ``(N,)``.

    ``A 1 = 0``, so ``J_k`` is taken relative to that of the largest output, of which nothing is
    left.
    """
    at = p.argmax(1)[:, None, None]
    row = products.gather(1, at.expand(-1, 1, p.shape[1]))
    relative = products - row - row.mT + row.gather(2, at)
    squares = relative.diagonal(dim1=1, dim2=2)
    return (p * squares).sum(1) - torch.einsum("nk,nkl,nl->n", p, relative, p)
