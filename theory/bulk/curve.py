"""The curve ``u(x)`` over the support of the sample-covariance law.

Axes as in ``_bulk_kernels``; ``k`` runs over support intervals, ``j`` over points.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from theory.bulk.kernels import complex_sums, edge_series, height_sums, mass_above
from theory.bulk.roots import EPS, polish

SERIES = 1e-14  # |u| at a hard edge, relative to the atoms, below which its series is exact


@njit(cache=True, nogil=True, error_model="numpy")
def height(a, s, t, c):
    """``s = b²`` of the curve over real ``a``: Newton on the concave ``1/g`` from ``s > 0``."""
    below = False  # a Newton step never passes the root
    for _ in range(100):
        g, slope = height_sums(a, s, t, c)
        move = g * (g - 1.0) / slope
        if below and move <= 4 * EPS * s:
            break
        below = move > -0.99 * s
        s = s + move if below else 0.01 * s
    return s


@njit(cache=True, nogil=True, error_model="numpy")
def trace(low, high, x, width, t, p, p_low, c, spread):
    """The point of the curve over ``x`` from a bracket in ``a``: Newton along it, bisected."""
    a = 0.5 * (low + high)
    s = 0.25 * (high - low) ** 2
    for k in range(200):
        s = height(a, s, t, c)
        b = math.sqrt(s)
        real, _, slope, slope_imag = complex_sums(a, b, t, p, c)
        square = slope * slope + slope_imag * slope_imag
        step = (x - real) * slope / square
        step_imag = -(x - real) * slope_imag / square
        if abs(step) < 0.3 * b and abs(step_imag) < 0.9 * b:
            a_new, b_new, inverse, inverse_imag, settled = polish(
                a + step, b + step_imag, x, 0.0, width, t, p, p_low, c, spread
            )
            if settled:
                return a_new, b_new, inverse, inverse_imag, True
        if real < x:
            low = a
        else:
            high = a
        a_new = a + step
        if k % 3 == 2 or not low < a_new < high:
            a_new = 0.5 * (low + high)
        if a_new in (low, high):
            break
        a = a_new
    return a, math.sqrt(s), 0.0, 0.0, False


@njit(cache=True, nogil=True, error_model="numpy")
def between(before, after, left, right):
    """Cubic Hermite value from two ends ``(value, slope)``, exact relative to a zero at an end."""
    h = before + after
    v = before / h
    w = after / h
    near = left[0] * (1.0 + 2.0 * v) + left[1] * before
    far = right[0] * (1.0 + 2.0 * w) - right[1] * after
    return w * w * near + v * v * far


@njit(cache=True, nogil=True, error_model="numpy")
def interval(x, ends, ends_low, edge, t, p, p_low, c, spread, a, s, a_slope, s_slope):
    """Fill ``u = a + i√s`` and slopes against x at nodes ``0 … m+1``: edge, ``x (m)``, edge.

    Solved from the middle point outwards: the nodes solved on either side of a point give its
    first guess (a and s are smooth in x through the edges) and its bracket. Returns the number
    of points that did not settle.
    """
    failures = 0
    m = x.size
    width = 0.5 * (edge[1] - edge[0])
    for side in range(2):
        node = side * (m + 1)
        second, fourth = edge_series(edge[side], t, c)
        a[node], s[node] = edge[side], 0.0
        a_slope[node], s_slope[node] = 0.5 * fourth / second**2, -1.0 / second
    hard = (SERIES * t[0]) ** 2 / s_slope[0] if edge[0] == 0.0 else 0.0
    stack = np.empty((128, 2), dtype=np.int64)
    stack[0, 0], stack[0, 1] = 0, m + 1
    depth = 1
    while depth > 0:
        depth -= 1
        left, right = stack[depth]
        node = (left + right) // 2
        target = x[node - 1]
        if node - left > 1:
            stack[depth, 0], stack[depth, 1] = left, node
            depth += 1
        if right - node > 1:
            stack[depth, 0], stack[depth, 1] = node, right
            depth += 1
        before = (target - ends[0]) - ends_low[0] if left == 0 else target - x[left - 1]
        after = (ends[1] - target) + ends_low[1] if right > m else x[right - 1] - target
        if before <= 0.0 or after <= 0.0:
            same = left if before <= 0.0 else right
            a[node], s[node] = a[same], s[same]
            a_slope[node], s_slope[node] = a_slope[same], s_slope[same]
            continue
        if target < hard:
            a[node], s[node] = a_slope[0] * target, s_slope[0] * target
            a_slope[node], s_slope[node] = a_slope[0], s_slope[0]
            continue
        a0 = between(before, after, (a[left], a_slope[left]), (a[right], a_slope[right]))
        s0 = between(before, after, (s[left], s_slope[left]), (s[right], s_slope[right]))
        b0, inverse, inverse_imag, settled = 0.0, 0.0, 0.0, False
        if s0 > 0.0:
            a0, b0, inverse, inverse_imag, settled = polish(
                a0, math.sqrt(s0), target, 0.0, width, t, p, p_low, c, spread
            )
        if not settled:
            a0, b0, inverse, inverse_imag, settled = trace(
                a[left], a[right], target, width, t, p, p_low, c, spread
            )
        failures += not settled
        a[node], s[node] = a0, b0 * b0
        a_slope[node], s_slope[node] = inverse, 2.0 * b0 * inverse_imag
    return failures


@njit(cache=True, nogil=True, error_model="numpy")
def curve(x, edge, value, value_low, t, p, p_low, c, spread, a_out, b_out):
    """Fill ``u = a + ib (j)`` for ascending ``x (j)``, ``b = 0`` off the support.

    Returns the number of points that did not settle.
    """
    failures = 0
    nodes = np.empty((4, x.size + 2))
    for k in range(edge.shape[0]):
        start = np.searchsorted(x, value[k, 0])
        rounding = 1e-30 * spread * abs(edge[k, 0])
        while start < x.size and (x[start] - value[k, 0]) - value_low[k, 0] <= rounding:
            start += 1
        stop = np.searchsorted(x, value[k, 1])
        rounding = 1e-30 * spread * abs(edge[k, 1])
        while stop < x.size and (x[stop] - value[k, 1]) - value_low[k, 1] < -rounding:
            stop += 1
        if stop <= start:
            continue
        failures += interval(
            x[start:stop], value[k], value_low[k], edge[k], t, p, p_low, c, spread,
            nodes[0], nodes[1], nodes[2], nodes[3],
        )  # fmt: skip
        for j in range(start, stop):
            a_out[j] = nodes[0, j - start + 1]
            b_out[j] = math.sqrt(nodes[1, j - start + 1])
    return failures


@njit(cache=True, nogil=True, error_model="numpy")
def place(mass, low, high, t, p, c):
    """The ``x`` between edges ``low, high`` of u with companion mass ``mass`` above it.

    The flag says whether it settled, to its tolerance or until the bracket is empty.
    """
    a = 0.5 * (low + high)
    s = 0.25 * (high - low) ** 2
    x = 0.0
    for k in range(200):
        s = height(a, s, t, c)
        b = math.sqrt(s)
        x, _, slope, slope_imag = complex_sums(a, b, t, p, c)
        excess = mass_above(a, b, t, p) - mass
        shift = excess * math.pi * (a * a + s) / b
        step = shift * slope / (slope * slope + slope_imag * slope_imag)
        if excess > 0.0:
            low = a
        else:
            high = a
        a_new = a + step
        if abs(step) <= 1e-9 * min(abs(a), b):
            return x + shift, True
        if k % 4 == 3 or not low < a_new < high:
            a_new = 0.5 * (low + high)
        if a_new in (low, high):
            return x, True
        a = a_new
    return x, False


@njit(cache=True, nogil=True, error_model="numpy")
def places(mass, interval, edge, value, t, p, c, out):
    """Fill ``x (j)`` from the companion mass above each and its interval.

    Returns the number of points that did not settle.
    """
    failures = 0
    for j in range(mass.size):
        k = interval[j]
        x, settled = place(mass[j], edge[k, 0], edge[k, 1], t, p, c)
        failures += not settled
        out[j] = min(max(x, value[k, 0]), value[k, 1])
    return failures
