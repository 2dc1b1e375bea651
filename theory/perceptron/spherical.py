r"""The spherical perceptron: N real weights with ``Σ w_i² = N``, α N patterns, margin κ.

Gardner's volume of its solutions. The set of solutions is convex for κ ≥ 0, where replica symmetry
is exact; docs/theory/perceptron.md derives the formulas.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, log, log1p, pi, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import log_ndtr, ndtr

from theory import checks
from theory.arrays import Array
from theory.perceptron.gaussian import mills, nodes

HIGHEST_MARGIN = 10.0
CLOSEST = 35.0  # -ln(1 - q) of the largest overlap that is solved for


class Saddle(NamedTuple):
    """A point of the replica-symmetric saddle."""

    alpha: float
    log_volume: float
    q: float


def capacity(*, kappa: ArrayLike = 0.0) -> Array:
    r"""Largest load ``α_c(κ) = 1/∫_{-κ}^∞ Dt (t + κ)²`` with solutions.

    The integral is ``(1 + κ²) Φ(κ) + κ φ(κ)`` with the normal distribution Φ and its density φ.
    Exact for κ ≥ 0; below, an upper bound, as replica symmetry breaks. Source: Gardner, J. Phys. A
    21, 257 (1988).

    Parameters
    ----------
    kappa : shape (...)
        Margin, from -10 to 10.

    Raises
    ------
    InputError
        If a margin is out of its bounds.

    Examples
    --------
    >>> capacity(kappa=[0.0, 1.0]).round(4)
    array([2.    , 0.5196])
    """
    margins = _margins(kappa, low=-HIGHEST_MARGIN)
    density = np.exp(-(margins**2) / 2) / sqrt(2 * pi)
    # below zero, Φ(κ) (1 + κ² - |κ| φ/Φ) cancels: the continued fraction of Mills' ratio does not
    direct = (1 + margins**2) * ndtr(margins) + margins * density
    return 1 / np.where(margins > -2, direct, _second_moment_of_tail(margins))


def largest_margin(alpha: ArrayLike) -> Array:
    r"""Largest margin with solutions at a load: the κ ≥ 0 with ``capacity(κ) = α``.

    Parameters
    ----------
    alpha : shape (...)
        Patterns per weight, at most 2 and at least ``capacity`` of margin 10, 0.0099.

    Raises
    ------
    InputError
        If a load is out of its bounds.

    Examples
    --------
    >>> largest_margin([0.5196, 2.0]).round(3)
    array([1., 0.])
    """
    loads = checks.array("alpha", np.ravel(alpha), ndim=1)
    low = float(capacity(kappa=HIGHEST_MARGIN))
    if loads.min() < low or loads.max() > 2:
        raise checks.InputError(
            f"alpha must lie in [{low:.4g}, 2], got {loads.min():g}..{loads.max():g}"
        )
    found = [_margin_of(float(a)) for a in loads]
    return np.array(found).reshape(np.shape(alpha))


def log_volume(alpha: ArrayLike, *, kappa: float = 0.0) -> Array:
    r"""Logarithm per weight of the share of the sphere that solves, in nats.

    ``½ [ln(1-q) + q/(1-q)] + α ∫Dz ln H((κ - √q z)/√(1-q))``, extremal in q; exact at large N,
    relative error below 1e-8. It falls to -∞ at the capacity.

    Parameters
    ----------
    alpha : shape (...)
        Patterns per weight, at least 0 and below ``capacity``.
    kappa
        Margin, from 0 to 10.

    Raises
    ------
    InputError
        If an argument is out of its bounds.
    ConvergenceError
        If the load is so close to the capacity that 1 - q would be below e^-35.

    Examples
    --------
    >>> log_volume([0.0, 1.0]).round(4)
    array([ 0.    , -0.8558])
    """
    return _of_saddles(lambda found: found.log_volume, alpha, kappa)


def overlap(alpha: ArrayLike, *, kappa: float = 0.0) -> Array:
    """Overlap ``q = w·w'/N`` of two typical solutions. Parameters and Raises: as ``log_volume``.

    Examples
    --------
    >>> overlap([0.0, 1.0]).round(4)
    array([0.    , 0.5853])
    """
    return _of_saddles(lambda found: found.q, alpha, kappa)


def _of_saddles(of: Callable[[Saddle], float], alpha: ArrayLike, kappa: float) -> Array:
    loads = checks.array("alpha", np.ravel(alpha), ndim=1)
    margin = float(_margins(checks.real("kappa", kappa), low=0.0))
    limit = float(capacity(kappa=margin))
    if loads.min() < 0 or loads.max() >= limit:
        raise checks.InputError(
            f"alpha must be at least 0 and below {limit:.6g} at kappa {margin:g}, "
            f"got {loads.min():g}..{loads.max():g}"
        )
    found = [of(_saddle(float(a), kappa=margin)) for a in loads]
    return np.array(found).reshape(np.shape(alpha))


def _saddle(alpha: float, *, kappa: float) -> Saddle:
    if alpha == 0:
        return Saddle(0.0, 0.0, 0.0)

    def gap(log_ratio: float) -> float:
        return log(_at(log_ratio, kappa=kappa).alpha / alpha)

    if gap(CLOSEST) < 0:
        raise checks.ConvergenceError(f"alpha {alpha:g} is too close to the capacity")
    low = log(alpha) + 2 * log(float(mills(kappa))) - 5
    return _at(float(brentq(gap, low, CLOSEST, xtol=1e-13)), kappa=kappa)  # pyright: ignore[reportArgumentType]


def _at(log_ratio: float, *, kappa: float) -> Saddle:
    """The saddle whose ``ln(q/(1-q))`` is given: the load follows."""
    ratio = exp(log_ratio)
    q, rest = ratio / (1 + ratio), 1 / (1 + ratio)
    z, weights = nodes(turn=kappa / sqrt(q), width=1 / sqrt(ratio))
    u = (kappa - sqrt(q) * z) / sqrt(rest)
    alpha = ratio / float(mills(u) ** 2 @ weights)
    volume = (ratio - log1p(ratio)) / 2 + alpha * float(log_ndtr(-u) @ weights)
    return Saddle(alpha, volume, q)


def _margin_of(alpha: float) -> float:
    def gap(kappa: float) -> float:
        return float(capacity(kappa=kappa)) - alpha

    return float(brentq(gap, 0.0, HIGHEST_MARGIN, xtol=1e-13))  # pyright: ignore[reportArgumentType]


def _second_moment_of_tail(kappa: Array) -> Array:
    """``∫_0^∞ s² φ(s + |κ|) ds`` by Gauss-Laguerre in ``s |κ|``."""
    x, weights = np.polynomial.laguerre.laggauss(60)
    size = np.maximum(np.abs(kappa), 1.0)[..., None]
    tail = (x**2 * np.exp(-((x / size) ** 2) / 2)) @ weights / size[..., 0] ** 3
    return tail * np.exp(-(kappa**2) / 2) / sqrt(2 * pi)


def _margins(kappa: ArrayLike, *, low: float) -> Array:
    margins = checks.array("kappa", np.ravel(kappa), ndim=1)
    if margins.min() < low or margins.max() > HIGHEST_MARGIN:
        raise checks.InputError(
            f"kappa must lie in [{low:g}, {HIGHEST_MARGIN:g}], "
            f"got {margins.min():g}..{margins.max():g}"
        )
    return margins.reshape(np.shape(kappa))
