r"""Typical solutions of the binary perceptron: N weights ±1, α N patterns, margin κ.

A solution has ``Σ_i ξ_i w_i ≥ κ √N`` on every pattern ξ, of independent entries with mean 0 and
variance 1. The replica-symmetric entropy and its saddle; docs/theory/perceptron.md derives them.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, log, pi, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import log_ndtr

from theory import checks
from theory.arrays import Array
from theory.perceptron import spherical
from theory.perceptron.gaussian import log_2cosh, mills, nodes, sech_square

LOWEST_MARGIN, HIGHEST_MARGIN = -2.0, 10.0
HIGHEST_LOG_FIELD = 40.0  # ln q̂, where 1 - q is e^-20


class Saddle(NamedTuple):
    """A point of the replica-symmetric saddle."""

    alpha: float
    entropy: float
    q: float
    q_hat: float


def entropy(alpha: ArrayLike, *, kappa: ArrayLike = 0.0) -> Array:
    r"""Entropy per weight of the solutions of the binary perceptron, in nats.

    ``s = -q̂(1-q)/2 + ∫Dz ln 2cosh(√q̂ z) + α ∫Dz ln H((κ - √q z)/√(1-q))``, extremal in q and q̂,
    with ``H(x) = ½ erfc(x/√2)``: the limit of ``⟨ln 𝒩⟩/N`` at large N, exact for κ = 0 as far as it
    is positive (Ding and Sun 2018), absolute error below 1e-10. Negative above ``capacity``, where
    there are no solutions.

    Parameters
    ----------
    alpha : shape (...)
        Patterns per weight, at least 0, below ``2/π`` of the spherical capacity, where q = 1.
    kappa : shape (...)
        Margin in units of the standard deviation of a field, from -2 to 10.

    Raises
    ------
    InputError
        If an argument is out of its bounds.

    Examples
    --------
    >>> entropy([0.0, 0.5, 0.83]).round(4)
    array([0.6931, 0.3144, 0.0033])
    """
    return _of_saddles(lambda found: found.entropy, alpha, kappa)


def overlap(alpha: ArrayLike, *, kappa: ArrayLike = 0.0) -> Array:
    r"""Overlap ``q = w·w'/N`` of two typical solutions, which lie at the distance ``(1-q)/2``.

    It is the same for almost every pair; absolute error below 1e-10. Parameters and Raises: as
    ``entropy``.

    Examples
    --------
    >>> overlap([0.0, 0.5]).round(4)
    array([0.    , 0.3224])
    """
    return _of_saddles(lambda found: found.q, alpha, kappa)


def field_density(x: ArrayLike, *, alpha: float, kappa: float = 0.0) -> Array:
    r"""Density of a pattern's field ``x = Σ_i ξ_i w_i / √N`` in a typical solution.

    ``∫Dz φ((x - √q z)/√(1-q)) / (√(1-q) H((κ - √q z)/√(1-q)))`` for ``x ≥ κ`` and 0 below, φ the
    standard normal density; relative error below 1e-10.

    Parameters
    ----------
    x : shape (...)
        Fields.
    alpha, kappa
        As for ``entropy``, scalars.

    Raises
    ------
    InputError
        If an argument is out of its bounds.

    Examples
    --------
    >>> field_density([-0.1, 0.0, 1.0], alpha=0.5).round(4)
    array([0.    , 1.0316, 0.4392])
    """
    fields = checks.array("x", np.ravel(x), ndim=1)
    q = saddle(checks.real("alpha", alpha), kappa=checks.real("kappa", kappa)).q
    wide = sqrt(1 - q)
    z, weights = nodes(turn=kappa / sqrt(max(q, 1e-300)), width=wide / sqrt(max(q, 1e-300)))
    u, v = (kappa - sqrt(q) * z) / wide, (fields[:, None] - sqrt(q) * z) / wide
    logs = -(v**2) / 2 - log(sqrt(2 * pi) * wide) - log_ndtr(-u)
    return np.where(fields >= kappa, np.exp(logs) @ weights, 0.0).reshape(np.shape(x))


def saddle(alpha: float, *, kappa: float) -> Saddle:
    """The replica-symmetric saddle at a load.

    Raises
    ------
    InputError
        If the load or the margin is out of its bounds.
    ConvergenceError
        If 1 - q would be below e^-20.
    """
    require_margin("kappa", kappa)
    highest = 2 / pi * float(spherical.capacity(kappa=kappa))
    if not 0 <= alpha < highest:
        raise checks.InputError(
            f"alpha must be at least 0 and below {highest:.6g} at kappa {kappa:g}, got {alpha:g}"
        )
    if alpha == 0:
        return Saddle(0.0, log(2), 0.0, 0.0)
    low = log(alpha) + 2 * log(float(mills(kappa))) - 5
    if at_field(HIGHEST_LOG_FIELD, kappa=kappa).alpha < alpha:
        raise checks.ConvergenceError(f"alpha {alpha:g} is too close to {highest:.6g}, where q = 1")

    def gap(log_field: float) -> float:
        return log(at_field(log_field, kappa=kappa).alpha / alpha)

    found = at_field(float(brentq(gap, low, HIGHEST_LOG_FIELD, xtol=1e-13)), kappa=kappa)  # pyright: ignore[reportArgumentType]
    return found._replace(alpha=alpha)


def at_field(log_field: float, *, kappa: float) -> Saddle:
    """The saddle whose ``ln q̂`` is given: q follows, then the load that has it."""
    q_hat = exp(log_field)
    z, weights = nodes(turn=0.0, width=1 / sqrt(q_hat))
    rest = float(sech_square(sqrt(q_hat) * z) @ weights)
    q = float(np.tanh(sqrt(q_hat) * z) ** 2 @ weights)
    free = float(log_2cosh(sqrt(q_hat) * z) @ weights)
    z, weights = nodes(turn=kappa / sqrt(q), width=sqrt(rest / q))
    u = (kappa - sqrt(q) * z) / sqrt(rest)
    alpha = q_hat * rest / float(mills(u) ** 2 @ weights)
    s = -q_hat * rest / 2 + free + alpha * float(log_ndtr(-u) @ weights)
    return Saddle(alpha, s, q, q_hat)


def require_margin(name: str, value: object) -> float:
    """A margin within the bounds that the saddle is known to be single-valued in.

    Raises
    ------
    InputError
        If it is no number from -2 to 10.
    """
    kappa = checks.real(name, value, low=LOWEST_MARGIN)
    if kappa > HIGHEST_MARGIN:
        raise checks.InputError(f"{name} must be at most {HIGHEST_MARGIN:g}, got {kappa:g}")
    return kappa


def _of_saddles(of: Callable[[Saddle], float], alpha: ArrayLike, kappa: ArrayLike) -> Array:
    loads, margins = _together(alpha, kappa)
    found = [
        of(saddle(float(a), kappa=float(k))) for a, k in zip(loads.flat, margins.flat, strict=True)
    ]
    return np.array(found).reshape(loads.shape)


def _together(alpha: ArrayLike, kappa: ArrayLike) -> tuple[Array, Array]:
    loads = checks.array("alpha", np.ravel(alpha), ndim=1).reshape(np.shape(alpha))
    margins = checks.array("kappa", np.ravel(kappa), ndim=1).reshape(np.shape(kappa))
    try:
        loads, margins = np.broadcast_arrays(loads, margins)
    except ValueError:
        raise checks.InputError(
            f"kappa must broadcast with alpha, got shapes {margins.shape} and {loads.shape}"
        ) from None
    return loads, margins
