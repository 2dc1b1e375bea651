r"""The noise part of the Hessian: its spectral map, its upper edge, its population law.

The noise rows ``√(A_μ/N) E_μ`` are Gaussian with the ``N·C`` population eigenvalues of all
``s A_μ``, ``s = σ_E²/N``. With ``u = -1/m``, m the Stieltjes transform of the D x D matrix,
Silverstein's equation reads

    z(u) = u + (s/D) Σ_μ tr B_μ,        B_μ = A_μ (I + κA_μ)⁻¹,   κ = -s/u,
    z'(u) = 1 - (s²/(D u²)) Σ_μ tr B_μ²,

and the upper edge of the bulk is ``z(u₊)`` at the largest real root of ``z'(u₊) = 0``.
Source: Silverstein and Choi 1995; the form in u is derived in docs/theory/outliers.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from theory import softmax
from theory.arrays import Array
from theory.bulk import SampleCovariance
from theory.bulk.compression import MAX_ATOMS, resolved
from theory.checks import ConvergenceError

SUBSAMPLE = 10_000  # rows that give the first guess of the edge


@dataclass(frozen=True)
class Noise:
    """Noise of RMS length sigma_E in D dimensions on the softmax outputs p.

    ``N`` is the number of examples that the rows of p stand for: their own number, or more where
    the rows are a quadrature of the law of the logits. ``blocks`` are the eigenvalues of their
    blocks, if they are known: what is asked of them at many u is then not summed over the rows.
    """

    p: Array
    sigma_E: float
    D: int
    N: int
    blocks: softmax.BlockSpectrum | None = field(default=None, kw_only=True)

    @property
    def s(self) -> float:
        """Population scale σ_E²/N."""
        return self.sigma_E**2 / self.N

    @cached_property
    def top(self) -> float:
        """Largest population eigenvalue."""
        blocks = self.blocks
        return self.s * (softmax.largest_eigenvalue(self.p) if blocks is None else blocks.largest)

    def map(self, u: float) -> tuple[float, float, float]:
        """``z``, ``z'`` and ``z''`` at a real u above the largest population eigenvalue."""
        if self.s == 0:
            return u, 1.0, 0.0
        kappa = -self.s / u
        if self.blocks is None:
            first, second, third = softmax.resolvent_trace_means(self.p, kappa=kappa)
        else:
            first, second, third = self.blocks.trace_means(kappa)
        weight = self.N / self.D
        z = u + weight * self.s * first
        slope = 1 - weight * kappa**2 * second
        return z, slope, 2 * weight * kappa**2 * (second - kappa * third) / u

    def lift(self, u: Array, trace: Array, trace_slope: Array) -> tuple[Array, Array]:
        """``z`` and ``z'`` from ``(1/n) Σ_μ tr B_μ`` over the n rows and its derivative in u."""
        weight = self.s * self.N / self.D
        return u + weight * trace, 1 + weight * trace_slope

    @property
    def _smoothing(self) -> float:
        """What smooths the bulk beside the noise."""
        return 0.0

    @property
    def _edge_start(self) -> float:
        """A point with ``z' <= 0`` right of all poles, or zero if z has none."""
        return self.top * (1 + math.sqrt(self.N / (len(self.p) * self.D)))

    @cached_property
    def edge(self) -> float:
        """``u₊``: with φ = 1 - z', Newton on the concave ``φ^{-1/2} - 1``, monotone from below.

        Of many rows, an even part gives the first guess. The last step is 1e-7 of the distance
        to the largest population eigenvalue, which leaves an error of 1e-14 of it.

        Raises
        ------
        ConvergenceError
            If 100 steps do not reach that.
        """
        if self._edge_start == 0:
            return 0.0
        start = self._edge_start
        if self.blocks is None and len(self.p) > 2 * SUBSAMPLE:
            part = np.ascontiguousarray(self.p[:: len(self.p) // SUBSAMPLE])
            start = max(start, replace(self, p=part).edge)
        lowest, u = self.top, start
        for _ in range(100):
            _, slope, curvature = self.map(u)
            phi = 1 - slope
            step = 2 * phi * (math.sqrt(phi) - 1) / curvature
            if step > 0:
                lowest = u
            u = u + step if u + step > lowest else (u + lowest) / 2
            if abs(step) <= 1e-7 * (u - self.top) or abs(step) <= 1e-15 * u:
                return u
        raise ConvergenceError(f"upper bulk edge not found in 100 steps from {self.top:g}")

    @cached_property
    def law(self) -> SampleCovariance:
        """The bulk law; above 4096 atoms those that it does not tell apart by 2-point Gauss rules.

        Raises
        ------
        InputError
            If it tells too many apart (``theory.bulk.compression``).
        """
        atoms = self.s * softmax.checked_eigenvalues(self.p).ravel()
        weights = np.full(atoms.size, 1 / atoms.size)
        C = self.p.shape[1]
        if atoms.size > MAX_ATOMS:
            share = self.N / (len(self.p) * self.D)
            atoms, weights = resolved(np.sort(atoms), share=share, smooth=self._smoothing)
        return SampleCovariance(atoms, weights, ratio=self.N * (C - 1) / self.D)
