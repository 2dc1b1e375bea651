"""A symmetric band reduced to a tridiagonal matrix by chasing bulges off its end."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

FAST = {"reassoc", "contract", "nsz"}  # sums may be reordered


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def tridiagonalise(band, width, along):
    """Turn band (n, 2 width) into a tridiagonal matrix, columns 0 and 1.

    The vector along (n,), float64, becomes its components in the new basis.

    Entry (i, j), i ≥ j, stands at [j, i - j], as in ``band.to_band``. A reflection of ``width``
    rows clears a column below its subdiagonal and fills a block under the band; the first column
    of that block is cleared by the next reflection, ``width`` rows further down, and so on to the
    end, while the block's other columns wait for their own turn (Murata and Horikoshi 1975).
    """
    n = band.shape[0]
    zero = band.dtype.type(0)
    v = np.zeros(width, band.dtype)
    following = np.zeros(width, band.dtype)
    w = np.zeros(width, band.dtype)
    for column in range(n - 2):
        first, last = column + 1, min(column + 1 + width, n)
        tau = reflection(band[column, 1 : last - column], v)
        while True:
            m = last - first
            inner = 0.0
            for i in range(m):
                inner += v[i] * along[first + i]
            inner *= tau
            for i in range(m):
                along[first + i] -= inner * v[i]

            # The diagonal block S becomes S - v wᵀ - w vᵀ, w = τ S v - v (τ² vᵀ S v / 2).
            w[:m] = 0
            for j in range(m):
                s, vs, ws = band[first + j, : m - j], v[j:m], w[j:m]
                v_j, dot = v[j], zero
                for i in range(m - j):
                    dot += s[i] * vs[i]
                    ws[i] += s[i] * v_j
                ws[0] += dot - s[0] * v_j
            dot = zero
            for i in range(m):
                w[i] *= tau
                dot += w[i] * v[i]
            dot *= tau / 2
            for i in range(m):
                w[i] -= dot * v[i]
            for j in range(m):
                s, vs, ws = band[first + j, : m - j], v[j:m], w[j:m]
                v_j, w_j = v[j], w[j]
                for i in range(m - j):
                    s[i] -= vs[i] * w_j + ws[i] * v_j

            # The block below becomes B - w vᵀ, w = τ B v, and is reflected from the left.
            end = min(last + width, n)
            k = end - last
            if k == 0:
                break
            w[:k] = 0
            for j in range(m):
                s, v_j = band[first + j, last - first - j : end - first - j], tau * v[j]
                for i in range(k):
                    w[i] += s[i] * v_j
            s = band[first, last - first : end - first]
            for i in range(k):
                s[i] -= w[i]
            tau = reflection(s, following)
            for j in range(1, m):
                s, v_j = band[first + j, last - first - j : end - first - j], v[j]
                dot = zero
                for i in range(k):
                    s[i] -= w[i] * v_j
                    dot += following[i] * s[i]
                dot *= tau
                for i in range(k):
                    s[i] -= dot * following[i]
            v, following = following, v
            first, last = last, end


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)
def reflection(x, v):
    """The τ of ``I - τ v vᵀ``, v[0] = 1, that takes x (m,) to a multiple of the first axis.

    τ = 0 where x is one already; x is replaced by its image.
    """
    head, tail = np.float64(x[0]), 0.0
    for i in range(1, len(x)):
        tail += np.float64(x[i]) * np.float64(x[i])
    v[0] = 1
    if tail == 0:
        v[1 : len(x)] = 0
        return x.dtype.type(0)
    image = -math.copysign(math.sqrt(head * head + tail), head)
    for i in range(1, len(x)):
        v[i] = x[i] / (head - image)
        x[i] = 0
    x[0] = image
    return x.dtype.type((image - head) / image)
