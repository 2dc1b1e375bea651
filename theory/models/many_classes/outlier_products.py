r"""The outlier equation by products: the leading outliers where C × C numbers are too many.

With ``Γ = c cᵀ`` block-diagonal plus low rank the outliers are ``z(u_j)`` at the roots of
``λ_j(S(u)) = u``,

    S(u) = cᵀ T(u) c,   T(u) = (1/N) Uᵀ A (I - (s/u) K A)⁻¹ U,

as in ``outlier_equation``, but ``S(u) x`` is formed from x at O(N C) operations, and the equation
is solved on a small space of directions x: the leading eigenvectors at ``u = ∞`` by Lanczos'
method, and what the solutions leave of ``S(u_j) x = u_j x``, until that is nothing (Davidson's
method, of an operator that moves with its eigenvalue). All in all O(N C k²), not C².
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.linalg import LinearOperator, eigsh

from theory.arrays import Array
from theory.checks import ConvergenceError
from theory.models import outlier_equation
from theory.models.many_classes.logit_covariance import LogitCovariance
from theory.models.many_classes.low_rank_means import LowRankMeans
from theory.models.many_classes.resolvent import Resolvent
from theory.models.noise import Noise
from theory.models.outlier_equation import Outliers

SPARE = 8  # directions at first beyond those wanted
ROUNDS = 30
TOLERANCE = 1e-5  # of S(u) x - u x, relative to u: the error of u is of its square


@dataclass(frozen=True, eq=False)
class Signal:
    """``S`` of means in groups over given outputs."""

    noise: Noise
    means: LowRankMeans
    groups: NDArray[np.int64]
    covariance: LogitCovariance

    def at(self, kappa: float) -> Resolvent:
        """``B_μ`` at ``κ = -s/u``."""
        p, K = self.noise.p, self.covariance
        return Resolvent(p, groups=self.groups, covariance=K, kappa=kappa)

    def product(self, x: Array, resolvent: Resolvent) -> Array:
        """``S x`` of coordinates x."""
        return self.means.along(resolvent.summed(self.means.mixed(x))) / len(self.noise.p)

    def leading(self, count: int) -> Array:
        """Unit eigenvectors ``(count, rank)`` of the largest eigenvalues at ``u = ∞``."""
        size, plain = self.means.rank, self.at(0.0)
        if count >= size - 1:
            return np.eye(size)
        start = self.means.along(np.tile(plain.d.sum(axis=0), (self.means.groups, 1)))
        start += np.linalg.norm(start) / size
        operator = LinearOperator((size, size), matvec=lambda x: self.product(x, plain))  # pyright: ignore[reportCallIssue]
        basis, close = min(size, max(2 * count + 1, 40)), TOLERANCE
        return eigsh(operator, k=count, v0=start, ncv=basis, tol=close)[1].T  # pyright: ignore[reportArgumentType] scipy's default is the int 0

    def left(self, x: Array, u: float) -> Array:
        """``S(u) x - u x``."""
        kappa = -self.noise.s / u
        return self.product(x, self.at(kappa)) - u * x


@dataclass(frozen=True, eq=False)
class _Along:
    """The means along a few directions, ``mixed (m, G, C)``, as the dense equation has them."""

    signal: Signal
    mixed: Array

    @property
    def rank(self) -> int:
        return len(self.mixed)

    def in_order(self, p: Array) -> tuple[_Along, Array]:
        return self, p

    def resolvent(self, p: Array, *, kappa: float) -> tuple[Array, complex]:
        """``S`` between the directions; the trace, which no root depends on, waits."""
        return self.signal.at(kappa).between(self.mixed) / len(p), 0.0


def solve(signal: Signal, *, top: int) -> Outliers:
    """The ``top`` largest outliers, or as many as there are.

    Raises
    ------
    ConvergenceError
        If ``ROUNDS`` rounds leave one unsettled.
    """
    basis = signal.leading(top + SPARE)
    mixed = signal.means.mixed(basis)
    for _ in range(ROUNDS):
        within = outlier_equation.solve(signal.noise, _Along(signal, mixed))  # pyright: ignore[reportArgumentType] has what it needs of Means
        u, vectors = within.u[:top], within.vectors[:top] @ basis
        rest = np.array([signal.left(x, at) for x, at in zip(vectors, u, strict=True)])
        lengths = np.linalg.norm(rest, axis=1) if len(rest) else np.zeros(0)
        if np.all(lengths <= TOLERANCE * u):
            position, slope = np.array([signal.noise.map(x)[:2] for x in u]).reshape(-1, 2).T
            transfer = slope * (within.transfer / within.slope)[:top]
            return Outliers(u, position, vectors, slope, transfer)
        fresh = _outside(rest[lengths > TOLERANCE * u], basis)
        basis, mixed = (
            np.concatenate(both) for both in ((basis, fresh), (mixed, signal.means.mixed(fresh)))
        )
    raise ConvergenceError(f"outlier equation not solved in {ROUNDS} rounds")


def _outside(rows: Array, basis: Array) -> Array:
    """Orthonormal directions of what ``rows`` have outside an orthonormal basis."""
    for _ in range(2):
        rows = rows - (rows @ basis.T) @ basis
        rows = np.linalg.qr(rows.T)[0].T
    return rows
