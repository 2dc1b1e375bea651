"""One outlier along a spectral map: the root of ``λ_j(S(w)) = u(w)``, which falls against u."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from theory.arrays import Array
from theory.checks import ConvergenceError
from theory.models.spectral_map import Point, SpectralMap

STEPS = 60


@dataclass(frozen=True, eq=False)
class Root:
    """One outlier: its point, eigenvector e_j of S, and slope ``dλ_j/dw``."""

    point: Point
    vector: Array
    slope: float

    @property
    def transfer(self) -> float:
        """Share of a direction of the means that stays in the outlier, ``z'/(u' - λ')``."""
        return self.point.z_slope / (self.point.u_slope - self.slope)


def root(
    j: int,
    matrices: Callable[[float], tuple[Array, Array]],
    curve: SpectralMap,
    *,
    low: float,
    high: float,
    start: float,
) -> Root:
    """The root of ``λ_j(S(w)) = u(w)``, which falls against u, by Newton with bisection.

    Raises
    ------
    ConvergenceError
        If ``STEPS`` steps do not settle it.
    """
    w = min(max(start, low), high)
    for _ in range(STEPS):
        matrix, derivative = matrices(w)
        values, frames = np.linalg.eigh(matrix)
        vector, point = frames[:, -1 - j], curve.at(w)
        slope = float(vector @ derivative @ vector)
        gap = float(values[-1 - j]) - point.u
        low, high = (w, high) if gap > 0 else (low, w)
        moved = w + gap / (point.u_slope - slope)
        if not low <= moved <= high:
            moved = (low + high) / 2
        if abs(moved - w) <= 1e-13 * w + 1e-15 * float(values[-1]):
            return Root(point, vector, slope)
        w = moved
    raise ConvergenceError(f"outlier equation not solved in {STEPS} steps")
