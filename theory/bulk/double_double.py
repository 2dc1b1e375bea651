"""Arithmetic on unevaluated sums ``high + low`` of two floats, about 32 digits.

Error-free sum of Knuth (1969) and product of Dekker (1971). Compile callers without fastmath:
reassociation would cancel the very errors that are kept.
"""

from __future__ import annotations

from numba import njit

SPLIT = 134217729.0  # 2**27 + 1


@njit(cache=True, nogil=True, error_model="numpy")
def two_sum(a, b):
    """``a + b`` and its rounding error."""
    s = a + b
    v = s - a
    return s, (a - (s - v)) + (b - v)


@njit(cache=True, nogil=True, error_model="numpy")
def two_prod(a, b):
    """``a b`` and its rounding error."""
    p = a * b
    s = SPLIT * a
    a_high = s - (s - a)
    a_low = a - a_high
    s = SPLIT * b
    b_high = s - (s - b)
    b_low = b - b_high
    return p, ((a_high * b_high - p) + a_high * b_low + a_low * b_high) + a_low * b_low


@njit(cache=True, nogil=True, error_model="numpy")
def add(a, a_low, b, b_low):
    """``(a + a_low) + (b + b_low)``."""
    s, e = two_sum(a, b)
    e += a_low + b_low
    high = s + e
    return high, e - (high - s)


@njit(cache=True, nogil=True, error_model="numpy")
def multiply(a, a_low, b, b_low):
    """``(a + a_low) (b + b_low)``."""
    p, e = two_prod(a, b)
    e += a * b_low + a_low * b
    high = p + e
    return high, e - (high - p)


@njit(cache=True, nogil=True, error_model="numpy")
def divide(a, a_low, b, b_low):
    """``(a + a_low) / (b + b_low)``."""
    q = a / b
    p, e = two_prod(q, b)
    r = (((a - p) - e) + a_low - q * b_low) / b
    high = q + r
    return high, r - (high - q)
