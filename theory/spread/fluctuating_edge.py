"""Tracy-Widom around an edge that fluctuates itself: its law plus an independent Gaussian."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.polynomial import Chebyshev
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import ndtr

from theory import checks
from theory.arrays import Array
from theory.spread import tracy_widom

NODES = 64  # of each quadrature
LOW, HIGH = -9.0, 10.0  # 1e-10 of the Tracy-Widom law lies outside
FARTHEST = 8.0  # deviations of the Gaussian beyond which nothing is left of a quantile


def cdf(s: ArrayLike, *, deviation: float) -> Array:
    """Probability that ``Tracy-Widom + deviation × N(0, 1)`` is at most s.

    Summed over the narrower of the two laws, as the other is smooth on its scale; absolute error
    below 1e-8.

    Parameters
    ----------
    s : shape (...)
        In units of the Tracy-Widom scale.
    deviation
        Standard deviation of the Gaussian, in the same units.

    Examples
    --------
    >>> cdf([0.0, 2.0], deviation=0.0).round(6), cdf([0.0, 2.0], deviation=2.0).round(3)
    (array([0.831908, 0.989598]), array([0.697, 0.911]))
    """
    deviation = checks.real("deviation", deviation, low=0)
    points = checks.array("s", np.ravel(s), ndim=1)[:, None]
    law = _tracy_widom()
    if deviation > 1:
        nodes, weights = np.polynomial.legendre.leggauss(NODES)
        nodes = (HIGH - LOW) / 2 * nodes + (HIGH + LOW) / 2
        weights = weights * law.deriv()(nodes)
        found = ndtr((points - nodes) / deviation) @ (weights / weights.sum())
    else:
        nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
        around = np.clip(points - deviation * nodes, LOW, HIGH)
        found = law(around) @ (weights / weights.sum())
    return found.reshape(np.shape(s))


def quantile(q: ArrayLike, *, deviation: float) -> Array:
    """The s with ``cdf(s) = q``.

    Parameters
    ----------
    q : shape (...)
        Probabilities, from 1e-6 to 1 - 1e-6; where ``deviation`` is zero as in ``tracy_widom``.
    deviation
        Standard deviation of the Gaussian, in units of the Tracy-Widom scale.

    Raises
    ------
    InputError
        If a probability lies outside these bounds.

    Examples
    --------
    >>> quantile([0.05, 0.95], deviation=0.0).round(4)
    array([-3.1804,  0.9793])
    """
    if deviation == 0:
        return tracy_widom.quantile(q)
    levels = checks.array("q", np.ravel(q), ndim=1)
    if levels.min() < 1e-6 or levels.max() > 1 - 1e-6:
        raise checks.InputError(
            f"q must lie in [1e-6, 1 - 1e-6], got {levels.min():g}..{levels.max():g}"
        )
    far = FARTHEST * deviation
    low, high = LOW - far, HIGH + far

    def root(level: float) -> float:
        def gap(s: float) -> float:
            return float(cdf(s, deviation=deviation)) - level

        return float(brentq(gap, low, high, xtol=1e-9 * (1 + deviation)))  # pyright: ignore[reportArgumentType]

    return np.array([root(x) for x in levels]).reshape(np.shape(q))


@lru_cache(maxsize=1)
def _tracy_widom() -> Chebyshev:
    """The Tracy-Widom distribution function between ``LOW`` and ``HIGH``."""
    return Chebyshev.interpolate(tracy_widom.cdf, NODES, domain=[LOW, HIGH])
