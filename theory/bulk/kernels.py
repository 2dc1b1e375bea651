"""Sums over atoms behind the sample-covariance law; the mathematics is in docs/theory/bulk.md.

Axes: ``i`` runs over the distinct positive atoms ``t`` in ascending order, ``j`` over points.
``p_i = ratio w_i t_i`` (with its low part ``p_low``) and ``c_i = p_i t_i``; the law is
``x(u) = u (1 + Σ_i p_i/(u - t_i))`` at ``u = a + ib``.
"""

from __future__ import annotations

import math

from numba import njit

from theory.bulk.double_double import add, divide, multiply, two_sum

FAST = {"reassoc", "contract"}  # lets reductions vectorise; keeps nan, inf and signed zero
P0, P1, P2, P3, P4 = (
    -8.750608600031904122785e-1,
    -1.615753718733365076637e1,
    -7.500855792314704667340e1,
    -1.228866684490136173410e2,
    -6.485021904942025371773e1,
)
Q0, Q1, Q2, Q3, Q4 = (
    2.485846490142306297962e1,
    1.650270098316988542046e2,
    4.328810604912902668951e2,
    4.853903996359136964868e2,
    1.945506571482613964425e2,
)


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
def exact_sums(a, b, x, y, t, p, p_low):
    """``x(u) - (x + iy)`` and ``x'(u)`` at ``u = a + ib`` from double-double sums."""
    real, real_low = 1.0, 0.0
    q_sum, q_sum_low = 0.0, 0.0
    slope, slope_low = 1.0, 0.0
    slope_imag = 0.0
    bb, bb_low = multiply(b, 0.0, b, 0.0)
    for i in range(t.size):
        d, d_low = two_sum(a, -t[i])
        dd, dd_low = multiply(d, d_low, d, d_low)
        r, r_low = add(dd, dd_low, bb, bb_low)
        dd, dd_low = add(dd, dd_low, -bb, -bb_low)
        q, q_low = divide(p[i], p_low[i], r, r_low)
        q_sum, q_sum_low = add(q_sum, q_sum_low, q, q_low)
        r, r_low = divide(-t[i], 0.0, r, r_low)
        r, r_low = multiply(r, r_low, q, q_low)
        slope_imag -= r * d
        r, r_low = multiply(r, r_low, dd, dd_low)
        slope, slope_low = add(slope, slope_low, r, r_low)
        q, q_low = multiply(q, q_low, d, d_low)
        real, real_low = add(real, real_low, q, q_low)
    u, u_low = multiply(real, real_low, a, 0.0)
    v, v_low = multiply(q_sum, q_sum_low, bb, bb_low)
    u, u_low = add(u, u_low, v, v_low)
    u, u_low = add(u, u_low, -x, 0.0)
    v, v_low = multiply(q_sum, q_sum_low, -a, 0.0)
    v, v_low = add(v, v_low, real, real_low)
    return u, v * b - y, slope, 2.0 * b * slope_imag


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


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def angle(b, d):
    """``atan2(b, d)`` for ``b > 0`` without branches; rational approximation of Cephes' atan."""
    m = abs(d)
    large = max(m, b)
    small = min(m, b)
    near_one = small > 0.66 * large
    r = (small - large if near_one else small) / (small + large if near_one else large)
    z = r * r
    upper = (((P0 * z + P1) * z + P2) * z + P3) * z + P4
    lower = ((((z + Q0) * z + Q1) * z + Q2) * z + Q3) * z + Q4
    out = r + r * z * (upper / lower) + (0.25 * math.pi if near_one else 0.0)
    out = 0.5 * math.pi - out if b > m else out
    return math.pi - out if d < 0.0 else out


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def mass_above(a, b, t, p):
    """``1 - F`` of the companion, ``0 <= F <= 1``, at a point of the curve with ``b > 0``."""
    turned = 0.0
    weight = 0.0
    for i in range(t.size):
        d = a - t[i]
        w = p[i] / t[i]
        weight += w
        turned += w * angle(b, d) - p[i] * b / (d * d + b * b)
    return ((1.0 - weight) * angle(b, a) + turned) / math.pi


@njit(cache=True, nogil=True, error_model="numpy")
def masses_above(a, b, t, p, out):
    """Fill ``mass_above (j)`` where ``b > 0``."""
    for j in range(a.size):
        if b[j] > 0.0:
            out[j] = mass_above(a[j], b[j], t, p)


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def weighted_resolvent(a, b, t, p, out):
    """Fill ``Σ_i (p_i/t_i)/(u - t_i) (j)`` as real and imaginary part ``(j, 2)``."""
    for j in range(a.size):
        real = 0.0
        imag = 0.0
        for i in range(t.size):
            d = a[j] - t[i]
            q = p[i] / (t[i] * (d * d + b[j] * b[j]))
            real += q * d
            imag -= q * b[j]
        out[j, 0] = real
        out[j, 1] = imag
