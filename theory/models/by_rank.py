r"""Where each eigenvalue lies: the outliers, then the bulk by its quantiles.

Eigenvalue ``k + i`` after k outliers is the quantile of the bulk's law that leaves ``i - 1/2``
eigenvalues above it. That law is one for ``D → ∞``, which k outliers do not change; at finite size
they take k directions with them. The quantiles are scaled so that all eigenvalues add up to the
trace, which is exact at every size. Derived in docs/theory/levels.md.
"""

from __future__ import annotations

import numpy as np

from theory.arrays import Array


def joined(outliers: Array, bulk: Array, *, trace: float) -> Array:
    """All eigenvalues, descending, with the bulk scaled to what the outliers leave of the trace."""
    left = trace - outliers.sum()
    if bulk.size and left > 0:
        bulk = bulk * (left / bulk.sum())
    return np.sort(np.append(outliers, bulk))[::-1]


def quantiles(x: Array, density: Array) -> Array:
    """Quantiles of a bulk from its density (in eigenvalues) on an increasing grid, descending.

    The density in ``ln x`` by the trapezoid rule, and ``ln x`` linear in the number above.
    """
    height = density * x
    pieces = (height[1:] + height[:-1]) / 2 * np.diff(np.log(x))
    above = np.append(np.cumsum(pieces[::-1])[::-1], 0.0)
    ranks = np.arange(int(above[0])) + 0.5
    return np.exp(np.interp(ranks, above[::-1], np.log(x)[::-1]))
