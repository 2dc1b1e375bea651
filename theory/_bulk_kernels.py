"""Loops of the sample-covariance law; the mathematics is in docs/theory/bulk.md.

Axes: ``i`` runs over the distinct positive atoms ``t`` in ascending order, ``k`` over support
intervals, ``j`` over points. ``p_i = ratio w_i t_i`` (with its low part ``p_low``) and
``c_i = p_i t_i``; the law is ``x(u) = u (1 + Σ_i p_i/(u - t_i))`` at ``u = a + ib``.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from theory._double_double import add, divide, multiply, two_sum

EPS = 2.0**-52
TOLERANCE = 1e-11  # of u, relative to |u| and to the width of its interval
FAST = {"reassoc", "contract"}
WINDOW = 16  # neighbours on each side in the cheap test of a gap


@njit(cache=True, nogil=True, error_model="numpy")
def merge(t, weight, ratio, total, total_low, t_out, p, p_low):
    """Merge equal atoms of ascending ``t (i)``; returns their number."""
    n = -1
    for i in range(t.size):
        w, w_low = divide(weight[i], 0.0, total, total_low)
        w, w_low = multiply(w, w_low, ratio, 0.0)
        w, w_low = multiply(w, w_low, t[i], 0.0)
        if n >= 0 and t_out[n] == t[i]:
            p[n], p_low[n] = add(p[n], p_low[n], w, w_low)
        else:
            n += 1
            t_out[n], p[n], p_low[n] = t[i], w, w_low
    return n + 1


# Sums over atoms


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def real_sums(a, t, c, first, last):
    """``Σ c/(a-t)²`` and ``Σ c/(a-t)³`` over atoms ``first … last-1``."""
    phi = 0.0
    cubic = 0.0
    for i in range(first, last):
        r = 1.0 / (a - t[i])
        g = c[i] * r * r
        phi += g
        cubic += g * r
    return phi, cubic


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def edge_series(a, t, c):
    """``x''/2 = Σ c/(a-t)³`` and ``-x'''/6 = Σ c/(a-t)⁴`` at real ``a``."""
    second = 0.0
    fourth = 0.0
    for i in range(t.size):
        r = 1.0 / (a - t[i])
        g = c[i] * r * r * r
        second += g
        fourth += g * r
    return second, fourth


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def height_sums(a, s, t, c):
    """``g = Σ c/((a-t)²+s)`` and ``-dg/ds``."""
    g = 0.0
    slope = 0.0
    for i in range(t.size):
        d = a - t[i]
        r = 1.0 / (d * d + s)
        q = c[i] * r
        g += q
        slope += q * r
    return g, slope


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def complex_sums(a, b, t, p, c):
    """``x(u)`` and ``x'(u)`` at ``u = a + ib``, as four floats."""
    real = 0.0
    q_sum = 0.0
    square_real = 0.0
    square_imag = 0.0
    bb = b * b
    for i in range(t.size):
        d = a - t[i]
        dd = d * d
        r = 1.0 / (dd + bb)
        q = p[i] * r
        g = c[i] * r * r
        real += q * d
        q_sum += q
        square_real += g * (dd - bb)
        square_imag += g * d
    return (
        a * (1.0 + real) + bb * q_sum,
        b * (1.0 + real - a * q_sum),
        1.0 - square_real,
        2.0 * b * square_imag,
    )


@njit(cache=True, nogil=True, error_model="numpy")
def residual(a, b, x, y, t, p, p_low):
    """``x(u) - (x + iy)`` at ``u = a + ib`` from double-double sums."""
    real, real_low = 1.0, 0.0
    q_sum, q_sum_low = 0.0, 0.0
    bb, bb_low = multiply(b, 0.0, b, 0.0)
    for i in range(t.size):
        d, d_low = two_sum(a, -t[i])
        r, r_low = multiply(d, d_low, d, d_low)
        r, r_low = add(r, r_low, bb, bb_low)
        q, q_low = divide(p[i], p_low[i], r, r_low)
        q_sum, q_sum_low = add(q_sum, q_sum_low, q, q_low)
        q, q_low = multiply(q, q_low, d, d_low)
        real, real_low = add(real, real_low, q, q_low)
    u, u_low = multiply(real, real_low, a, 0.0)
    v, v_low = multiply(q_sum, q_sum_low, bb, bb_low)
    u, u_low = add(u, u_low, v, v_low)
    u, u_low = add(u, u_low, -x, 0.0)
    v, v_low = multiply(q_sum, q_sum_low, -a, 0.0)
    v, v_low = add(v, v_low, real, real_low)
    return u, v * b - y


@njit(cache=True, nogil=True, error_model="numpy")
def edge_sums(a, t, p, p_low):
    """``x(a)`` with its low part, ``x'(a)`` and ``x''(a)/2`` at real ``a``."""
    s, s_low = 1.0, 0.0
    slope, slope_low = 1.0, 0.0
    cubic = 0.0
    for i in range(t.size):
        d, d_low = two_sum(a, -t[i])
        q, q_low = divide(p[i], p_low[i], d, d_low)
        s, s_low = add(s, s_low, q, q_low)
        r, r_low = divide(-t[i], 0.0, d, d_low)
        q, q_low = multiply(q, q_low, r, r_low)
        slope, slope_low = add(slope, slope_low, q, q_low)
        cubic -= q / d
    x, x_low = multiply(s, s_low, a, 0.0)
    return x, x_low, slope + slope_low, cubic


# Edges


@njit(cache=True, nogil=True, error_model="numpy")
def newton_gap(left, right, tolerance, t, c, first, last):
    """Edges inside ``(left, right)``, where ``φ >= 1`` at both ends; ``left > right`` if none.

    Newton on the concave ``φ^{-1/2} - 1`` from both ends; the tangents' zeros bound the gap.
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
        settled = step <= tolerance * width or phi <= 1.0 + 8 * EPS
        settled_r = -step_r <= tolerance * width or phi_r <= 1.0 + 8 * EPS
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
def sharpen(a, width, t, p, p_low):
    """The edge near ``a`` and its ``x`` as high and low part; nan if Newton does not settle."""
    for _ in range(12):
        x, x_low, slope, curvature = edge_sums(a, t, p, p_low)
        step = -slope / (2.0 * curvature)
        if not abs(step) < width:
            break
        a += step
        if abs(step) <= 1e-7 * width:
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
    edge[0, 0], value[0, 0], value_low[0, 0] = sharpen(a, t[0] - a, t, p, p_low)
    k = 0
    left = -np.inf
    for i in range(n - 1):
        left = max(left, t[i] + math.sqrt(c[i]))
        if left >= ceiling[i + 1]:
            continue
        first, last = max(0, i + 1 - WINDOW), min(n, i + 1 + WINDOW)
        a, b = newton_gap(left, ceiling[i + 1], 0.1, t, c, first, last)
        if a < b:
            a, b = newton_gap(a, b, 1e-6, t, c, 0, n)
        if not a < b:
            continue
        width = b - a
        a, x, x_low = sharpen(a, width, t, p, p_low)
        b, y, y_low = sharpen(b, width, t, p, p_low)
        if a < b and (y - x) + (y_low - x_low) > 0.0:
            edge[k, 1], value[k, 1], value_low[k, 1] = a, x, x_low
            k += 1
            edge[k, 0], value[k, 0], value_low[k, 0] = b, y, y_low
    left = max(left, t[n - 1] + math.sqrt(c[n - 1]))
    a = newton_outer(left, t, c)
    edge[k, 1], value[k, 1], value_low[k, 1] = sharpen(a, a - t[n - 1], t, p, p_low)
    return k + 1


# Points of the curve


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
        square = slope * slope + slope_imag * slope_imag
        modulus = math.sqrt(square)
        size = math.hypot(a, b)
        tolerance = TOLERANCE * min(size, width)
        floor = 2 * EPS * spread * size / modulus
        if floor > tolerance:
            real, imag = residual(a, b, x, y, t, p, p_low)
            floor = 2 * EPS * size
        else:
            real -= x
            imag -= y
        inverse, inverse_imag = slope / square, -slope_imag / square
        step = real * inverse - imag * inverse_imag
        step_imag = real * inverse_imag + imag * inverse
        move = math.hypot(step, step_imag)
        if not (move < last and step_imag < b):
            return a, b, inverse, inverse_imag, False
        a -= step
        b -= step_imag
        if move * move <= tolerance * b * modulus or move <= floor:
            return a, b, inverse, inverse_imag, True
        last = move
    return a, b, 0.0, 0.0, False


@njit(cache=True, nogil=True, error_model="numpy")
def height(a, s, t, c):
    """``s = b²`` on the curve above real ``a``, by Newton on the concave ``1/g``, from ``s > 0``."""
    for k in range(100):
        g, slope = height_sums(a, s, t, c)
        move = g * (g - 1.0) / slope
        s_new = max(s + move, 0.01 * s)
        if abs(s_new - s) <= 4 * EPS * s or (k > 1 and s_new <= s and move > -1e-12 * s):
            return s_new
        s = s_new
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
        if a_new == low or a_new == high:
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
                if s0 > 0.0:
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
