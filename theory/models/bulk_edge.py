r"""The law of the largest eigenvalue of the bulk: Tracy-Widom around the upper edge.

``centre = z(u₊)`` and ``scale = (u₊⁴ z''(u₊)/(2D²))^{1/3}`` where ``z'(u₊) = 0``, with D and the
number of rows lowered by ½ (Ma 2012, exact to second order for a white population). Means are part
of the population: with F(u) = ln det(u - S(u)), S the matrix of the outlier equation, they add

    δz(u) = [u² F'(u) - u rank S]/D

to the spectral map; u₊ lies below the outliers' poles. Derived in docs/theory/fluctuations.md.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from theory import checks
from theory.arrays import Array
from theory.checks import ConvergenceError
from theory.models.means import Means
from theory.models.noise import Noise
from theory.spread import fluctuating_edge, tracy_widom

STEP = 0.02  # of the numerical derivatives, in units of the distance to the nearest pole
STEPS = 60
FEWEST = 3.0  # eigenvalues of the population that hold the edge, in number


@dataclass(frozen=True)
class Edge:
    """Law of the bulk's largest eigenvalue: ``centre + scale × Tracy-Widom + logits × N(0, 1)``.

    ``logits`` is the standard deviation that random logits give the centre; zero given the outputs.
    """

    centre: float
    scale: float
    logits: float = 0.0

    @property
    def mean(self) -> float:
        """Mean of the largest eigenvalue of the bulk."""
        return self.centre + self.scale * tracy_widom.MEAN

    @property
    def std(self) -> float:
        """Its standard deviation."""
        return math.hypot(self.scale * tracy_widom.STD, self.logits)

    def quantile(self, q: ArrayLike) -> Array:
        """Its quantiles."""
        return self.centre + self.scale * fluctuating_edge.quantile(
            q, deviation=self.logits / self.scale
        )


def law(noise: Noise, means: Means) -> Edge:
    """Law of the largest eigenvalue below the outliers, given the outputs and the means.

    Raises
    ------
    InputError
        If the outputs are one-hot.
    ConvergenceError
        As ``with_means``.
    """

    def gaps(u: float) -> Array:
        S, _ = means.resolvent(noise.p, kappa=-noise.s / u)
        return u - np.linalg.eigvalsh(S)

    return with_means(noise, gaps if means.rank else None)


def with_means(noise: Noise, gaps: Callable[[float], Array] | None) -> Edge:
    """Edge of the population of noise and means, ``gaps(u)`` the eigenvalues of ``u - S(u)``.

    Raises
    ------
    InputError
        If the outputs are one-hot, which leaves no bulk.
    ConvergenceError
        If no Tracy-Widom law holds: fewer than three eigenvalues of the population hold the edge,
        as where D is far above N C, or an outlier is so near that both are one interval.
    """
    noise = lowered(noise)
    if noise.top == 0:
        raise checks.InputError("p must leave an example undecided for a bulk, got one-hot outputs")
    u = noise.edge
    if gaps is None:
        centre, _, curvature = noise.map(u)
    else:
        u, centre, curvature = _edge(noise, gaps, start=u)
    held = noise.D / (u * curvature / 2 - 1) ** 2  # (Σ x²)³/(Σ x³)² over x = τ/(u - τ)
    if held < FEWEST:
        raise ConvergenceError(
            f"no Tracy-Widom law at the bulk's edge: {held:.1f} eigenvalues of the population hold "
            f"it, at least {FEWEST:g} are needed"
        )
    return Edge(float(centre), float((u**4 * curvature / (2 * noise.D**2)) ** (1 / 3)))


def lowered(noise: Noise) -> Noise:
    """The noise with half a column and half a row less."""
    D, left = noise.D - 0.5, 1 - 0.5 / (noise.N * (noise.p.shape[1] - 1))
    return Noise(
        p=noise.p,
        sigma_E=noise.sigma_E * (D / noise.D * left) ** 0.5,
        D=D,  # pyright: ignore[reportArgumentType]
        N=noise.N * left,  # pyright: ignore[reportArgumentType]
        blocks=noise.blocks,
    )


def _edge(
    noise: Noise, gaps: Callable[[float], Array], *, start: float
) -> tuple[float, float, float]:
    """u₊, z and z'' where z' of noise and means vanishes below the poles of the outliers.

    Raises
    ------
    ConvergenceError
        If it vanishes nowhere there.
    """
    u, top = start, noise.top
    above = int((gaps(u) < 0).sum())
    for _ in range(STEPS):
        z, slope, curvature = _map(noise, gaps, u)
        if curvature <= 0:
            break
        step = -slope / curvature
        for _ in range(STEPS):
            if u + step > top and int((gaps(u + step) < 0).sum()) == above:
                break
            step /= 2
        if abs(step) <= 1e-6 * (u - top):
            return u, z, curvature
        u += step
    raise ConvergenceError(
        "no Tracy-Widom law at the bulk's edge: no interval of the bulk ends between the noise's "
        "largest population eigenvalue and the outliers"
    )


def _map(noise: Noise, gaps: Callable[[float], Array], u: float) -> tuple[float, float, float]:
    """``z + δz`` and its two derivatives, those of F by differences."""
    here = gaps(u)
    h = STEP * (u - noise.top) * min(1.0, float(np.abs(here).min()) / u)
    values = np.array([np.log(np.abs(gaps(u + h * i))).sum() for i in (-2, -1, 0, 1, 2)])
    first = values @ [1, -8, 0, 8, -1] / (12 * h)
    second = values @ [-1, 16, -30, 16, -1] / (12 * h**2)
    third = values @ [-1, 2, 0, -2, 1] / (2 * h**3)
    z, slope, curvature = noise.map(u)
    added = u**2 * first - u * len(here)
    added_slope = 2 * u * first + u**2 * second - len(here)
    added_curvature = 2 * first + 4 * u * second + u**2 * third
    return (
        float(z + added / noise.D),
        float(slope + added_slope / noise.D),
        float(curvature + added_curvature / noise.D),
    )
