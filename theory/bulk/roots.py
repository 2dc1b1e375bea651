"""Roots of ``x(u) = z`` of the sample-covariance law: Newton, and its starts off the support.

Axes as in ``_bulk_kernels``; ``j`` runs over points.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from theory.bulk.kernels import complex_sums, exact_sums

EPS = 2.0**-52
TOLERANCE = 1e-11  # of u, relative to |u| and to the half-width of its interval
DRAWN = 1.0 - 1e-6  # a step that takes more of b heads for a real root


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
        floor /= modulus
        square = modulus * modulus
        inverse, inverse_imag = slope / square, -slope_imag / square
        step = real * inverse - imag * inverse_imag
        step_imag = real * inverse_imag + imag * inverse
        move = math.hypot(step, step_imag)
        if not (move < last and (step_imag < DRAWN * b or b == 0.0)):
            return a, b, inverse, inverse_imag, False
        steady = abs(step_imag) <= max(share * b, floor)
        a -= step
        b -= step_imag
        if steady and (
            move * move <= 0.01 * tolerance * b * modulus or move <= max(floor, 2 * EPS * size)
        ):
            return a, b, inverse, inverse_imag, True
        last = move
    return a, b, 0.0, 0.0, False


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
