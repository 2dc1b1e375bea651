r"""The soft edge with spikes near their threshold: the transition of Baik, Ben Arous and Péché.

In units of the Tracy-Widom scale the bulk has the points a_i of the Airy process (β = 1). Spikes of
a real symmetric strength W on k directions, zero at the threshold, make its eigenvalues the x with

    det[W - q(x)] = 0,   q(x) = lim (2/π)√L - Σ_{a_i > -L} g_i g_iᵀ/(x - a_i),

g_i standard Gaussian on the k directions (the law of Bloemendal and Virág 2016). Far above, q is
√x: an outlier at w²; far below, the Tracy-Widom law, moved by ``k/|w|``. The highest points are
drawn; the rest enter by their mean and a Wishart matrix, linear in x around the spikes, which makes
the x eigenvalues of a small matrix. Derived in docs/theory/fluctuations.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.linalg import eigvalsh_tridiagonal

from theory.arrays import Array
from theory.spread import splitting, tracy_widom
from theory.streams import stream

DRAWS, POINTS = 512, 16  # points that are drawn each time
MATRIX, BLOCK = 300, 180  # the GOE matrix whose edge they are, and what of it reaches them
MOST_SPIKES = 64
REST = (3 * math.pi * (POINTS - 0.25) / 2) ** (2 / 3)  # -a where POINTS points lie above a


@dataclass(frozen=True, eq=False)
class SpikedEdge:
    """Draws of the eigenvalues at a spiked edge, descending.

    Attributes
    ----------
    values : shape (draws, k + 16)
        Eigenvalues, in units of the Tracy-Widom scale.
    overlap : shape (draws, k + 16)
        ``1/|q'|`` along each eigenvector: what of it lies in the spikes' directions, in units where
        a lone outlier at w² has 2w.
    """

    values: Array
    overlap: Array

    def moments(self, values: Array) -> tuple[Array, Array]:
        """Mean and standard deviation of ``values (draws, n)``, functions of the draws.

        The highest point of the Airy process, whose law is known, is their control variate.
        """
        highest = _points()[:, 0]
        centred = highest - highest.mean()
        slope = centred @ values / (centred @ centred)
        mean = values.mean(axis=0) + slope * (tracy_widom.MEAN - highest.mean())
        variance = values.var(axis=0) + slope**2 * (tracy_widom.STD**2 - highest.var())
        return mean, np.sqrt(np.maximum(variance, 0))


def draw(strength: Array, moved: Array, *, D: int, at: float | None = None) -> SpikedEdge:
    """Eigenvalues at the edge with spikes of mean ``strength (k,)``, ``moved (512, k, k)`` by draw.

    What the rest of the points adds is Wishart of D columns, as far above the edge all is, and
    linear in x around the spike ``at``, the highest by default.
    """
    k = len(strength)
    around = max(float(strength.max()) if at is None else at, 0.0) ** 2
    value, slope, variance = _rest(around)
    width = math.sqrt(variance * D)
    L = splitting.wishart_factor(k, D=D, count=DRAWS)
    one = np.eye(k)
    inner = L.transpose(0, 2, 1) @ (width * one + moved) @ L - width * one
    inner += np.diag(strength - value + slope * around)
    directions = stream(0, "spiked edge", "directions").standard_normal((DRAWS, k, POINTS))
    H = np.zeros((DRAWS, POINTS + k, POINTS + k))  # its lower triangle
    H[:, np.arange(POINTS), np.arange(POINTS)] = _points()
    H[:, POINTS:, :POINTS] = directions / math.sqrt(slope)
    H[:, POINTS:, POINTS:] = inner / slope
    values, vectors = np.linalg.eigh(H)
    inside = np.einsum("nij,nij->nj", vectors[:, POINTS:], vectors[:, POINTS:])
    return SpikedEdge(values[:, ::-1], inside[:, ::-1] / slope)


def _rest(x: float) -> tuple[float, float, float]:
    """Part of q beyond the drawn points at x ≥ 0, its slope, its variance off the diagonal."""
    ratio = math.sqrt(x / REST)
    angle = math.atan(ratio) / ratio if ratio > 1e-6 else 1.0
    root = math.sqrt(REST)
    value = 2 / math.pi * (root + x * angle / root)
    slope = (angle / root + root / (REST + x)) / math.pi
    variance = (root / (REST + x) + angle / root) / math.pi
    return value, slope, variance


@lru_cache(maxsize=1)
def _points() -> Array:
    """The 16 highest points of the Airy process, ``(512, 16)``, descending.

    Of the GOE in its tridiagonal form (Dumitriu and Edelman 2002), centred as Ma (2012).
    """
    rng = stream(0, "spiked edge", "points")
    diagonal = math.sqrt(2) * rng.standard_normal((DRAWS, BLOCK))
    beside = np.sqrt(rng.chisquare(MATRIX - np.arange(1.0, BLOCK), (DRAWS, BLOCK - 1)))
    found = [
        eigvalsh_tridiagonal(d, e, lapack_driver="sterf")[: -POINTS - 1 : -1]
        for d, e in zip(diagonal, beside, strict=True)
    ]
    return (np.array(found) - 2 * math.sqrt(MATRIX - 0.5)) * (MATRIX - 0.5) ** (1 / 6)
