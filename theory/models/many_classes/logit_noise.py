r"""Noise with a covariance across many logits: its spectral map and its upper edge.

Noise rows ``√(A_μ/N) E_μ`` with ``E_μ = σ_E K_C^{1/2} Z_μ/√D``, the covariance ``K_C ⊗ T`` with T
isotropic in D dimensions, so that ``A`` becomes ``K^{1/2} A K^{1/2}`` in Silverstein's equation:

    z(u) = u + (s/D) Σ_μ tr K B_μ ,    B_μ = A_μ (I + κ K A_μ)⁻¹ ,    κ = -s/u ,
    z'(u) = 1 - (s²/(D u²)) Σ_μ tr (K B_μ)² .
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import optimize
from scipy.sparse.linalg import LinearOperator, eigsh

from theory.arrays import Array
from theory.models.many_classes.logit_covariance import LogitCovariance
from theory.models.many_classes.resolvent import Resolvent
from theory.models.noise import Noise

POWERS = 30  # of K A, which find the examples whose largest eigenvalues are solved for
FINALISTS = 8
ABOVE = 1e-9  # of the largest population eigenvalue, from where the edge is sought


@dataclass(frozen=True)
class LogitNoise(Noise):
    """Noise whose covariance across logits is ``covariance``, isotropic in D weights."""

    covariance: LogitCovariance

    def at(self, u: float) -> Resolvent:
        """``B_μ`` of one group at a real u."""
        groups = np.zeros(len(self.p), dtype=np.int64)
        kappa = -self.s / u
        return Resolvent(self.p, groups=groups, covariance=self.covariance, kappa=kappa)

    @cached_property
    def top(self) -> float:
        """Largest eigenvalue of any ``s K^{1/2} A_μ K^{1/2}``."""
        x = self.p * np.linspace(1, 2, self.p.shape[1])
        for _ in range(POWERS):
            x = self.covariance.seen(_blocks(self.p, x))
            lengths = np.linalg.norm(x, axis=1, keepdims=True)
            x /= np.where(lengths > 0, lengths, 1)
        growth = np.linalg.norm(self.covariance.seen(_blocks(self.p, x)), axis=1)
        best = np.argsort(growth)[-FINALISTS:]
        return self.s * max(self._largest(p) for p in self.p[best])

    def _largest(self, p: Array) -> float:
        """Of ``Sᵀ K S``, ``A = S Sᵀ``."""
        root = np.sqrt(p)

        def product(x: Array) -> Array:
            y = root * (x - root * (root @ x))
            y = self.covariance.seen(y[None])[0] * root
            return y - root * (root @ y)

        operator = LinearOperator((len(p), len(p)), matvec=product)  # pyright: ignore[reportCallIssue]
        if len(p) < 40:
            return float(np.linalg.eigvalsh(np.array([product(row) for row in np.eye(len(p))]))[-1])
        return float(eigsh(operator, k=1, v0=root * (1 - p), return_eigenvectors=False)[0])

    def map(self, u: float) -> tuple[float, float, float]:
        """``z`` and ``z'`` at a real u above the largest population eigenvalue; no ``z''``."""
        if self.s == 0:
            return u, 1.0, 0.0
        found = self.at(u)
        return u + self.s * found.trace() / self.D, self._slope(u, found), np.nan

    def _slope(self, u: float, found: Resolvent) -> float:
        return 1 - (self.s / u) ** 2 * found.trace_of_square() / self.D

    @cached_property
    def edge(self) -> float:
        """``u₊``, where ``z' = 0`` above all poles."""
        if self.s == 0 or self.top == 0:
            return 0.0

        def slope(u: float) -> float:
            found = self.at(u)
            return self._slope(u, found) if found.above_poles else -1.0

        low = self.top * (1 + ABOVE)
        while slope(low) >= 0:  # hardly any weight is on the last pole
            low = self.top + (low - self.top) / 10
        high = 2 * self.top
        while slope(high) <= 0:
            high *= 2
        return float(optimize.brentq(slope, low, high, rtol=1e-10))  # pyright: ignore[reportArgumentType]


def _blocks(p: Array, x: Array) -> Array:
    """``A_μ x_μ`` of rows."""
    return p * (x - np.einsum("nk,nk->n", p, x)[:, None])
