r"""The spectral map of the noise and the logit curvature: one curve for every level of the model.

With ``B = A (I + κA)⁻¹`` averaged over the examples, t the eigenvalues of ``D T/σ_E²`` (mean 1) and
``s = σ_E²/N``, a real w beyond the population's largest eigenvalue gives

    κ = -s/w,   a = (σ_E²/D) tr B,   1/w = ⟨t/(ω - at)⟩,   1/u = ⟨1/(ω - at)⟩,   z = ω + σ_W²/u,

⟨ ⟩ the mean over t. ``-1/u`` is the Stieltjes transform of the noise's part of G at ω and of H's at
z (``H = G + σ_W W``, W free of G), and ``-σ_E²/w`` the trace of T times that resolvent. For ``T ∝
I`` this is Silverstein's equation, ``w = u``. Bulks end where ``dz/dw = 0``. Derived in
docs/theory/parameters.md.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy import optimize

from theory.arrays import Array
from theory.bulk.power_law import Eigenspaces
from theory.bulk.separable_covariance import SeparableLaw
from theory.checks import ConvergenceError, InputError

STEPS = 200
FEWEST_DIMENSIONS = 2.0  # effective ones of an uneven T; fewer make no bulk
NEAREST = -34.0  # ln of the least distance of the edge from the pole, in units of it


@dataclass(frozen=True)
class Point:
    """One point of the curve and its slopes in w.

    ``powers`` are ``⟨t^k/(ω - at)²⟩``, k = 0, 1, 2.
    """

    w: float
    kappa: float
    a: float
    u: float
    omega: float
    z: float
    a_slope: float
    u_slope: float
    omega_slope: float
    z_slope: float
    powers: tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class SpectralMap:
    """Noise of covariance T across weights over softmax blocks, and a GOE matrix.

    Attributes
    ----------
    traces
        ``κ -> (tr B, tr B²)``, means over the examples.
    largest
        Largest eigenvalue of all softmax blocks.
    N
        Number of examples.
    T
        Eigenspaces of the noise's covariance across weights.
    sigma_W
        Half the radius of the GOE matrix's semicircle.
    """

    traces: Callable[[float], tuple[float, float]] = field(repr=False)
    largest: float
    N: int
    T: Eigenspaces
    sigma_W: float = 0.0

    @cached_property
    def D(self) -> float:
        """Number of weights."""
        return float(self.T.sizes.sum())

    @cached_property
    def variance(self) -> float:
        """``tr T``."""
        return float(self.T.values @ self.T.sizes)

    @property
    def unevenness(self) -> float:
        """``D/D_eff - 1``: zero where ``T ∝ I``."""
        if len(self.T.values) == 1 or self.variance == 0:
            return 0.0
        return self.D / self.T.effective_dimension - 1

    @property
    def s(self) -> float:
        """Population scale ``σ_E²/N``."""
        return self.variance / self.N

    @property
    def top(self) -> float:
        """Largest population eigenvalue, the pole of the map."""
        return self.s * self.largest

    @property
    def has_bulk(self) -> bool:
        """Whether there is noise or curvature, which make a bulk with an edge."""
        return self.top > 0 or self.sigma_W > 0

    @cached_property
    def _atoms(self) -> tuple[Array, Array]:
        """t, of mean one, and its shares; all at one without noise, where they do not matter."""
        shares = self.T.sizes / self.D
        values = self.T.values * (self.D / self.variance) if self.variance else np.ones_like(shares)
        return values, shares

    def at(self, w: float) -> Point:
        """The point at a real w above the pole, or below zero (under the bulk)."""
        t, share = self._atoms
        kappa = -self.s / w if self.s else 0.0
        first, second = self.traces(kappa)
        a = self.variance / self.D * first
        a_slope = -self.variance / self.D * second * self.s / w**2
        omega = self._omega(w, a)
        term = 1 / (omega - a * t)
        p0, p1, p2 = (float(share @ (t**k * term**2)) for k in range(3))
        u = 1 / float(share @ term)
        omega_slope = (1 / w**2 + a_slope * p2) / p1
        u_slope = u**2 * (omega_slope * p0 - a_slope * p1)
        return Point(
            w=w,
            kappa=kappa,
            a=a,
            u=u,
            omega=omega,
            z=omega + self.sigma_W**2 / u,
            a_slope=a_slope,
            u_slope=u_slope,
            omega_slope=omega_slope,
            z_slope=omega_slope - self.sigma_W**2 * u_slope / u**2,
            powers=(p0, p1, p2),
        )

    def _omega(self, w: float, a: float) -> float:
        """ω with ``⟨t/(ω - at)⟩ = 1/w`` beyond all ``at``, by Newton on a convex function.

        Raises
        ------
        ConvergenceError
            If ``STEPS`` steps do not reach rounding.
        """
        t, share = self._atoms
        if len(t) == 1:
            return w + a
        side = math.copysign(1.0, w)
        poles = side * a * t
        last = int(poles.argmax())
        x = float(poles[last] + share[last] * t[last] * abs(w))
        for _ in range(STEPS):
            term = share * t / (x - poles)
            gap = float(term.sum()) * abs(w) - 1
            step = gap / (float(np.sum(term / (x - poles))) * abs(w))
            x += step
            if abs(step) <= 1e-15 * abs(x) or gap <= 1e-15:
                return side * x
        raise ConvergenceError(f"omega(w) not found in {STEPS} steps at w = {w:g}")

    @cached_property
    def edge(self) -> float:
        """``w₊`` of the bulk's upper edge, where ``dz/dw = 0``; 0 without noise and curvature.

        Raises
        ------
        InputError
            If the noise has so few effective dimensions that it makes no bulk.
        """
        if self.variance and len(self.T.values) > 1:
            effective = self.T.effective_dimension
            if effective < FEWEST_DIMENSIONS:
                raise InputError(
                    f"T_exponent must leave the noise at least {FEWEST_DIMENSIONS:g} effective "
                    f"dimensions for a bulk, got {effective:.3g}"
                )
        if self.top == 0:
            return self.sigma_W
        scale = max(self.top, self.sigma_W)

        def slope(distance: float) -> float:
            return self.at(self.top + scale * math.exp(distance)).z_slope

        high = 1.0
        while slope(high) <= 0:
            high += 2.0
        low = high - 0.5
        while slope(low) > 0:
            high, low = low, low - 0.5
            if low < NEAREST:
                return self.top
        root = optimize.brentq(slope, low, high, xtol=1e-13)
        return self.top + scale * math.exp(float(root))  # pyright: ignore[reportArgumentType]

    def upper_edge(self) -> float:
        """Upper edge of the bulk; 0 without noise and curvature."""
        return self.at(self.edge).z if self.edge else 0.0

    def lower_edge(self) -> float:
        """Lower edge of the bulk with curvature, where ``dz/dw = 0`` below zero."""

        def slope(distance: float) -> float:
            return self.at(-self.sigma_W * math.exp(distance)).z_slope

        high = 1.0
        while slope(high) <= 0:
            high += 2.0
        low = high - 0.5
        while slope(low) > 0:
            high, low = low, low - 0.5
        root = optimize.brentq(slope, low, high, xtol=1e-13)
        return self.at(-self.sigma_W * math.exp(float(root))).z  # pyright: ignore[reportArgumentType]

    def interval(self, atoms: Array, counts: Array) -> Array:
        """Lowest and highest edge of the bulk, ``(1, 2)``, off zero without curvature.

        From the eigenvalues of all ``A_μ/N``, ascending, and their numbers.

        Raises
        ------
        InputError
            If there is neither noise nor curvature, and so no bulk, or all outputs are frozen.
        """
        if self.edge == 0:
            raise InputError("sigma_E or sigma_H must be greater than 0 for a bulk, got 0")
        if self.sigma_W:
            return np.array([[self.lower_edge(), self.upper_edge()]])
        if atoms.size == 0:
            raise InputError("sigma_z and margin must leave an example undecided for a bulk")
        order = np.argsort(self.T.values)
        law = SeparableLaw(atoms, counts, self.T.values[order], self.T.sizes[order])
        return np.array([[law.lower_edge(), self.upper_edge()]])

    def along_noise(self, point: Point, *, transfer: float) -> float:
        """Part of the noise's variance along an outlier's eigenvector; 1/D where ``T ∝ I``.

        ``transfer`` is ``z'/(u' - λ')``. What the eigenvector has along its mean, of length²
        ``u² p₀/φ``, holds ``p₁/p₀`` times an even direction's part, what the noise gives it
        ``p₂/p₁`` times, and what the curvature gives it as much.
        """
        p0, p1, p2 = point.powers
        bend = point.z_slope / point.omega_slope
        along = transfer / bend * point.u**2 * p0
        noisy = along * p1 / p0 + (1 - along) * p2 / p1
        return (bend * noisy + 1 - bend) / self.D

    def rise(self, point: Point) -> float:
        """``dz/da`` at fixed w; one where ``T ∝ I``."""
        p0, p1, p2 = point.powers
        omega_slope = p2 / p1
        return omega_slope - self.sigma_W**2 * (p0 * omega_slope - p1)

    def width(self, point: Point, *, slope: float) -> float:
        r"""The b of an outlier at a point: its variance is ``2b²/D`` over means, noise, curvature.

        ``slope`` is ``dλ/dw`` of the eigenvalue of the outlier equation. With ``φ = u' - λ'`` and
        ``'`` = d/dω, the means give ``u⁴ p₀/φ²``, the noise
        ``ω D (2βτ + β²Θ + τ²Π)/(1 - ΘΠ)`` as in ``level_fluctuations.separable`` with
        ``τ = σ_E² u² p₁/(D φ)``, and the curvature turns their sum b² into ``z'² b² + σ_W² z'``.
        """
        w, omega, n = point.w, point.omega, point.omega_slope
        p0, p1, p2 = point.powers
        phi, bend = (point.u_slope - slope) / n, point.z_slope / n
        square = point.u**4 * p0 / phi**2
        if self.variance:
            v = w / self.variance
            tau = self.variance / self.D * point.u**2 * p1 / phi
            beta = -(v * w / omega) * slope / phi
            theta = omega * self.variance**2 / self.D * p2
            pi = -v * w * (self.D / self.variance) * point.a_slope / omega
            mixed = 2 * beta * tau + beta**2 * theta + tau**2 * pi
            square += omega * self.D * mixed / (1 - theta * pi)
        return math.sqrt(bend**2 * square + self.sigma_W**2 * bend)
