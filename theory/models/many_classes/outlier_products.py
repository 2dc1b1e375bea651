r"""The outlier equation by products: the leading outliers where C × C numbers are too many.

With ``Γ = c cᵀ`` diagonal plus low rank the outliers are ``z(u_j)`` at the roots of ``λ_j(S) = u``,

    S(u) = cᵀ T(u) c,   T(u) y = (1/N) Σ_μ d_μ ∘ (y - (d_μ·y)/η_μ),   d = p/(1 + κp),  κ = -s/u,

as in ``outlier_equation``, but ``S(u) x`` is formed from x at O(N C) operations and the k largest
eigenvalues come from Lanczos' method: O(N C k), not C². A root's Newton step has the slope
``λ_j' = -(s/u²) (1/N) Σ_μ |B_μ c e_j|²``.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse.linalg import LinearOperator, eigsh

from theory.arrays import Array
from theory.checks import ConvergenceError
from theory.models.many_classes.low_rank_means import LowRankMeans
from theory.models.means import RANK_TOLERANCE
from theory.models.noise import Noise
from theory.models.outlier_equation import Outliers

STEPS = 12
TOLERANCE = 1e-8  # of eigenvectors; that of eigenvalues is its square
CLOSE = 1e-6  # a relative step of Newton after which the next would be below 1e-11


class _Signal:
    """``S(u)`` at one u: its largest eigenvalues, and what their slopes are made of."""

    def __init__(self, noise: Noise, means: LowRankMeans, u: float) -> None:
        self.means, self.N = means, len(noise.p)
        kappa = -noise.s / u
        self.d = noise.p / (1 + kappa * noise.p) if kappa else noise.p
        self.inverse = 1 / self.d.sum(axis=1)
        self.diagonal = self.d.sum(axis=0)

    def __call__(self, x: Array) -> Array:
        y = self.means.mixed(x)
        T = self.diagonal * y - ((self.d @ y) * self.inverse) @ self.d
        return self.means.along(T) / self.N

    def square(self, vector: Array) -> float:
        """``(1/N) Σ_μ |B_μ c e|²`` of a unit vector e."""
        y = self.means.mixed(vector)
        each = self.d * (y - ((self.d @ y) * self.inverse)[:, None])
        return float(np.vdot(each, each)) / self.N

    def largest(self, count: int, *, start: Array | None = None) -> tuple[Array, Array]:
        """The largest eigenvalues, descending, and unit eigenvectors ``(count, C + r)``."""
        size = self.means.rank
        if count >= size - 1:  # few classes: Lanczos' method needs more room
            values, vectors = np.linalg.eigh(np.array([self(row) for row in np.eye(size)]))
        else:
            if start is None:
                start = np.append(self.diagonal, np.ones(size - len(self.diagonal)))
            operator = LinearOperator((size, size), matvec=self)  # pyright: ignore[reportCallIssue]
            basis = min(size, max(2 * count + 1, 40))
            values, vectors = eigsh(
                operator,
                k=count,
                v0=start,
                ncv=basis,
                tol=TOLERANCE,  # pyright: ignore[reportArgumentType] as scipy's default is the int 0
            )
        order = np.argsort(values)[::-1][:count]
        return values[order], vectors[:, order].T


def solve(noise: Noise, means: LowRankMeans, *, top: int) -> Outliers:
    """The ``top`` largest outliers, or as many as there are.

    Raises
    ------
    ConvergenceError
        If ``STEPS`` steps of Newton leave one unsettled.
    """
    edge, far = noise.edge, _Signal(noise, means, np.inf)
    lowest, vectors = far.largest(top)
    values = lowest if noise.s == 0 else _Signal(noise, means, edge).largest(top)[0]
    count = int((values > max(edge, RANK_TOLERANCE * lowest[0])).sum())
    found: list[tuple[float, Array, float]] = []
    for rank in range(count):
        growth = noise.s * far.square(vectors[rank])
        start = (lowest[rank] + np.sqrt(lowest[rank] ** 2 + 4 * growth)) / 2
        found.append(_root(noise, means, rank, low=max(lowest[rank], edge), start=start))
    u = np.array([root for root, _, _ in found])
    slopes = np.array([slope for _, _, slope in found])
    vectors = np.array([vector for _, vector, _ in found]).reshape(count, means.rank)
    position, slope = np.array([noise.map(x)[:2] for x in u]).reshape(count, 2).T
    return Outliers(u, position, vectors, slope, slope / (1 - slopes))


def _root(
    noise: Noise, means: LowRankMeans, rank: int, *, low: float, start: float
) -> tuple[float, Array, float]:
    """``u_j`` with ``λ_j(S(u_j)) = u_j``, its eigenvector and ``λ_j'``; S falls against u.

    Newton from where S to first order in s/u has it.

    Raises
    ------
    ConvergenceError
        If it does not settle.
    """
    u, vector = max(start, low), None
    for _ in range(STEPS):
        signal = _Signal(noise, means, u)
        values, vectors = signal.largest(rank + 1, start=vector)
        vector = vectors[rank]
        slope = -noise.s / u**2 * signal.square(vector)
        moved = max(u + (values[rank] - u) / (1 - slope), low)
        if abs(moved - u) <= CLOSE * u:
            return moved, vector, slope
        u = moved
    raise ConvergenceError(f"outlier equation not solved in {STEPS} steps")
