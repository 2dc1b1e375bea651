r"""Γ of a language model's logit gradients as diagonal plus low rank, without its noise.

In the head's weights the mean of logit k is ``e_k ⊗ h̄_k``, ``h̄_k`` the mean of the features with
the weights of logit k: the part is diagonal, and had for all k at O(N C d). In the body it is
``X_k = Σ_μ w_{μk} B_μᵀ W_k / Σ_μ w_{μk}``, known by its products with vectors alone. The largest
eigenvalues of its Gram matrix, in the weight ``t_k`` that logit k has in G, give L.

All inner products are of means over different halves of the windows, so that no noise of an example
with itself enters, nor of places of one window, which share what they have read.
"""

from __future__ import annotations

import torch
from torch import Tensor

from empirical.language.readout import Readout, Run
from empirical.language.weights import Weighting, Weights
from empirical.operators.curvature import Operator
from empirical.operators.lanczos import eigenpairs
from theory import checks
from theory.models.many_classes import LowRankMeans, diagonal_plus_low_rank

TOLERANCE = 1e-2  # of a residual; the eigenvalue is then good to about 1e-4


def means(readout: Readout, *, weighting: Weighting, rank: int, seed: int = 0) -> LowRankMeans:
    """Gram matrix of the mean logit gradients of all C logits.

    Parameters
    ----------
    readout
        At least two windows, of which the second half is set against the first.
    weighting
        ``equal`` or ``curvature``, as ``Weights``.
    rank
        Columns of L, at most C; fewer are found where the body's part has fewer directions.
    seed
        Root of Lanczos' start.

    Raises
    ------
    InputError
        If an argument is out of its bounds.
    """
    checks.integer("windows", len(readout.windows), low=2)
    checks.integer("rank", rank, low=1, high=readout.C)
    middle = len(readout.windows) // 2
    weights = Weights(readout, weighting)
    halves = [
        _Half(readout.on(readout.windows.take(at)), weights)
        for at in (slice(middle), slice(middle, None))
    ]
    first, second = halves
    own = (first.head * second.head).sum(1) + 1  # of a bias all gradients have 1
    scale = ((first.totals + second.totals) / readout.N).sqrt()

    def apply(vectors: Tensor) -> Tensor:
        out = []
        for y in vectors * scale:
            crossed = first.along(second.mixed(y)) + second.along(first.mixed(y))
            out.append(crossed / 2 * scale)
        return torch.stack(out)

    gram = Operator(apply, readout.C, readout.dtype, readout.device)
    found = eigenpairs(gram, top=rank, tolerance=TOLERANCE, seed=seed)
    above = found.values > 0
    columns = found.vectors.double().cpu()[above] * found.values[above].sqrt()[:, None]
    factor = (columns / scale.double().cpu()).T if bool(above.any()) else None
    return diagonal_plus_low_rank(own.double().cpu().clamp_min(0), factor)


class _Half:
    """Weighted means over the examples of one half: of features, and of the body's gradients."""

    def __init__(self, readout: Readout, weights: Weights) -> None:
        self.readout, self.weights = readout, weights
        self.runs: list[Run] = [readout.run(windows) for windows in readout.chunks()]
        self.totals = readout.zeros(readout.C)
        sums = torch.zeros_like(readout.W)
        for run in self.runs:
            w = weights.of(readout.outputs(run.h))
            self.totals += w.sum(0)
            sums.addmm_(w.T, run.h)
        self.head = sums / self.totals[:, None]

    def mixed(self, y: Tensor) -> list[Tensor]:
        """``Σ_k y_k X_k`` in the body's weights."""
        share = y / self.totals
        out = [torch.zeros_like(w) for w in self.readout.weights]
        for run in self.runs:
            w = self.weights.of(self.readout.outputs(run.h)).mul_(share)
            for total, part in zip(out, run.pulled(w @ self.readout.W), strict=True):
                total += part
        return out

    def along(self, vector: list[Tensor]) -> Tensor:
        """``X_k·v`` for all k, shape (C,)."""
        out = torch.zeros_like(self.totals)
        for run in self.runs:
            changes = run.changed(vector) @ self.readout.W.T
            out += self.weights.of(self.readout.outputs(run.h)).mul_(changes).sum(0)
        return out / self.totals
