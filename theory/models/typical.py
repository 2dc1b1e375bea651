r"""Where each eigenvalue of G lies: the outliers, then the bulk by its quantiles.

Eigenvalue ``k + i`` after k outliers is the quantile of the bulk's law that leaves ``i - 1/2``
eigenvalues above it. That law is one for ``D → ∞``, which k outliers do not change; at finite size
they take k directions with them. The quantiles are scaled so that all eigenvalues add up to
``E Tr G``, which is exact at every size. Derived in docs/theory/levels.md.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from theory import hessian
from theory import separable as anisotropic
from theory.arrays import Array
from theory.models.separable_means import block_diagonal
from theory.models.separable_means import model as build

GRID = 80  # points on the bulk of anisotropic noise
LOWEST = 1e-6  # of the upper edge: where its grid starts


def isotropic(
    p: ArrayLike, *, Gamma: ArrayLike, sigma_E: float, D: int, groups: ArrayLike | None = None
) -> Array:
    """Non-zero eigenvalues of G, descending, shape ``(min(N (C-1), D),)``.

    Parameters and errors are those of ``hessian.outliers``, with sigma_E above 0.

    Examples
    --------
    >>> p = np.full((300, 10), 0.1)
    >>> values = isotropic(p, Gamma=np.eye(10), sigma_E=0.7, D=1000)
    >>> values.size, values[[0, 8, 9, -1]].round(5)
    (1000, array([1.0061e-01, 1.0061e-01, 1.1300e-03, 7.0000e-05]))
    """
    outliers = hessian.outliers(p, Gamma=Gamma, sigma_E=sigma_E, D=D, groups=groups)
    law = hessian.law(p, sigma_E=sigma_E, D=D)
    rank = min(1.0, 1 / law.ratio)
    count = max(round(rank * law.ratio * D) - len(outliers), 0)
    above = rank * (np.arange(count) + 0.5) / max(count, 1)
    trace = hessian.trace(p, Gamma=Gamma, sigma_E=sigma_E, groups=groups)
    return _joined(outliers, law.quantile(1 - above) if count else above, trace)


def separable(
    p: ArrayLike,
    *,
    means: ArrayLike,
    sigma_E: float,
    T: ArrayLike,
    K_C: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> Array:
    r"""Eigenvalues of G with anisotropic noise, descending, above 1e-6 of the bulk's upper edge.

    The bulk is that of noise whose covariance is what the outliers leave of
    ``T + cᵀ (T_A/a) c``, at the edge: means too short for an outlier add to the bulk. Parameters
    and errors are those of ``separable.outliers``; relative errors by rank are of order
    ``R tr T²/(tr T)²``.
    """
    model = build(p, means, sigma_E, T, K_C, groups)
    outliers = anisotropic.solve(model).position
    T_A, a = model.T_A(model.law.edge)
    raised = np.diag(model.T) + model.means.T @ block_diagonal(T_A) @ model.means / a.real
    left = np.linalg.eigvalsh(raised)[: len(model.T) - len(outliers)]
    law = model.law.with_t(np.concatenate([left, model.others]))
    high = law.upper_edge()
    x = np.geomspace(max(law.lower_edge(), LOWEST * high), high, GRID)
    v = law.v(x)
    inside = ~np.isnan(v)
    weights, _ = law.a(v[inside])
    density = np.zeros(GRID)
    poles = law.t_count / (weights[:, None] * law.t - x[inside, None])
    density[inside] = poles.sum(axis=1).imag / np.pi
    height = density * x
    pieces = (height[1:] + height[:-1]) / 2 * np.diff(np.log(x))
    above = np.append(np.cumsum(pieces[::-1])[::-1], 0.0)
    ranks = np.arange(int(above[0])) + 0.5
    bulk = np.exp(np.interp(ranks, above[::-1], np.log(x)[::-1]))
    start, total = model.T_A(np.inf)
    signal = np.einsum("ri,rs,si->", model.means, block_diagonal(start), model.means)
    return _joined(outliers, bulk, float(signal + total.real * model.variance))


def _joined(outliers: Array, bulk: Array, trace: float) -> Array:
    """All eigenvalues, descending, with the bulk scaled to what the outliers leave of the trace."""
    left = trace - outliers.sum()
    if bulk.size and left > 0:
        bulk = bulk * (left / bulk.sum())
    return np.sort(np.append(outliers, bulk))[::-1]
