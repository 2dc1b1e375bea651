r"""The Tracy-Widom law (β = 1): the largest eigenvalue at the soft edge of a real ensemble.

``F(s) = det(1 - K_s)`` on ``L²(0, ∞)`` with ``K_s(x, y) = ½ Ai((x + y)/2 + s)`` (Ferrari and Spohn
2005), the determinant by Gauss-Legendre quadrature (Bornemann 2010), whose error falls
exponentially in the nodes. ``1 - F`` comes from the eigenvalues of K_s without cancellation.
"""

from __future__ import annotations

from collections.abc import Callable
from math import log, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import airy

from theory import checks
from theory.arrays import Array

MEAN = -1.2065335745820
STD = sqrt(1.607781034581)
NODES, WEIGHTS = np.polynomial.legendre.leggauss(64)
REACH = 16.0  # Ai(16) is below 1e-19
LOWEST, HIGHEST = -10.0, 40.0  # F(-10) is below 1e-18, 1 - F(40) below 1e-70


def cdf(s: ArrayLike) -> Array:
    """Probability of a value at most s; absolute error below 1e-13.

    Parameters
    ----------
    s : shape (...)
        Standardised eigenvalue ``(λ_max - centre)/scale``, from -10 to 40.

    Raises
    ------
    InputError
        If a value lies outside these bounds.

    Examples
    --------
    >>> cdf([-1.2, 0.0, 2.0]).round(6)
    array([0.521714, 0.831908, 0.989598])
    """
    return _each(lambda x: _determinant(x)[0], s)


def sf(s: ArrayLike) -> Array:
    """Probability of a value above s; for s above zero to a relative 1e-12.

    Parameters and Raises: as ``cdf``.
    """
    return _each(lambda x: _determinant(x)[1], s)


def pdf(s: ArrayLike) -> Array:
    """Density ``F(s) tr (1 - K_s)⁻¹ (-dK_s/ds)``; for s above zero to a relative 1e-12.

    Parameters and Raises: as ``cdf``.
    """
    return _each(_density, s)


def quantile(q: ArrayLike) -> Array:
    """The s with ``cdf(s) = q``.

    Parameters
    ----------
    q : shape (...)
        Probabilities, from 1e-12 to 1 - 1e-12; ``isf`` reaches further into the upper tail.

    Raises
    ------
    InputError
        If a probability lies outside these bounds.

    Examples
    --------
    >>> quantile([0.05, 0.95]).round(4)
    array([-3.1804,  0.9793])
    """
    levels = checks.array("q", np.ravel(q), ndim=1)
    if levels.min() < 1e-12 or levels.max() > 1 - 1e-12:
        raise checks.InputError(
            f"q must lie in [1e-12, 1 - 1e-12], got {levels.min():g}..{levels.max():g}"
        )
    found = [_root(0, x) if x < 0.5 else _root(1, 1 - x) for x in levels]
    return np.array(found).reshape(np.shape(q))


def isf(q: ArrayLike) -> Array:
    """The s with ``sf(s) = q``.

    Parameters
    ----------
    q : shape (...)
        Probabilities, from 1e-70 to 1/2.

    Raises
    ------
    InputError
        If a probability lies outside these bounds.
    """
    levels = checks.array("q", np.ravel(q), ndim=1)
    if levels.min() < 1e-70 or levels.max() > 0.5:
        raise checks.InputError(
            f"q must lie in [1e-70, 0.5], got {levels.min():g}..{levels.max():g}"
        )
    return np.array([_root(1, x) for x in levels]).reshape(np.shape(q))


def _each(function: Callable[[float], float], s: ArrayLike) -> Array:
    points = checks.array("s", np.ravel(s), ndim=1)
    if points.min() < LOWEST or points.max() > HIGHEST:
        raise checks.InputError(
            f"s must lie in [{LOWEST:g}, {HIGHEST:g}], got {points.min():g}..{points.max():g}"
        )
    return np.array([function(float(x)) for x in points]).reshape(np.shape(s))


def _kernel(s: float) -> tuple[Array, Array]:
    """``√w K_s √w`` at the nodes, and its derivative in s."""
    length = max(2 * (REACH - s), 4.0)
    x, root = (NODES + 1) / 2 * length, np.sqrt(WEIGHTS / 2 * length)
    value, slope, _, _ = airy((x[:, None] + x) / 2 + s)
    weight = 0.5 * np.outer(root, root)
    return weight * value, weight * slope


def _determinant(s: float) -> tuple[float, float]:
    """``F(s)`` and ``1 - F(s)``."""
    logs = np.log1p(-np.linalg.eigvalsh(_kernel(s)[0]))
    return float(np.exp(logs.sum())), float(-np.expm1(logs.sum()))


def _density(s: float) -> float:
    K, slope = _kernel(s)
    resolvent = np.linalg.solve(np.eye(len(K)) - K, slope)
    return -_determinant(s)[0] * float(np.trace(resolvent))


def _root(tail: int, level: float) -> float:
    def gap(s: float) -> float:
        return log(_determinant(s)[tail]) - log(level)

    found = brentq(gap, LOWEST if tail == 0 else -3.0, 1.0 if tail == 0 else HIGHEST, xtol=1e-13)
    return float(found)  # pyright: ignore[reportArgumentType]
