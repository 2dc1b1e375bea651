r"""The spectrum of G and the gradient's power on it, of softmax regression on a Gaussian mixture.

``G = (1/N) Σ A_μ ⊗ x_μ x_μᵀ`` is split along ``x = (u, v)``: u in the span of weights and means, on
which A depends, and ``v ~ N(0, I)`` apart from it. With M and B_μ of ``matrix_equation`` for v,

    resolvent on the span:  [T(z) - z]⁻¹ ,   T(z) = (1/N) Σ B_μ(z) ⊗ u_μ u_μᵀ ,

    gᵀ(G - z)⁻¹g ≃ (d - q)/N² Σ r_μᵀ M (I + c A_μ M)⁻¹ r_μ + wᵀ (T - z)⁻¹ w ,
    w = (1/N) Σ (I + c A_μ M)⁻¹ r_μ ⊗ u_μ .

Derived in docs/theory/benchmark.md. All in the C-1 directions that A sees.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from theory import checks
from theory.arrays import Array
from theory.checks import ConvergenceError, InputError
from theory.regression import matrix_equation
from theory.regression.matrix_equation import blocks, derivative

GRID = 400  # points of the density
HEIGHT = 1e-4  # above the axis, over the distance to 0, where the density is taken
EDGE = 1e-9  # relative, of the upper edge
LOWEST = 1e-5  # of the upper edge: the density is followed down to there


class Outliers(NamedTuple):
    """Places, descending (k,), unit eigenvectors of T (k, (C-1) q), ``1/(1 - t')`` (k,)."""

    position: Array
    vectors: Array
    transfer: Array


class SoftmaxRegression:
    """Deterministic equivalents for ``N, d → ∞`` at fixed d/N, given u and the outputs.

    Relative errors of the outliers are O(1/√(N C)) for one draw of v, their bias O(1/N).

    Parameters
    ----------
    u : shape (N, q)
        Inputs along an orthonormal basis of the span of weights and means.
    p : shape (N, C)
        Softmax outputs of the same examples; with those of others of the same class it is the law
        of outputs that are independent of the inputs within a class.
    d
        Number of inputs, above q; ``C d`` weights.

    Raises
    ------
    InputError
        If an argument is out of its bounds.

    Examples
    --------
    >>> u = np.random.default_rng(0).standard_normal((400, 3)) + 5 * np.eye(3)[np.arange(400) % 3]
    >>> model = SoftmaxRegression(u, p=np.full((400, 3), 1 / 3), d=100)  # W = 0
    >>> len(model.outliers)
    6
    >>> bool(model.outliers[-1] > model.edge)
    True
    """

    def __init__(self, u: ArrayLike, *, p: ArrayLike, d: int) -> None:
        self.u = checks.array("u", u, ndim=2)
        self.p = checks.probabilities(p)
        N, q = self.u.shape
        if len(self.p) != N:
            raise InputError(f"p must have {N} rows, as u, got {len(self.p)}")
        self.C = self.p.shape[1]
        self.d = checks.integer("d", d, low=q + 1)
        self.c = (d - q) / N
        self._contrasts = np.linalg.qr(np.eye(self.C)[:, :-1] - 1 / self.C)[0]
        half = np.sqrt(self.p)[:, :, None] * (
            self._contrasts - (self.p @ self._contrasts)[:, None, :]
        )
        self.A = half.transpose(0, 2, 1) @ half

    @cached_property
    def trace(self) -> float:
        """``E Tr G`` over v; exact at every size."""
        lengths = (self.u**2).sum(1) + self.d - self.u.shape[1]
        return float(np.mean(np.trace(self.A, axis1=1, axis2=2) * lengths))

    @cached_property
    def edge(self) -> float:
        """Upper edge of the bulk, to 1e-9 of it.

        Raises
        ------
        ConvergenceError
            If the matrix equation does not settle.
        """
        low = float(np.linalg.eigvalsh(self.A.mean(0))[-1])
        high = 2 * low
        while self._above(high) is None:
            low, high = high, 2 * high
        while high - low > EDGE * high:
            middle = (low + high) / 2
            low, high = (middle, high) if self._above(middle) is None else (low, middle)
        return high

    @cached_property
    def solution(self) -> Outliers:
        """Roots of ``t_j(z) = z`` above the edge for the eigenvalues t_j of T, which fall in z."""
        at_edge = np.linalg.eigvalsh(self.T(self.edge))[::-1]
        count = int((at_edge > self.edge).sum())
        places, vectors, transfer = [], [], []
        for j in range(count):
            place = self._root(j, at_edge[j])
            e = np.linalg.eigh(self.T(place))[1][:, -1 - j]
            places.append(place)
            vectors.append(e)
            transfer.append(1 / (1 - self._slope(place, e)))
        width = (self.C - 1) * self.u.shape[1]
        return Outliers(np.array(places), np.reshape(vectors, (count, width)), np.array(transfer))

    @property
    def outliers(self) -> Array:
        """Eigenvalues above the bulk, descending, shape (k,)."""
        return self.solution.position

    def shares(self, r: ArrayLike) -> Array:
        """Fraction of ``‖g‖²`` on each outlier, shape (k,), for residuals r (N, C).

        The limit; a term of order ``1/(C d)`` is left out.
        """
        inside = checks.residuals(r, shape=self.p.shape) @ self._contrasts
        N, q = self.u.shape
        total = float(np.sum((inside.T @ self.u / N) ** 2)) + (self.d - q) / N**2 * float(
            np.sum(inside**2)
        )
        along = []
        for place, e in zip(self.outliers, self.solution.vectors, strict=True):
            left = np.eye(self.C - 1) + self.c * (self.A @ self.M(place))
            pulled = np.linalg.solve(left, inside[:, :, None])[:, :, 0]
            along.append(e @ (pulled.T @ self.u / N).ravel())
        return self.solution.transfer * np.array(along) ** 2 / total

    def density(self, x: ArrayLike) -> Array:
        """Bulk density at x, any shape, of the ``(C-1) d`` eigenvalues; ``Im tr M/(π (C-1))``.

        Taken a ten-thousandth of x above the axis, which rounds the edges off by as much.

        Raises
        ------
        ConvergenceError
            If the matrix equation does not settle.
        """
        points = np.asarray(x, dtype=float)
        order = np.argsort(-points, axis=None)
        out, M = np.empty(points.size), None
        for i in order:
            z = complex(points.flat[i] * (1 + 1j * HEIGHT))
            M = matrix_equation.inside(self.A, z, c=self.c, start=M)
            out[i] = np.trace(M).imag / np.pi / (self.C - 1)
        return out.reshape(points.shape)

    @cached_property
    def eigenvalues(self) -> Array:
        """The ``min(N, d) (C-1)`` eigenvalues of G that need not be 0, descending.

        Outliers, then quantiles of the bulk, scaled to what the outliers leave of the trace. Those
        below 1e-5 of the edge, of examples all but decided, are set there.
        """
        count = min(len(self.u), self.d) * (self.C - 1)
        points = self.edge * np.geomspace(1, LOWEST, GRID)
        values = self.density(points)
        mass = np.r_[0, np.cumsum((values[1:] + values[:-1]) / 2 * -np.diff(points))]
        rest = count - len(self.outliers)
        wanted = (np.arange(rest) + 0.5) / rest * min(len(self.u) / self.d, 1.0)
        bulk = np.interp(wanted, mass, points)
        return np.r_[self.outliers, bulk * (self.trace - self.outliers.sum()) / bulk.sum()]

    def M(self, z: float) -> Array:
        """``M(z)`` above the bulk, shape (C-1, C-1).

        Raises
        ------
        ConvergenceError
            If z is not above the bulk.
        """
        found = self._above(z)
        if found is None:
            raise ConvergenceError(f"the matrix equation has no solution at {z:g}, in the bulk")
        return found

    def T(self, z: float) -> Array:
        """``(1/N) Σ B_μ ⊗ u_μ u_μᵀ`` above the bulk, shape ((C-1) q, (C-1) q)."""
        N, q = self.u.shape
        flat = blocks(self.A, self.M(z), c=self.c).reshape(N, -1)
        pairs = (self.u[:, :, None] * self.u[:, None]).reshape(N, -1)
        m = self.C - 1
        out = (flat.T @ pairs / N).reshape(m, m, q, q)
        out = out.transpose(0, 2, 1, 3).reshape(m * q, m * q)
        return (out + out.T) / 2

    def _above(self, z: float) -> Array | None:
        return matrix_equation.above(self.A, z, c=self.c)

    def _root(self, j: int, high: float) -> float:
        """Where t_j meets z, from the edge to ``high``."""

        def excess(z: float) -> float:
            return float(np.linalg.eigvalsh(self.T(z))[::-1][j] - z)

        found: Any = brentq(excess, self.edge, high, xtol=1e-12 * high)
        return float(found)

    def _slope(self, z: float, e: Array) -> float:
        """``eᵀ T'(z) e``, from ``M' = (I - F')⁻¹ M²`` and ``B' = -c B M' B``."""
        m, N = self.C - 1, len(self.u)
        M = self.M(z)
        B = blocks(self.A, M, c=self.c)
        left = np.eye(m * m) - derivative(M, B, c=self.c)
        slope = np.linalg.solve(left, (M @ M).ravel()).reshape(m, m)
        f = (B @ (self.u @ e.reshape(m, -1).T)[:, :, None])[:, :, 0]
        return float(-self.c / N * np.sum((f @ slope) * f))
