r"""Classifiers at a cosine S with Hebb's, by how many of two clouds' examples they misclassify.

With labels taken in, the examples are ``X = 1 w^T/M + √Δ P Z``: w = Xᵀ1 Hebb's rule, M examples, P
the projection at right angles to 1, whose noise is independent of w. So fields of a classifier v,
``|v| = 1``, have the mean ``S |w|/M`` whatever v is. Replicas with overlap q, the shift c of the
fields a multiplier for that mean, give the volume; docs/theory/perceptron.md derives it.
"""

from __future__ import annotations

from functools import partial
from math import inf, log, pi, sqrt
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import log_ndtr

from theory import checks
from theory.perceptron.gaussian import nodes

CLOSEST = 1e-10  # 1 - q
COLDEST = 12.0  # β
STEP = 1 / 24  # of the nodes: ln F levels off a second time, at u = -√(2β)
GRID = np.geomspace(1e-3, 0.999, 60)  # of (1-q)/(1-S²), where further saddles are looked for


class Saddle(NamedTuple):
    """A point of the replica-symmetric saddle at a price β of an error."""

    beta: float
    errors: float
    log_volume: float
    q: float
    shift: float
    replicon: float
    """Replica symmetry is stable below 1."""


class Fields(NamedTuple):
    """Averages over the fields of examples: of ``g = √(1-q) d ln F/dh`` and others."""

    slope: float
    slope_square: float
    log_partition: float
    errors: float
    replicon: float


def saddle(S: float, *, alpha: float, noise: float, errors: float) -> Saddle:
    """The saddle at which a share ``errors`` of the examples is misclassified.

    Raises
    ------
    ConvergenceError
        If no β up to ``COLDEST`` leaves so few errors, or if there replica symmetry is unstable or
        has a second saddle.
    """

    def gap(beta: float) -> float:
        return at_price(beta, S, alpha=alpha, noise=noise).errors - errors

    free = at_price(0.0, S, alpha=alpha, noise=noise)
    if free.errors <= errors:
        return free
    where = f"at the cosine {S:g} with a share {errors:g} of errors"
    high = 1.0
    while gap(high) > 0:
        if high == COLDEST:
            raise checks.ConvergenceError(f"no saddle {where}: too few classifiers, or none")
        high = min(2 * high, COLDEST)
    beta = float(brentq(gap, 0.0, high, xtol=1e-12, rtol=1e-12))  # pyright: ignore[reportArgumentType]
    found = at_price(beta, S, alpha=alpha, noise=noise)
    unique = _saddles(beta, S, alpha=alpha, noise=noise) == 1
    if found.replicon >= 1 or not unique:
        raise checks.ConvergenceError(f"replica symmetry does not hold {where}")
    return found


def at_price(beta: float, S: float, *, alpha: float, noise: float) -> Saddle:
    """The saddle whose weight of a classifier is ``exp(-β · misclassified)``."""
    mean, rest = _mean(S, alpha=alpha, noise=noise), 1 - S * S
    if beta > 0:
        gap = partial(_gap, S=S, alpha=alpha, mean=mean, beta=beta)
        rest = float(brentq(gap, CLOSEST, rest, xtol=1e-15, rtol=1e-13))  # pyright: ignore[reportArgumentType]
    q = 1 - rest
    shift = _shift(q, mean=mean, beta=beta)
    found = fields(shift, q, mean=mean, beta=beta)
    examples = shift**2 / (2 * rest) + found.log_partition + beta * found.errors
    log_volume = log(rest) / 2 + (q - S * S) / (2 * rest) + alpha * examples
    return Saddle(beta, found.errors, log_volume, q, shift, alpha * found.replicon)


def fields(shift: float, q: float, *, mean: float, beta: float) -> Fields:
    """Averages over z; ``F(h) = e^-β + (1 - e^-β) Φ(h/√(1-q))``, ``h = mean + shift + √q z``."""
    rest, centre = 1 - q, mean + shift
    z, weights = nodes(turn=-centre / sqrt(q), width=sqrt(rest / q), step=STEP)
    u = (centre + sqrt(q) * z) / sqrt(rest)
    log_right = _log_gap(beta) + log_ndtr(u)
    log_F = np.logaddexp(-beta, log_right)
    g = np.exp(_log_gap(beta) - u**2 / 2 - log(2 * pi) / 2 - log_F)
    wrong = np.exp(-beta + log_ndtr(-u) - log_F)
    return Fields(
        slope=float(g @ weights),
        slope_square=float(g**2 @ weights),
        log_partition=float(log_F @ weights),
        errors=float(wrong @ weights),
        replicon=float((g * (u + g)) ** 2 @ weights),
    )


def _mean(S: float, *, alpha: float, noise: float) -> float:
    """Mean of the fields over the standard deviation √Δ of the noise."""
    return S * sqrt((alpha + noise) / (alpha * noise))


def _gap(rest: float, *, S: float, alpha: float, mean: float, beta: float) -> float:
    """Zero where ``q - S² = α (1-q) Var g``, the saddle in q."""
    q = 1 - rest
    found = fields(_shift(q, mean=mean, beta=beta), q, mean=mean, beta=beta)
    return q - S * S - alpha * rest * (found.slope_square - found.slope**2)


def _saddles(beta: float, S: float, *, alpha: float, noise: float) -> int:
    """How many saddles a grid of q tells apart."""
    mean = _mean(S, alpha=alpha, noise=noise)
    gaps = [_gap(x * (1 - S * S), S=S, alpha=alpha, mean=mean, beta=beta) for x in GRID]
    signs = np.sign([_gap(CLOSEST, S=S, alpha=alpha, mean=mean, beta=beta), *gaps, -1.0])
    return int((signs[1:] != signs[:-1]).sum())


def _shift(q: float, *, mean: float, beta: float) -> float:
    """The shift ``c = -√(1-q) ⟨g⟩`` that leaves the mean of the fields as it is."""
    if beta == 0:
        return 0.0

    def gap(shift: float) -> float:
        return shift + sqrt(1 - q) * fields(shift, q, mean=mean, beta=beta).slope

    low = -1.0
    while gap(low) > 0:
        low *= 2
    return float(brentq(gap, low, 0.0, xtol=1e-15, rtol=1e-13))  # pyright: ignore[reportArgumentType]


def _log_gap(beta: float) -> float:
    return log(-np.expm1(-beta)) if beta > 0 else -inf
