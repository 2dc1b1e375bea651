r"""How the outliers of true-class means split about the two positions that they share.

To leading order they are the eigenvalues, over (class, contrast of logits), of

    L ᵀ [b₁ P₁ + b₂ P₂ + X] L + (ψ₁ - b₁) P₁ + (ψ₂ - b₂) P₂,   L Lᵀ Wishart of D over D,

P₁ the projector on what the classes share (``11ᵀ/C``), P₂ on what tells them apart, b the widths
and ψ the positions. X is the fluctuation of the classes' blocks ``T_y = (1/N) Σ_{μ in y} B_μ``, ``R
diag_y(T_y - E T_y) R`` with ``R = Σ_f √(C strength_f transfer_f) P_f``: of their outputs, and with
``uniform`` labels of the number of examples of each class. Exact without noise; else the coupling
of the two families is of second order.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from theory.arrays import Array
from theory.averaged.laws.logit_law import CommonOutlier, LogitLaw
from theory.averaged.outliers import common_splitting
from theory.averaged.outliers.common_splitting import POOL
from theory.spread import splitting
from theory.spread.splitting import Ordered
from theory.streams import stream


def families(law: LogitLaw, found: tuple[CommonOutlier, ...]) -> Ordered:
    """Ordered outliers of all families; without noise at most D of them.

    Up to 400 of them are averaged over drawn matrices; of more, each family follows the limit of
    many classes by itself.
    """
    params, k = law.params, law.params.C - 1
    if len(found) < 2:
        return common_splitting.common(law, found[0]) if found else splitting.NONE
    if k * params.C > splitting.MOST_MATRIX:
        uneven = 0.0 if params.labels == "balanced" else k / params.N
        both = (
            common_splitting.many(law, found[0], groups=1, uneven=0.0),
            common_splitting.many(law, found[1], groups=params.C, uneven=uneven),
        )
        return _merged(both)
    size = params.C * k
    shared = np.full((params.C, params.C), 1 / params.C)
    apart = np.eye(params.C) - shared
    X = _fluctuations(law, found, shared, apart)
    one = np.eye(k)
    widths = sum(np.kron(f.width * P, one) for f, P in zip(found, (shared, apart), strict=True))
    offsets = sum(
        np.kron((f.position - f.width) * P, one)
        for f, P in zip(found, (shared, apart), strict=True)
    )
    L = splitting.wishart_factor(size, D=params.D)
    total = L.transpose(0, 2, 1) @ (widths + X) @ L + offsets
    return splitting.ordered(total, rank=min(size, params.D))


def _fluctuations(
    law: LogitLaw, found: tuple[CommonOutlier, ...], shared: Array, apart: Array
) -> Array:
    """Draws of X, ``(draws, C (C-1), C (C-1))``."""
    params, C, k = law.params, law.params.C, law.params.C - 1
    weights = _weights(
        splitting.draws(C * k),
        min(POOL, len(law.p)),
        params.N,
        C=C,
        balanced=params.labels == "balanced",
    )
    count, _, rows = weights.shape
    roots = [
        math.sqrt(C * f.strength * f.transfer) * P
        for f, P in zip(found, (shared, apart), strict=True)
    ]
    first, second = (
        common_splitting.mean_blocks(law, f.kappa, weights.reshape(-1, rows)).reshape(
            count, C, k, k
        )
        for f in found
    )

    def between(left: Array, blocks: Array, right: Array) -> Array:
        out = np.einsum("xy,nyij,yz->nxizj", left, blocks, right, optimize=True)
        return out.reshape(count, C * k, C * k)

    coupling = between(roots[0], second, roots[1])
    return (
        between(roots[0], first, roots[0])
        + between(roots[1], second, roots[1])
        + coupling
        + coupling.transpose(0, 2, 1)
    )


@lru_cache(maxsize=1)
def _weights(draws: int, rows: int, N: int, *, C: int, balanced: bool) -> Array:
    """Shares of (class, row) in N examples less their mean, ``(draws, C, rows)``."""
    rng = stream(0, "averages", "classes")
    if C * rows < N:
        out = rng.standard_normal((draws, C, rows)) / np.sqrt(C * rows * N)
        out -= out.mean(axis=2 if balanced else (1, 2), keepdims=True)
        return out
    out = np.empty((draws, C, rows))
    own = np.repeat(np.arange(C), -(-N // C))[:N]
    for one in out:
        y = own if balanced else rng.integers(C, size=N)
        cells = y * rows + rng.integers(rows, size=N)
        one[:] = np.bincount(cells, minlength=C * rows).reshape(C, rows)
    return out / N - 1 / (C * rows)


def _merged(parts: tuple[Ordered, ...]) -> Ordered:
    """The outliers of several families in one order."""
    mean, std = (np.concatenate([getattr(x, n) for x in parts]) for n in ("mean", "std"))
    order = np.argsort(-mean, kind="stable")
    return Ordered(mean[order], std[order])
