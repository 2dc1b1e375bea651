r"""The spectral map of noise plus a GOE matrix: ``z_H(u) = z_G(u) + sigma_W²/u``."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.arrays import Array
from theory.bulk import SampleCovariance
from theory.checks import ConvergenceError, InputError
from theory.models.noise import Noise

SMALLEST = 1e-10  # of sigma_W in units of the bulk's scale
LIGHTEST = 1e-23  # weight of a pole below which it moves nothing


@dataclass(frozen=True)
class CurvedNoise(Noise):
    """Noise plus a GOE matrix of semicircle radius ``2 sigma_W``."""

    sigma_W: float

    def map(self, u: float) -> tuple[float, float, float]:
        """``z``, ``z'`` and ``z''`` at a real u beyond all poles."""
        z, slope, curvature = super().map(u)
        square = (self.sigma_W / u) ** 2
        return z + square * u, slope - square, curvature + 2 * square / u

    def lift(self, u: Array, trace: Array, trace_slope: Array) -> tuple[Array, Array]:
        """``z`` and ``z'`` from ``(1/n) Σ_μ tr B_μ`` over the n rows and its derivative in u."""
        z, slope = super().lift(u, trace, trace_slope)
        return z + self.sigma_W**2 / u, slope - (self.sigma_W / u) ** 2

    @property
    def _smoothing(self) -> float:
        return self.sigma_W

    @property
    def _edge_start(self) -> float:
        return max(super()._edge_start, self.sigma_W)

    def lower_edge(self) -> float:
        """``u₋ < 0`` where ``z' = 0``: Newton on ``φ^{-1/2} - 1`` from ``-sigma_W`` down.

        Raises
        ------
        ConvergenceError
            If 100 steps do not reach a relative 1e-7.
        """
        u = -self.sigma_W
        for _ in range(100):
            _, slope, curvature = self.map(u)
            phi = 1 - slope
            step = 2 * phi * (math.sqrt(phi) - 1) / curvature
            u += step
            if abs(step) <= 1e-7 * abs(u):
                return u
        raise ConvergenceError(f"lower bulk edge not found in 100 steps from {-self.sigma_W:g}")

    @cached_property
    def shifted(self) -> tuple[SampleCovariance, float, float]:
        """A law with ``x(u + δ) = z(u) - offset``, that offset, and δ.

        ``z = u + Σ wt + Σ wt²/(u - t) + sigma_W²/u`` has a pole at zero, which no population has;
        moved by ``δ = 2 √(sigma_W² + Σ wt²) > -u₋`` all poles and the whole bulk are positive.

        Raises
        ------
        InputError
            If sigma_W is below ``SMALLEST δ``.
        """
        if self.top > 0:
            t = np.asarray(self.law.atoms)
            w = np.asarray(self.law.weights)
            w = self.law.ratio * w / w.sum()
        else:
            t = w = np.empty(0)
        strength = np.append(w * t**2, self.sigma_W**2)
        delta = 2 * math.sqrt(strength.sum())
        if self.sigma_W < SMALLEST * delta:
            raise InputError(
                f"sigma_H √(mean |r|²) must be 0 or at least {SMALLEST * delta:g} "
                f"({SMALLEST:g} of the bulk's scale), got {self.sigma_W:g}"
            )
        poles = np.append(t, 0.0) + delta
        weights = strength / poles**2
        offset = float(w @ t - delta - np.sum(strength / poles))
        kept = weights > LIGHTEST
        law = SampleCovariance(poles[kept], weights[kept], ratio=float(weights[kept].sum()))
        return law, offset, delta

    def root(self, x: ArrayLike) -> NDArray[np.complex128]:
        """The u in the upper half-plane with ``z(u) = x``; nan off the bulk."""
        law, offset, delta = self.shifted
        return law.root(np.asarray(x) - offset) - delta

    def mass_above(self, x: float) -> float:
        """Mass of the bulk above x, ``(1/π) Im Ψ(u)`` with Ψ' = z'/u.

        ``Ψ = ln u - Σ w [ln u - ln(u - t)] + Σ wt/(u - t) + sigma_W²/(2u²)``.
        """
        law, offset, _ = self.shifted
        edges = law.edges() + offset
        k = int(np.searchsorted(edges[:, 0], x)) - 1
        if k < 0:
            return 1.0
        low, high = edges[k]
        u = self.root(min(x, high - 1e-12 * (high - low))).item() if x < edges[-1, 1] else 1.0
        if self.top > 0:
            t = np.asarray(self.law.atoms)
            w = np.asarray(self.law.weights)
            w = self.law.ratio * w / w.sum()
            noise = np.sum(w * (np.angle(u - t) - np.angle(u)) + w * t * (1 / (u - t)).imag)
        else:
            noise = 0.0
        total = np.angle(u) + noise + self.sigma_W**2 / 2 * (1 / u**2).imag
        return float(total / np.pi)
