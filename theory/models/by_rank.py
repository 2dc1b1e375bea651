r"""Where each eigenvalue lies: the outliers, then the bulk by its quantiles.

Eigenvalue ``k + i`` after k outliers is the quantile of the bulk's law that leaves ``i - 1/2``
eigenvalues above it. That law is one for ``D → ∞``, which k outliers do not change; at finite size
they take k directions with them. The quantiles are scaled so that all eigenvalues add up to the
trace, which is exact at every size. Derived in docs/theory/levels.md.
"""

from __future__ import annotations

import numpy as np
from scipy.interpolate import PchipInterpolator

from theory.arrays import Array
from theory.bulk import SampleCovariance

NODES = 1000  # quantiles in one interval of the support, between which others are interpolated


def joined(outliers: Array, bulk: Array, *, trace: float) -> Array:
    """All eigenvalues, descending, with the bulk scaled to what the outliers leave of the trace."""
    left = trace - outliers.sum()
    if bulk.size and left > 0:
        bulk = bulk * (left / bulk.sum())
    return np.sort(np.append(outliers, bulk))[::-1]


def quantiles(law: SampleCovariance, above: Array) -> Array:
    """Eigenvalues with the probabilities ``above``, ascending, above them.

    Where many lie in one interval of the support they are interpolated, in the angle, between 1000
    that lie closer towards its ends.
    """
    exact = np.ones(above.shape, dtype=bool)
    out = np.empty(above.shape)
    bottoms = np.cumsum(law.masses()[::-1])[::-1] / law.ratio
    for bottom, mass in zip(bottoms, law.masses() / law.ratio, strict=True):
        first, last = np.searchsorted(above, [bottom - mass, bottom])
        if last - first <= 2 * NODES:
            continue
        inside = slice(first, last)
        centre, half = (above[first] + above[last - 1]) / 2, (above[last - 1] - above[first]) / 2
        angle = np.linspace(0, np.pi, NODES)
        nodes = law.quantile(1 - centre + half * np.cos(angle))
        place = np.arccos(np.clip((centre - above[inside]) / half, -1, 1))
        out[inside] = PchipInterpolator(angle, nodes)(place)
        exact[inside] = False
    if exact.any():
        out[exact] = law.quantile(1 - above[exact])
    return out


def from_density(x: Array, density: Array) -> Array:
    """Quantiles of a bulk from its density (in eigenvalues) on an increasing grid, descending.

    The density in ``ln x`` by the trapezoid rule, and ``ln x`` linear in the number above.
    """
    height = density * x
    pieces = (height[1:] + height[:-1]) / 2 * np.diff(np.log(x))
    above = np.append(np.cumsum(pieces[::-1])[::-1], 0.0)
    ranks = np.arange(round(above[0])) + 0.5
    return np.exp(np.interp(ranks, above[::-1], np.log(x)[::-1]))
