r"""Where a sum of two free matrices has no eigenvalues.

Off the support ``ω_1`` and ``ω_2`` are real and lie in a gap of each law. In ``g = G(z)``, with
``K_i`` the inverse of ``G_i`` along the gap, ``z(g) = K_1 + K_2 - 1/g`` is off the support where it
falls: where ``ρ_1 + ρ_2 > 1`` with ``ρ = g²/|G_i'|``. Two real points of one pair of gaps and one
sign of g have the same mass above them, so that each pair gives one interval for each sign.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theory.arrays import Array
from theory.checks import InputError
from theory.free_addition.law import Law

Indices = NDArray[np.intp]

MOST_PAIRS = 10_000
SIZES = np.geomspace(1e-4, 1e6, 241)  # of |g|, over the laws' width together
NARROW = 0.1  # of ρ_1 + ρ_2 below 1 at the best size: a gap may lie between two sizes
CLOSED = 1e-9  # excess of ρ_1 + ρ_2 over 1 that rounding may make; a gap of 1e-13 of the width
HALVINGS = 40  # of ln|g|: z is stationary at an end, or K hardly moves


def support(first: Law, second: Law) -> Array:
    """Intervals ``(m, 2)`` of the continuous part of the sum, ascending.

    Raises
    ------
    InputError
        If the laws have more than 10⁴ pairs of gaps.
    """
    for law, other in ((first, second), (second, first)):
        if law.width == 0:
            return other.support[np.ptp(other.support, axis=1) > 0] + law.mean
    count = len(first.gaps) * len(second.gaps)
    if count > MOST_PAIRS:
        raise InputError(
            f"first and second must have at most {MOST_PAIRS} pairs of gaps, got {count}: "
            "take a density for one, or ask for the ends alone"
        )
    i, j = (each.ravel() for each in np.indices((len(first.gaps), len(second.gaps))))
    free = _free(first, second, i, j)
    unit = first.width + second.width
    merged: list[list[float]] = []
    for low, high in free[np.argsort(free[:, 0])]:
        if merged and low <= merged[-1][1] + 1e-9 * unit:
            merged[-1][1] = max(merged[-1][1], high)
        else:
            merged.append([low, high])
    flat = np.array(merged).ravel()
    return flat[1:-1].reshape(-1, 2)


def ends(first: Law, second: Law) -> tuple[float, float]:
    """Lowest and highest point of the support, atoms included."""
    if first.width == 0 or second.width == 0:
        low, high = (first.support[k, k] + second.support[k, k] for k in (0, -1))
        return float(low), float(high)
    last = np.array([0, len(first.gaps) - 1]), np.array([0, len(second.gaps) - 1])
    free = _free(first, second, *last)
    return float(free[free[:, 0] == -np.inf, 1].max()), float(free[free[:, 1] == np.inf, 0].min())


def excess(first: Law, second: Law, g: Array, i: Indices, j: Indices) -> tuple[Array, Array]:
    """``z(g)`` and ``1 - ρ_1 - ρ_2`` for gaps i and j; 1 where a law does not reach g."""
    K1, fall1 = first.inverse(g, i)
    K2, fall2 = second.inverse(g, j)
    value = 1 - g**2 * (fall1 + fall2)
    with np.errstate(divide="ignore", invalid="ignore"):
        return K1 + (K2 - 1 / g), np.where(np.isnan(value), 1.0, value)


def _free(first: Law, second: Law, i: Indices, j: Indices) -> Array:
    """Intervals ``(k, 2)`` without mass, from the pairs of gaps i and j."""
    unit = first.width + second.width
    found = []
    for sign in (-1.0, 1.0):
        sizes = SIZES / unit
        s = 1 - _rho(first, sign * sizes, i) - _rho(second, sign * sizes, j)
        s[np.isnan(s)] = 1.0
        best = s.argmin(axis=1)
        possible = s.min(axis=1) < NARROW
        if not possible.any():
            continue
        log_g, a, b, s = np.log(sizes[best[possible]]), i[possible], j[possible], s[possible]
        value = s.min(axis=1)
        unsure = np.flatnonzero(value > -CLOSED)
        if unsure.size:
            step = np.log(SIZES[1] / SIZES[0])
            low, high = log_g[unsure] - step, log_g[unsure] + step
            log_g[unsure] = _lowest(first, second, sign, low, high, a[unsure], b[unsure])
            value[unsure] = excess(
                first, second, sign * np.exp(log_g[unsure]), a[unsure], b[unsure]
            )[1]
        kept = value < -CLOSED
        log_g, a, b, s = log_g[kept], a[kept], b[kept], s[kept]
        near = _crossing(first, second, sign, np.log(sizes[0]), log_g, a, b)
        far = _crossing(first, second, sign, np.log(sizes[-1]), log_g, a, b)
        near = np.where(s[:, 0] < 0, _at_zero(first, second, sign, a, b), near)
        far = np.where(s[:, -1] < -CLOSED, _at_pole(first, second, sign, a, b), far)
        found.append(np.sort(np.stack([near, far], axis=1), axis=1))
    return np.concatenate(found)


def _rho(law: Law, g: Array, gap: Indices) -> Array:
    """``ρ`` for each gap and g; a gap that comes up again is not worked out again."""
    gaps, back = np.unique(gap, return_inverse=True)
    fall = law.inverse(np.tile(g, gaps.size), np.repeat(gaps, g.size))[1]
    return (fall.reshape(gaps.size, g.size) * g**2)[back]


def _lowest(
    first: Law, second: Law, sign: float, low: Array, high: Array, i: Indices, j: Indices
) -> Array:
    """``ln|g|`` where ``ρ_1 + ρ_2`` is largest between low and high, by the golden section."""
    golden = (np.sqrt(5) - 1) / 2
    for _ in range(40):
        left, right = high - golden * (high - low), low + golden * (high - low)
        at_left, at_right = (
            excess(first, second, sign * np.exp(each), i, j)[1] for each in (left, right)
        )
        low = np.where(at_left < at_right, low, left)
        high = np.where(at_left < at_right, right, high)
    return (low + high) / 2


def _crossing(
    first: Law, second: Law, sign: float, outside: float, inside: Array, i: Indices, j: Indices
) -> Array:
    """Z at the end of the gap between ``ln|g|`` outside and inside of it."""
    out = np.full(inside.size, outside)
    for _ in range(HALVINGS):
        middle = (out + inside) / 2
        free = excess(first, second, sign * np.exp(middle), i, j)[1] < 0
        out, inside = np.where(free, out, middle), np.where(free, middle, inside)
    return excess(first, second, sign * np.exp(inside), i, j)[0]


def _at_zero(first: Law, second: Law, sign: float, i: Indices, j: Indices) -> Array:
    """Z where g passes through zero: at infinity, or within a gap where a law lies outermost."""
    out = np.full(i.size, sign * np.inf)
    for law, gap, other, beside in ((first, i, second, j), (second, j, first, i)):
        outermost = np.isinf(other.gaps[beside]).any(axis=1)
        inner = outermost & np.isfinite(law.gaps[gap]).all(axis=1)
        if inner.any():
            out[inner] = law.inverse(np.zeros(inner.sum()), gap[inner])[0] + other.mean
    return out


def _at_pole(first: Law, second: Law, sign: float, i: Indices, j: Indices) -> Array:
    """Z where g is infinite: an atom of the sum, at the sum of an atom of each law."""
    end = 0 if sign > 0 else 1
    return first.gaps[i, end] + second.gaps[j, end]
