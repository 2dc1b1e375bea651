r"""Γ of a language model's logit gradients as blocks plus low rank, without its noise.

The means are those of each logit k and group g of examples: one, or true classes. In the head's
weights the mean is ``e_k ⊗ h̄_gk``, ``h̄_gk`` the mean of the features with the weights of logit k:
the part is zero between logits, and had for all k at O(N C d). In the body it is ``X_gk = Σ_μ
w_{μk} B_μᵀ W_k / Σ_μ w_{μk}``, known by its products with vectors alone. The largest eigenvalues of
its Gram matrix, in the weight ``t_gk`` that logit and group have in G, give L.

All inner products are of means over different halves of the windows, so that no noise of an example
with itself enters, nor of places of one window, which share what they have read.
"""

from __future__ import annotations

import torch
from torch import Tensor

from empirical.language.levels.true_classes import TrueClasses, together
from empirical.language.readout import Readout, Run
from empirical.language.weights import Weighting, Weights
from empirical.operators.curvature import Operator
from empirical.operators.lanczos import eigenpairs
from theory import checks
from theory.models.many_classes import LowRankMeans, blocks_plus_low_rank

TOLERANCE = 1e-2  # of a residual; the eigenvalue is then good to about 1e-4
EXTRA = 12  # vectors of Lanczos' basis beyond the columns wanted


def means(
    readout: Readout,
    *,
    weighting: Weighting,
    rank: int,
    classes: TrueClasses | None = None,
    seed: int = 0,
) -> LowRankMeans:
    """Gram matrix of the mean logit gradients of all C logits, in each group of examples.

    Parameters
    ----------
    readout
        At least two windows, of which the second half is set against the first.
    weighting
        ``equal`` or ``curvature``, as ``Weights``.
    rank
        Columns of L, at most G C; fewer are found where the body's part has fewer directions.
    classes
        Groups, each with examples in both halves; by default one.
    seed
        Root of Lanczos' start.

    Raises
    ------
    InputError
        If an argument is out of its bounds.
    """
    checks.count("windows", len(readout.windows), low=2)
    groups = together(readout.windows) if classes is None else classes
    checks.integer("rank", rank, low=1, high=groups.count * readout.C)
    middle = len(readout.windows) // 2
    weights = Weights(readout, weighting)
    halves = [
        _Half(readout.on(readout.windows.take(at)), weights, groups)
        for at in (slice(middle), slice(middle, None))
    ]
    first, second = halves
    crossed = torch.einsum("gkd,hkd->kgh", first.head, second.head)
    own = (crossed + crossed.mT) / 2 + 1  # of a bias all gradients have 1
    totals = first.totals + second.totals
    scale = (totals / readout.N).sqrt()
    del crossed, first.head, second.head

    def apply(vectors: Tensor) -> Tensor:
        out = []
        for vector in vectors:
            y = vector.view_as(scale) * scale
            crossed = first.along(second.mixed(y)) + second.along(first.mixed(y))
            out.append((crossed / 2 * scale).flatten())
        return torch.stack(out)

    gram = Operator(apply, scale.numel(), readout.dtype, readout.device)
    basis = min(rank + EXTRA, gram.D)
    found = eigenpairs(gram, top=rank, tolerance=TOLERANCE, basis=basis, seed=seed)
    above = found.values > 0
    columns = found.vectors.double().cpu()[above] * found.values[above].sqrt()[:, None]
    columns = (columns / scale.double().cpu().flatten()).T
    factor = columns.reshape(*scale.shape, -1) if bool(above.any()) else None
    return blocks_plus_low_rank(own.double().cpu(), factor)


class _Half:
    """Weighted means over the examples of one half: of features, and of the body's gradients."""

    def __init__(self, readout: Readout, weights: Weights, groups: TrueClasses) -> None:
        self.readout, self.weights = readout, weights
        self.runs: list[tuple[Run, Tensor]] = [
            (readout.run(windows), groups.of(windows).to(readout.device))
            for windows in readout.chunks()
        ]
        self.totals = readout.zeros(groups.count, readout.C)
        self.head = readout.zeros(groups.count, *readout.W.shape)
        for run, group in self.runs:
            w = weights.of(readout.outputs(run.h))
            self.totals.index_add_(0, group, w)
            for g in torch.unique(group).tolist():
                self.head[g].addmm_(w[group == g].T, run.h[group == g])
        self.head /= self.totals[:, :, None]

    def mixed(self, y: Tensor) -> list[Tensor]:
        """``Σ_gk y_gk X_gk`` in the body's weights."""
        share = y / self.totals
        out = [torch.zeros_like(w) for w in self.readout.weights]
        for run, group in self.runs:
            w = self.weights.of(self.readout.outputs(run.h)).mul_(share[group])
            for total, part in zip(out, run.pulled(w @ self.readout.W), strict=True):
                total += part
        return out

    def along(self, vector: list[Tensor]) -> Tensor:
        """``X_gk·v`` for all g and k, shape (G, C)."""
        out = torch.zeros_like(self.totals)
        for run, group in self.runs:
            changes = run.changed(vector) @ self.readout.W.T
            changes.mul_(self.weights.of(self.readout.outputs(run.h)))
            out.index_add_(0, group, changes)
        return out / self.totals
