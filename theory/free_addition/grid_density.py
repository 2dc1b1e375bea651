"""A law whose density is known on a grid."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import ArrayLike

from theory import checks
from theory.arrays import Array
from theory.checks import InputError
from theory.free_addition.law import Complex, Law

SERIES = 0.1  # of |s|: below it powers keep the digits that logarithms lose
ORDERS = 18
NUDGE = 1e-15  # of the width, off where the logarithms of two cells cancel
BLOCK = 2**19  # complex numbers held at a time


class GridDensity(Law):
    """A density that is linear between the points of a grid, and zero outside.

    Its integrals are exact: logarithms, and series in ``s = h/(2(z - m))`` for cells of length h
    around m that lie far off.

    Parameters
    ----------
    points : shape (n,)
        Ascending.
    values : shape (n,)
        Density at the points, not negative, not all zero; divided by its integral.

    Raises
    ------
    InputError
        If the points do not ascend, there are fewer than two, or the values are out of bounds.

    Examples
    --------
    >>> triangle = GridDensity([-1.0, 0.0, 1.0], [0.0, 1.0, 0.0])
    >>> round(triangle.variance, 12)  # 1/6
    0.166666666667
    """

    def __init__(self, points: ArrayLike, values: ArrayLike) -> None:
        x = checks.array("points", points, ndim=1)
        f = checks.array("values", values, ndim=1)
        if x.size < 2 or (np.diff(x) <= 0).any():
            raise InputError(f"points must be at least 2 and ascend, got {x.size}")
        if f.shape != x.shape:
            raise InputError(f"values must have shape {x.shape}, got {f.shape}")
        if f.min() < 0 or not f.any():
            raise InputError(f"values must be non-negative and not all zero, got {f.min():g}")
        self.points, self.values = x, f / np.trapezoid(f, x)
        some = (self.values[1:] > 0) | (self.values[:-1] > 0)
        self._start, self._end = x[:-1][some], x[1:][some]
        self._half = np.diff(x)[some] / 2
        self._middle = (x[:-1] + x[1:])[some] / 2
        self._mean_value = (self.values[:-1] + self.values[1:])[some] / 2
        self._half_rise = np.diff(self.values)[some] / 2

    @property
    def support(self) -> Array:
        """Where the density is positive."""
        apart = np.flatnonzero(self._end[:-1] != self._start[1:])
        first, last = np.r_[0, apart + 1], np.r_[apart, self._start.size - 1]
        return np.stack([self._start[first], self._end[last]], axis=1)

    @property
    def _span(self) -> float:
        return float(self.points[-1] - self.points[0])

    def cauchy(self, z: Complex) -> tuple[Complex, Complex]:
        """``Σ f_m L + δ(2(z - m)L/h - 2)`` over cells from a to b, ``L = log(z - a) - log(z - b)``.

        ``f_m`` is the density in the middle m of a cell of length h, ``δ`` half its rise along it.
        """
        G, slope = np.empty((2, z.size), dtype=complex)
        for rows, a, b, w in self._cells(z):
            s = self._far(w)
            far, tau = s != 0, w / self._half
            L = np.where(
                far, 2 * s * (1 + _powers(s, lambda k: 1 / (2 * k + 1))), np.log(a) - np.log(b)
            )
            rest = np.where(far, 2 * _powers(s, lambda k: 1 / (2 * k + 1)), tau * L - 2)
            G[rows] = L @ self._mean_value + rest @ self._half_rise
            dL = -2 * self._half / (a * b)
            other = np.where(far, -2 * s * _powers(s, lambda k: 2 * k / (2 * k + 1)), L + w * dL)
            slope[rows] = dL @ self._mean_value + other @ (self._half_rise / self._half)
        return G, slope

    def log_potential(self, z: Complex) -> Complex:
        """``Σ f_m ΔF + (2δ/h)((z - m) ΔF - ΔE)`` over cells, differences from a to b.

        ``F = u log u - u`` and ``E = (u² log u)/2 - u²/4`` are the integrals of log u and u log u.
        """
        out = np.empty(z.size, dtype=complex)
        for rows, a, b, w in self._cells(z):
            s = self._far(w)
            far, log_a, log_b = s != 0, np.log(a), np.log(b)
            series = _powers(s, lambda k: 0.5 / k / (2 * k + 1))
            F = a * log_a - b * log_b - 2 * self._half
            whole = np.where(far, 2 * self._half * (np.log(w) - series), F)
            E = (a * a * log_a - b * b * log_b) / 2 - self._half * w
            series = s * (1 / 3 + _powers(s, lambda k: 1 / (2 * k + 1) / (2 * k + 3)))
            rest = np.where(far, -2 * self._half * series, (w * F - E) / self._half)
            out[rows] = whole @ self._mean_value + rest @ self._half_rise
        return out

    def _cells(self, z: Complex) -> Iterator[tuple[slice, Complex, Complex, Complex]]:
        """Some points at a time, and ``z - a``, ``z - b`` and ``z - m`` of each cell."""
        marks = np.union1d(self.points, self._middle)
        at = np.searchsorted(marks, z.real).clip(max=marks.size - 1)
        z = np.where((z.imag == 0) & (marks[at] == z.real), z + 1j * NUDGE * self._span, z)
        step = max(1, BLOCK // self._half.size)
        for start in range(0, z.size, step):
            rows = slice(start, start + step)
            a, b, w = (z[rows, None] - each for each in (self._start, self._end, self._middle))
            yield rows, a, b, w

    def _far(self, w: Complex) -> Complex:
        """``s = h/(2w)`` of the cells that are far, and 0 of those that are not."""
        return np.where(SERIES * np.abs(w) > self._half, self._half / w, 0)


def _powers(s: Complex, coefficient: Callable[[int], float]) -> Complex:
    """``Σ_{k>=1} coefficient(k) s^{2k}``."""
    square, out = s * s, np.zeros_like(s)
    for k in range(ORDERS // 2, 0, -1):
        out = (out + coefficient(k)) * square
    return out
