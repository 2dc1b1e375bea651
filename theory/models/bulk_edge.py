r"""The law of the largest eigenvalue of the bulk: Tracy-Widom around the upper edge.

``centre = z(u₊)`` and ``scale = (u₊⁴ z''(u₊)/(2D²))^{1/3}`` where ``z'(u₊) = 0``, with D and the
number of rows lowered by ½ (Ma 2012, exact to second order for a white population). Means repel
the bulk: with F(u) = ln det(u - S(u)), S the matrix of the outlier equation, they add

    δz(u) = [u² F'(u) - u rank S]/D

to the spectral map, as the population's own eigenvalues they are. Derived in
docs/theory/fluctuations.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from theory import checks
from theory.arrays import Array
from theory.checks import ConvergenceError
from theory.models.means import Means
from theory.models.noise import Noise
from theory.spread import tracy_widom

STEP = 0.02  # of the numerical derivatives, in units of the distance to the nearest pole


@dataclass(frozen=True)
class Edge:
    """The law ``centre + scale × Tracy-Widom`` of the largest eigenvalue of the bulk."""

    centre: float
    scale: float

    @property
    def mean(self) -> float:
        """Mean of the largest eigenvalue of the bulk."""
        return self.centre + self.scale * tracy_widom.MEAN

    @property
    def std(self) -> float:
        """Its standard deviation."""
        return self.scale * tracy_widom.STD

    def quantile(self, q: ArrayLike) -> Array:
        """Its quantiles."""
        return self.centre + self.scale * tracy_widom.quantile(q)


def law(noise: Noise, means: Means) -> Edge:
    """Law of the largest eigenvalue below the outliers, given the outputs and the means.

    Raises
    ------
    InputError
        If the outputs are one-hot.
    ConvergenceError
        If the means move the edge by more than half its distance to the population's top.
    """

    def log_det(u: float) -> float:
        S, _ = means.resolvent(noise.p, kappa=-noise.s / u)
        return float(np.linalg.slogdet(u * np.eye(means.rank) - S)[1])

    return moved(noise, log_det if means.rank else None, means.rank)


def moved(noise: Noise, log_det: Callable[[float], float] | None, rank: int) -> Edge:
    """Edge of the noise, moved to second order by the means' part of the map.

    ``log_det(u)`` is F(u) of the module's docstring, of means of this rank.

    Raises
    ------
    InputError
        If the outputs are one-hot, which leaves no bulk.
    ConvergenceError
        If an outlier is so near the edge, or the rank so high, that second order does not hold.
    """
    rows = noise.N * (noise.p.shape[1] - 1)
    D, left = noise.D - 0.5, 1 - 0.5 / rows
    lowered = Noise(
        p=noise.p,
        sigma_E=noise.sigma_E * (D / noise.D * left) ** 0.5,
        D=D,  # pyright: ignore[reportArgumentType]
        N=noise.N * left,  # pyright: ignore[reportArgumentType]
    )
    if lowered.top == 0:
        raise checks.InputError("p must leave an example undecided for a bulk, got one-hot outputs")
    u = lowered.edge
    centre, _, curvature = lowered.map(u)
    scale = float((u**4 * curvature / (2 * D**2)) ** (1 / 3))
    if log_det is None:
        return Edge(float(centre), scale)
    h = STEP * (u - lowered.top)
    values = [log_det(u + h * i) for i in (-2, -1, 0, 1, 2)]
    first = np.dot([1, -8, 0, 8, -1], values) / (12 * h)
    second = np.dot([-1, 16, -30, 16, -1], values) / (12 * h**2)
    move = (u**2 * first - rank * u) / D
    slope = (2 * u * first + u**2 * second - rank) / D
    if abs(slope) > (u - lowered.top) / 2 * curvature:
        raise ConvergenceError("an outlier is too near the edge of the bulk, or there are too many")
    return Edge(float(centre + move - slope**2 / (2 * curvature)), scale)
