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

from theory import checks, softmax
from theory.arrays import Array
from theory.averaged.logit_law import common_outlier, logit_law
from theory.checks import ConvergenceError
from theory.hessian import model
from theory.models.noise import Noise
from theory.params import Params
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


def given(
    p: ArrayLike,
    *,
    sigma_E: float,
    D: int,
    Gamma: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> Edge:
    """Law of the largest eigenvalue below the outliers, given the softmax outputs.

    Valid while no outlier is within a few scales of the edge; the next order is 1/D.

    Parameters
    ----------
    p : shape (N, C)
        Softmax outputs.
    sigma_E
        RMS length of the noise of one logit gradient, above 0.
    D
        Number of weights.
    Gamma, groups
        Means, as for ``hessian.outliers``; none by default.

    Raises
    ------
    InputError
        If an argument is out of its bounds, or p is one-hot.
    ConvergenceError
        If the means move the edge by more than half its distance to the population's top.
    """
    checks.real("sigma_E", sigma_E, low=0, strict=True)
    outputs = checks.probabilities(p)
    C = outputs.shape[1]
    size = C if groups is None else C * C
    Gram = np.zeros((size, size)) if Gamma is None else Gamma
    noise, c, index = model(outputs, Gamma=Gram, sigma_E=sigma_E, D=D, groups=groups)
    rank = c.shape[2]

    def log_det(u: float) -> float:
        T = softmax.resolvent_mean(noise.p, kappa=-noise.s / u, groups=index, G=len(c))
        S = np.einsum("gki,gkl,glj->ij", c, T, c, optimize=True)
        return float(np.linalg.slogdet(u * np.eye(rank) - S)[1])

    return _law(noise, log_det if rank else None, rank)


def averaged(params: Params) -> Edge:
    """Law of the largest eigenvalue below the outliers, over logits, means and noise.

    Raises
    ------
    InputError
        As ``averages.outliers``, or if there is no noise.
    ConvergenceError
        As ``given``.
    """
    if params.sigma_E == 0:
        raise checks.InputError("sigma_E must be greater than 0 for a bulk, got 0")
    law = logit_law(params)
    if common_outlier(law) is None:
        return _law(law.noise, None, 0)
    rank, strength, s = params.C - 1, params.sigma_c**2, law.noise.s

    def log_det(u: float) -> float:
        return rank * float(np.log(abs(u - strength * law.t(-s / u))))

    return _law(law.noise, log_det, rank)


def _law(noise: Noise, log_det: Callable[[float], float] | None, rank: int) -> Edge:
    """Edge of the noise, moved to second order by the means' part of the map."""
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
