r"""The outlier equation: where the mean logit gradients push eigenvalues out of the bulk.

With ``Γ = c cᵀ`` and U the 0/1 matrix that says which mean each row has, the outliers above the
bulk are ``z(u_j)`` at the roots ``u_j > u₊`` of ``λ_j(S(u)) = u``, where

    S(u) = cᵀ T(u) c,    T(u) = (1/N) Uᵀ A (I - (s/u) A)⁻¹ U.

S decreases in u, so each of its eigenvalues has at most one root, and the number of outliers is
the number of eigenvalues of ``S(u₊)`` above u₊ (the Baik-Ben Arous-Péché count). Equivalent to
``det(I + m Γ T(m)) = 0`` with ``m = -1/u``; derived in docs/theory/outliers.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray
from scipy import fft

from theory.arrays import Array
from theory.checks import ConvergenceError
from theory.models.means import RANK_TOLERANCE, Means
from theory.models.noise import Noise

FINE = 1e-3  # roots below this fraction of the largest value of S are solved with S itself
MAX_DEGREE = 256
MAX_STEPS = 60


@dataclass(frozen=True)
class Outliers:
    """Solutions of the outlier equation, descending.

    Attributes
    ----------
    u
        Roots, shape (k,).
    position
        Eigenvalues ``z(u)``, shape (k,).
    vectors
        Unit eigenvectors e_j of ``S(u_j)``, shape (k, rank).
    slope
        ``z'(u)``, shape (k,).
    transfer
        ``z'(u)/(1 - λ_j'(u))``, shape (k,): the share of a direction that stays in the outlier.
    """

    u: Array
    position: Array
    vectors: Array
    slope: Array
    transfer: Array

    def variance(self, D: int) -> Array:
        """Variance of their fluctuation over noise in D dimensions, off the diagonal, (k, k).

        ``u_iu_j(√(z'_iz'_j) - τ_iτ_j)/D`` with τ the transfer: docs/theory/fluctuations.md.
        """
        root = np.sqrt(np.maximum(self.slope, 0))
        variance = np.outer(root, root) - np.outer(self.transfer, self.transfer)
        return np.maximum(variance, 0) * np.outer(self.u, self.u) / D


def solve(noise: Noise, means: Means) -> Outliers:
    """Solve the outlier equation.

    Raises
    ------
    ConvergenceError
        If the interpolation of S or the root search misses its tolerance.
    """
    means, p = means.in_order(noise.p)

    def S(u: float) -> tuple[Array, float]:
        matrix, trace = means.resolvent(p, kappa=0.0 if noise.s == 0 else -noise.s / u)
        return matrix, trace.real

    if means.rank == 0:
        return _none(means)
    at_edge = np.linalg.eigvalsh(S(noise.edge or 1.0)[0])[::-1]
    count = int((at_edge > max(noise.edge, RANK_TOLERANCE * at_edge[0])).sum())
    if count == 0:
        return _none(means)
    lowest = np.linalg.eigvalsh(S(np.inf)[0])[::-1][:count]
    low, high = np.array([np.maximum(lowest, noise.edge), at_edge[:count]], dtype=np.float64)
    ranks = np.arange(count)
    series = interpolant(S, noise.top, low[-1], high[0])

    def interpolated(x: Array) -> tuple[Array, Array]:
        matrix, derivative, *_ = series(x)
        shape = (len(x), means.rank, means.rank)
        return matrix.reshape(shape), derivative.reshape(shape)

    u, vectors, slopes = _roots(interpolated, low, high, high, ranks)
    trace, trace_slope = series(u)[2:]
    position, slope = noise.lift(u, trace, trace_slope)
    fine = u < FINE * high[0]  # the interpolant is accurate to its largest values
    if fine.any():

        def exact(x: Array) -> tuple[Array, Array]:
            return np.array([S(v)[0] for v in x]), interpolated(x)[1]

        u[fine], vectors[fine], slopes[fine] = _roots(
            exact, low[fine], high[fine], u[fine], ranks[fine]
        )
        position[fine], slope[fine], _ = np.array([noise.map(x) for x in u[fine]]).T
    return Outliers(u, position, vectors, slope, slope / (1 - slopes))


def _none(means: Means) -> Outliers:
    none = np.empty(0)
    return Outliers(none, none, np.empty((0, means.rank)), none, none)


def interpolant(
    S: Callable[[float], tuple[Array, float]], top: float, low: float, high: float
) -> Callable[[Array], tuple[Array, Array, Array, Array]]:
    """S with its axes flattened, its derivative, the trace and its derivative on [low, high].

    A Chebyshev series in ``ln(u - top)``: there the nearest singularities are ±iπ away, whatever
    the distance of low from the largest population eigenvalue, so that degree 4 to 64 reaches
    rounding, which near that eigenvalue is ``u/(u - top)`` times the machine's. A higher degree
    keeps the nodes of a lower one.

    Raises
    ------
    ConvergenceError
        If degree ``MAX_DEGREE`` does not resolve S.
    """
    tolerance = max(1e-13, 1e-15 * low / (low - top))
    a, b = np.log(low - top), np.log(high - top)
    middle, half = (a + b) / 2, max((b - a) / 2, 1e-3)

    def sample(x: float) -> Array:
        matrix, trace = S(top + np.exp(middle + half * x))
        return np.append(matrix, trace)

    degree = 4
    values = np.array([sample(x) for x in np.cos(np.pi * np.arange(5) / 4)])
    while True:
        series = _series(values)
        if np.all(np.abs(series[-2:]).max(axis=0) <= tolerance * _scale(values)):
            break
        if degree >= MAX_DEGREE:
            raise ConvergenceError(f"S(u) is not resolved at degree {degree} on [{low}, {high}]")
        degree *= 2
        between = [sample(x) for x in np.cos(np.pi * np.arange(1, degree, 2) / degree)]
        values = np.insert(values, np.arange(1, len(values)), between, axis=0)
    derivative = chebyshev.chebder(series)

    def evaluate(u: Array) -> tuple[Array, Array, Array, Array]:
        x = (np.log(u - top) - middle) / half
        vander = chebyshev.chebvander(x, degree)
        value = vander @ series
        slope = (vander[:, :-1] @ derivative) / (half * (u - top))[:, None]
        return value[:, :-1], slope[:, :-1], value[:, -1], slope[:, -1]

    return evaluate


def _series(values: Array) -> Array:
    """Chebyshev coefficients from values at ``cos(πk/n)``, k = 0 … n, on the first axis."""
    series = np.asarray(fft.dct(values, type=1, axis=0)) / (len(values) - 1)
    series[[0, -1]] /= 2
    return series


def _scale(values: Array) -> Array:
    """Largest entry of S, for each of its entries, and the largest trace."""
    scale = np.abs(values).max(axis=0)
    scale[:-1] = scale[:-1].max()
    return scale


def _roots(
    S: Callable[[Array], tuple[Array, Array]],
    low: Array,
    high: Array,
    start: Array,
    ranks: NDArray[np.int64],
) -> tuple[Array, Array, Array]:
    """Roots u_j of ``λ_j(S(u)) = u`` in their brackets, eigenvectors and slopes ``λ_j'(u_j)``.

    Newton with bisection for a safeguard, on all roots side by side; j counts down from rank 0.

    Raises
    ------
    ConvergenceError
        If ``MAX_STEPS`` steps leave one unsettled.
    """
    low, high, u = low.copy(), high.copy(), start.copy()
    each = np.arange(len(u))
    for _ in range(MAX_STEPS):
        matrix, derivative = S(u)
        values, frames = np.linalg.eigh(matrix)
        value = values[each, -1 - ranks]
        vectors = frames[each, :, -1 - ranks]
        slopes = np.einsum("ji,jik,jk->j", vectors, derivative, vectors)
        gap = value - u
        low, high = np.where(gap > 0, u, low), np.where(gap > 0, high, u)
        proposal = u + gap / (1 - slopes)
        inside = (proposal >= low) & (proposal <= high)
        moved = np.where(inside, proposal, (low + high) / 2)
        if np.all(np.abs(moved - u) <= 1e-13 * u + 1e-15 * values[:, -1]):
            return moved, vectors, slopes
        u = moved
    raise ConvergenceError(f"outlier equation not solved in {MAX_STEPS} steps")
