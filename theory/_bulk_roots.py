"""Roots of ``x(u) = z`` of the sample-covariance law, on and off the support.

Axes as in ``_bulk_kernels``; ``k`` runs over support intervals, ``j`` over points.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from theory._bulk_kernels import complex_sums, edge_series, exact_sums, height_sums, mass_above

EPS = 2.0**-52
DRAWN = 1.0 - 1e-6  # a step that takes more of b heads for a real root
SERIES = 1e-14  # |u| at a hard edge, relative to the atoms, below which its series is exact
TOLERANCE = 1e-11  # of u, relative to |u| and to the half-width of its interval


@njit(cache=True, nogil=True, error_model="numpy")
def polish(a, b, x, y, width, t, p, p_low, c, spread):
    """Complex Newton for ``x(u) = x + iy`` from ``a + ib``; the last flag says whether it settled.

    Returns ``a, b, Re 1/x', Im 1/x'``. Where rounding of the sums would cost more than TOLERANCE
    the residual is taken in double-double. A root with ``b > 0`` is the only one, so a settled
    answer is right.
    """
    last = np.inf
    for _ in range(60):
        real, imag, slope, slope_imag = complex_sums(a, b, t, p, c)
        size = math.hypot(a, b)
        tolerance = TOLERANCE * min(size, width)
        modulus = math.hypot(slope, slope_imag)
        floor = 2 * EPS * spread * size
        share = 1e-3
        if floor > tolerance * modulus:
            real, imag, slope, slope_imag = exact_sums(a, b, x, y, t, p, p_low)
            modulus = math.hypot(slope, slope_imag)
            floor *= EPS
            share = 1e-6
        else:
            real -= x
            imag -= y
        floor = max(floor / modulus, 2 * EPS * size)
        square = modulus * modulus
        inverse, inverse_imag = slope / square, -slope_imag / square
        step = real * inverse - imag * inverse_imag
        step_imag = real * inverse_imag + imag * inverse
        move = math.hypot(step, step_imag)
        if not (move < last and (step_imag < DRAWN * b or b == 0.0)):
            return a, b, inverse, inverse_imag, False
        steady = abs(step_imag) <= share * b
        a -= step
        b -= step_imag
        if steady and (move * move <= 0.01 * tolerance * b * modulus or move <= floor):
            return a, b, inverse, inverse_imag, True
        last = move
    return a, b, 0.0, 0.0, False


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
def curve(x, edge, value, value_low, t, p, p_low, c, spread, a_out, b_out):
    """Fill ``u = a + ib (j)`` for ascending ``x (j)``, ``b = 0`` off the support.

    Each interval is solved from the middle point outwards: the points solved on either side of
    one give its first guess (Hermite cubics of ``a`` and ``b²``, smooth through the edges) and
    its bracket. Returns the number of points that did not settle.
    """
    failures = 0
    a = np.empty(x.size + 2)
    s = np.empty(x.size + 2)
    a_slope = np.empty(x.size + 2)
    s_slope = np.empty(x.size + 2)
    stack = np.empty((128, 2), dtype=np.int64)
    for k in range(edge.shape[0]):
        start = np.searchsorted(x, value[k, 0])
        while start < x.size and (x[start] - value[k, 0]) - value_low[k, 0] <= 0.0:
            start += 1
        stop = np.searchsorted(x, value[k, 1])
        while stop < x.size and (x[stop] - value[k, 1]) - value_low[k, 1] < 0.0:
            stop += 1
        if stop <= start:
            continue
        m = stop - start
        width = 0.5 * (edge[k, 1] - edge[k, 0])
        for side in range(2):
            node = side * (m + 1)
            second, fourth = edge_series(edge[k, side], t, c)
            a[node], s[node] = edge[k, side], 0.0
            a_slope[node], s_slope[node] = 0.5 * fourth / second**2, -1.0 / second
        stack[0] = 0, m + 1
        depth = 1
        while depth > 0:
            depth -= 1
            left, right = stack[depth]
            node = (left + right) // 2
            target = x[start + node - 1]
            if left == 0:
                before = (target - value[k, 0]) - value_low[k, 0]
            else:
                before = target - x[start + left - 1]
            if right == m + 1:
                after = (value[k, 1] - target) + value_low[k, 1]
            else:
                after = x[start + right - 1] - target
            if before <= 0.0 or after <= 0.0:
                other = left if before <= 0.0 else right
                a[node], s[node] = a[other], s[other]
                a_slope[node], s_slope[node] = a_slope[other], s_slope[other]
            else:
                h = before + after
                v = before / h
                w = after / h
                l0, l1 = w * w * (1.0 + 2.0 * v), v * w * w * h
                r0, r1 = v * v * (1.0 + 2.0 * w), -v * v * w * h
                a0 = a[left] * l0 + a_slope[left] * l1 + a[right] * r0 + a_slope[right] * r1
                s0 = s[left] * l0 + s_slope[left] * l1 + s[right] * r0 + s_slope[right] * r1
                b0, inverse, inverse_imag, settled = 0.0, 0.0, 0.0, False
                if edge[k, 0] == 0.0 and s_slope[0] * target < (SERIES * t[0]) ** 2:
                    a0, b0, settled = a_slope[0] * target, math.sqrt(s_slope[0] * target), True
                    inverse, inverse_imag = a_slope[0], 0.5 * s_slope[0] / b0
                elif s0 > 0.0:
                    a0, b0, inverse, inverse_imag, settled = polish(
                        a0, math.sqrt(s0), target, 0.0, width, t, p, p_low, c, spread
                    )
                if not settled:
                    a0, b0, inverse, inverse_imag, settled = trace(
                        a[left], a[right], target, width, t, p, p_low, c, spread
                    )
                if not settled:
                    failures += 1
                a[node], s[node] = a0, b0 * b0
                a_slope[node], s_slope[node] = inverse, 2.0 * b0 * inverse_imag
            a_out[start + node - 1], b_out[start + node - 1] = a[node], math.sqrt(s[node])
            if node - left > 1:
                stack[depth] = left, node
                depth += 1
            if right - node > 1:
                stack[depth] = node, right
                depth += 1
    return failures


@njit(cache=True, nogil=True, error_model="numpy")
def place(mass, low, high, t, p, c):
    """The ``x`` between edges ``low, high`` of u with companion mass ``mass`` above it."""
    a = 0.5 * (low + high)
    s = 0.25 * (high - low) ** 2
    x = 0.0
    for k in range(200):
        s = height(a, s, t, c)
        b = math.sqrt(s)
        x, _, slope, slope_imag = complex_sums(a, b, t, p, c)
        excess = mass_above(a, b, t, p) - mass
        square = slope * slope + slope_imag * slope_imag
        step = excess * math.pi * (a * a + s) / b * slope / square
        if excess > 0.0:
            low = a
        else:
            high = a
        a_new = a + step
        if abs(step) <= 1e-9 * min(abs(a), b):
            return x + step * square / slope
        if k % 4 == 3 or not low < a_new < high:
            a_new = 0.5 * (low + high)
        if a_new in (low, high):
            break
        a = a_new
    return x


@njit(cache=True, nogil=True, error_model="numpy")
def places(mass, interval, edge, value, t, p, c, out):
    """Fill ``x (j)`` from the companion mass above each and its interval."""
    for j in range(mass.size):
        k = interval[j]
        x = place(mass[j], edge[k, 0], edge[k, 1], t, p, c)
        out[j] = min(max(x, value[k, 0]), value[k, 1])


@njit(cache=True, nogil=True, error_model="numpy")
def upper_plane(x, y, t, p, p_low, c, spread, a_out, b_out):
    """Fill ``u (j)`` with ``x(u) = x + iy``, ``y > 0``; returns the number not settled.

    Newton from the point before; if that fails, from far above down to y in steps that halve
    (in ln y) until Newton settles.
    """
    failures = 0
    far = 4.0 * math.sqrt(c.sum())
    width = math.sqrt(c.min())
    a, b, settled = 0.0, 0.0, False
    for j in range(x.size):
        if settled:
            a, b, inverse, inverse_imag, settled = polish(
                a, b, x[j], y[j], width, t, p, p_low, c, spread
            )
        if not settled:
            here = max(y[j], far)
            a, b, inverse, inverse_imag, settled = polish(
                x[j], here, x[j], here, width, t, p, p_low, c, spread
            )
            goal = y[j]
            while settled and here > y[j] and goal < here:
                a1 = a - (goal - here) * inverse_imag
                b1 = b + (goal - here) * inverse
                if b1 <= 0.0:
                    a1, b1 = a, b
                a1, b1, inverse1, inverse1_imag, done = polish(
                    a1, b1, x[j], goal, width, t, p, p_low, c, spread
                )
                if done:
                    a, b, inverse, inverse_imag = a1, b1, inverse1, inverse1_imag
                    here, goal = goal, y[j]
                else:
                    goal = math.sqrt(here * goal)
            settled = settled and here == y[j]
        if not settled:
            failures += 1
        a_out[j], b_out[j] = a, b
    return failures


@njit(cache=True, nogil=True, error_model="numpy")
def real_line(x, low, high, t, p, p_low, c, spread, out):
    """Fill real ``u (j)`` in ``(low, high) (j)``, where ``x(u)`` increases through ``x``."""
    failures = 0
    for j in range(x.size):
        a, left, right = 0.5 * (low[j] + high[j]), low[j], high[j]
        settled = False
        for k in range(400):
            real, _, slope, _ = complex_sums(a, 0.0, t, p, c)
            if real < x[j]:
                left = a
            else:
                right = a
            a_new = a - (real - x[j]) / slope
            if k % 3 == 2 or not left < a_new < right:
                a_new = 0.5 * (left + right)
            small = abs(a_new - a) <= 1e-6 * min(a - low[j], high[j] - a)
            a = a_new
            if small or a in (left, right):
                b, _, _, _, settled = polish(a, 0.0, x[j], 0.0, np.inf, t, p, p_low, c, spread)
                if settled and low[j] <= b <= high[j]:
                    a = b
                    break
                if a in (left, right):
                    break
        if not settled:
            failures += 1
        out[j] = a
    return failures
