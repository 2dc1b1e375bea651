"""The four parts of G as dense matrices."""

from __future__ import annotations

import numpy as np
import torch

from empirical.capture import capture
from empirical.data import Data
from empirical.hierarchy.cross_class import PARTS
from tests.support.references.explicit_jacobian import jacobian, random_data

SIZES = (3, 5, 6, 9)


KINDS = ("relu", "linear", "tied weights", "convolutions", "recurrent", "transformer by hand, tied")


def unequal(width: int) -> Data:
    """Random inputs, the classes of different sizes."""
    data = random_data(sum(SIZES), width=width)
    targets = torch.arange(4).repeat_interleave(torch.tensor(SIZES))
    order = np.random.default_rng(0).permutation(len(targets))
    return Data(data.inputs, targets[torch.from_numpy(order)], 4, "unequal")


def outer(weight, v):
    return weight * torch.outer(v, v)


def dense(J, p, y, *, weighted: bool = True) -> dict[str, torch.Tensor]:
    """The parts (D, D), summed one outer product at a time; by plain means if not weighted."""
    N, C, D = J.shape
    g = torch.einsum("nkd,nkj->njd", J, p[:, :, None] - torch.eye(C, dtype=p.dtype))
    parts = {part: torch.zeros(D, D, dtype=J.dtype) for part in PARTS}
    for c in range(C):
        members = (y == c).nonzero()[:, 0].tolist()
        W, cross = {}, {}
        for k in range(C):
            w = p[members, k] / N
            W[k] = w.sum()
            shares = w / w.sum() if weighted else torch.full_like(w, 1 / len(w))
            cross[k] = (shares[:, None] * g[members, k]).sum(0)
            for i, weight in zip(members, w, strict=True):
                if k == c:
                    parts["same"] += outer(weight, g[i, k])
                else:
                    parts["within"] += outer(weight, g[i, k] - cross[k])
        rest = [k for k in range(C) if k != c]
        mean = sum(W[k] * cross[k] for k in rest) / sum(W[k] for k in rest)
        parts["class"] += outer(sum(W[k] for k in rest), mean)
        for k in rest:
            parts["cross"] += outer(W[k], cross[k] - mean)
    return parts


def reference(network, data):
    """J, p, and G in float64."""
    J = jacobian(network, data)
    p = capture(network, data).p
    A = torch.diag_embed(p) - p[:, :, None] * p[:, None, :]
    return J, p, torch.einsum("nkd,nkl,nle->de", J, A, J) / len(data)
