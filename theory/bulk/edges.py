"""Edges of the sample-covariance law: the real ``u`` with ``φ(u) = Σ c/(u-t)² = 1``, gap by gap.

Axes as in ``_bulk_kernels``; ``k`` runs over support intervals.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from theory.bulk.double_double import add
from theory.bulk.kernels import edge_sums, real_sums

EPS = 2.0**-52
WINDOW = 16  # neighbours on each side in the cheap test of a gap


@njit(cache=True, nogil=True, error_model="numpy")
def newton_gap(left, right, i, tolerance, t, c, first, last):
    """Edges between atoms i and i+1, in ``(left, right)`` with ``φ >= 1`` at both ends.

    Newton on the concave ``φ^{-1/2} - 1`` from both ends; the zeros of the tangents bound the
    gap, and ``left > right`` is returned if they cross.
    """
    for _ in range(200):
        phi, cubic = real_sums(left, t, c, first, last)
        phi_r, cubic_r = real_sums(right, t, c, first, last)
        step = 0.0
        step_r = 0.0
        if phi > 1.0:
            if cubic <= 0.0:
                return 1.0, 0.0
            step = phi * (phi - 1.0) / ((math.sqrt(phi) + 1.0) * cubic)
        if phi_r > 1.0:
            if cubic_r >= 0.0:
                return 1.0, 0.0
            step_r = phi_r * (phi_r - 1.0) / ((math.sqrt(phi_r) + 1.0) * cubic_r)
        left += step
        right += step_r
        width = right - left
        if width <= 0.0:
            return 1.0, 0.0
        settled = step <= tolerance * min(width, left - t[i]) or phi <= 1.0 + 8 * EPS
        settled_r = -step_r <= tolerance * min(width, t[i + 1] - right) or phi_r <= 1.0 + 8 * EPS
        if settled and settled_r:
            break
    return left, right


@njit(cache=True, nogil=True, error_model="numpy")
def newton_outer(a, t, c):
    """The edge beyond all atoms, from a point where ``φ >= 1`` on that side."""
    for _ in range(200):
        phi, cubic = real_sums(a, t, c, 0, t.size)
        if phi <= 1.0 + 8 * EPS:
            break
        step = phi * (phi - 1.0) / ((math.sqrt(phi) + 1.0) * cubic)
        a += step
        if abs(step) <= 1e-9 * abs(a - (t[0] if step < 0 else t[-1])):
            break
    return a


@njit(cache=True, nogil=True, error_model="numpy")
def sharpen(a, low, high, t, p, p_low):
    """The edge near ``a`` in ``(low, high)`` and its ``x`` as high and low part, by Newton.

    nan if it does not settle. Outer edges may be far, where rounding left φ at 1 to 16 digits.
    """
    for _ in range(200):
        width = min(a - low, high - a)
        x, x_low, slope, curvature = edge_sums(a, t, p, p_low)
        step = -slope / (2.0 * curvature)
        if not abs(step) < width:
            break
        a += step
        if abs(step) <= 1e-7 * min(width, abs(a)):
            x, x_low = add(x, x_low, 0.5 * slope * step, 0.0)
            return a, x, x_low
    return np.nan, np.nan, np.nan


@njit(cache=True, nogil=True, error_model="numpy")
def support(t, p, p_low, c, edge, value, value_low):
    """Fill edges in ``u`` and ``x (k, 2)``; returns the number of intervals."""
    n = t.size
    ceiling = np.empty(n)
    low = np.inf
    for i in range(n - 1, -1, -1):
        low = min(low, t[i] - math.sqrt(c[i]))
        ceiling[i] = low
    a = newton_outer(low, t, c)
    edge[0, 0], value[0, 0], value_low[0, 0] = sharpen(a, -np.inf, t[0], t, p, p_low)
    k = 0
    left = -np.inf
    for i in range(n - 1):
        left = max(left, t[i] + math.sqrt(c[i]))
        if left >= ceiling[i + 1]:
            continue
        first, last = max(0, i + 1 - WINDOW), min(n, i + 1 + WINDOW)
        a, b = newton_gap(left, ceiling[i + 1], i, 0.1, t, c, first, last)
        if a < b:
            a, b = newton_gap(a, b, i, 1e-6, t, c, 0, n)
        if not a < b:
            continue
        left_end, right_end = a, b
        a, x, x_low = sharpen(left_end, t[i], right_end, t, p, p_low)
        b, y, y_low = sharpen(right_end, left_end, t[i + 1], t, p, p_low)
        if a < b and (y - x) + (y_low - x_low) > 0.0:
            edge[k, 1], value[k, 1], value_low[k, 1] = a, x, x_low
            k += 1
            edge[k, 0], value[k, 0], value_low[k, 0] = b, y, y_low
    left = max(left, t[n - 1] + math.sqrt(c[n - 1]))
    a = newton_outer(left, t, c)
    edge[k, 1], value[k, 1], value_low[k, 1] = sharpen(a, t[n - 1], np.inf, t, p, p_low)
    return k + 1
