"""A law whose density is known on a grid."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import xlogy

from theory import checks
from theory.arrays import Array
from theory.checks import InputError
from theory.free_addition.law import Complex, Law

SERIES = 0.1  # of h/2|z - m|: below it powers keep the digits that logarithms lose
ORDERS = 18
NUDGE = 1e-15  # of the width, off where the logarithms of two cells cancel
BLOCK = 2**20  # complex numbers held at a time


class GridDensity(Law):
    """A density that is linear between the points of a grid, and zero outside.

    Its integrals are exact: with ``s = h/(2(z - m))`` for a cell of length h around m, they are
    logarithms of ``1 ± s``.

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
        self._half = np.diff(x)[some] / 2
        self._middle = (x[:-1] + x[1:])[some] / 2
        self._mean_value = (self.values[:-1] + self.values[1:])[some] / 2
        self._half_rise = np.diff(self.values)[some] / 2

    @cached_property
    def support(self) -> Array:
        """Where the density is positive."""
        starts, ends = self._middle - self._half, self._middle + self._half
        apart = np.flatnonzero(~np.isclose(ends[:-1], starts[1:], rtol=0, atol=1e-12 * self._span))
        first, last = np.r_[0, apart + 1], np.r_[apart, starts.size - 1]
        return np.stack([starts[first], ends[last]], axis=1)

    @property
    def _span(self) -> float:
        return float(self.points[-1] - self.points[0])

    def cauchy(self, z: Complex) -> tuple[Complex, Complex]:
        """``Σ 2f_m artanh s + 2δ (artanh s/s - 1)`` over cells, and its derivative.

        ``f_m`` is the density in the middle of a cell, ``δ`` half its rise along it.
        """
        G, slope = np.empty((2, z.size), dtype=complex)
        for rows, s in self._cells(z):
            near = np.abs(s) > SERIES
            with np.errstate(divide="ignore", invalid="ignore"):
                odd = np.arctanh(s)
                even = np.where(near, odd / s - 1, _powers(s, lambda k: 1 / (2 * k + 1)))
                G[rows] = np.conj(2 * odd @ self._mean_value + 2 * even @ self._half_rise)
                # ds/dz = -s²/(h/2); d artanh = 1/(1-s²); d(artanh/s - 1) = (s/(1-s²) - artanh)/s²
                square = s * s / (1 - s * s)
                other = np.where(
                    near, s / (1 - s * s) - odd, s * _powers(s, lambda k: 2 * k / (2 * k + 1))
                )
            slope[rows] = np.conj(
                -2 * square @ (self._mean_value / self._half)
                - 2 * other @ (self._half_rise / self._half)
            )
        return G, slope

    def log_potential(self, z: Complex) -> Complex:
        """``Σ h f_m log(z - m) + (h/2)(f_m A(s) + δ B(s))`` over cells.

        ``A = ∫ log(1 - sy) dy``, ``B = ∫ y log(1 - sy) dy`` over y from -1 to 1.
        """
        out = np.empty(z.size, dtype=complex)
        for rows, s in self._cells(z):
            up, down = 1 + s, 1 - s
            near = np.abs(s) > SERIES
            with np.errstate(divide="ignore", invalid="ignore"):
                logs = xlogy(up, up) - xlogy(down, down)
                A = np.where(near, logs / s - 2, -2 * _powers(s, lambda k: 0.5 / k / (2 * k + 1)))
                squares = xlogy(up * up, up) - xlogy(down * down, down)
                B = np.where(
                    near,
                    (logs - squares / 2 - s) / s**2,
                    -2 * s * (1 / 3 + _powers(s, lambda k: 1 / (2 * k + 1) / (2 * k + 3))),
                )
            middle = np.log(np.conj(self._half / s) + 0.0)
            out[rows] = middle @ (2 * self._half * self._mean_value) + np.conj(
                A @ (self._half * self._mean_value) + B @ (self._half * self._half_rise)
            )
        return out

    def _cells(self, z: Complex):
        """Some of the points at a time, with ``conj s`` of each cell: from above on the line."""
        marks = np.union1d(self.points, self._middle)
        at = np.searchsorted(marks, z.real).clip(max=marks.size - 1)
        on = (z.imag == 0) & (marks[at] == z.real)
        z = np.where(on, z + 1j * NUDGE * self._span, z)
        step = max(1, BLOCK // self._half.size)
        for start in range(0, z.size, step):
            rows = slice(start, start + step)
            with np.errstate(divide="ignore", invalid="ignore"):
                inverse = 1 / (z[rows, None] - self._middle)
                yield rows, np.conj(self._half * inverse) + 0.0


def _powers(s: Complex, coefficient) -> Complex:
    """``Σ_{k>=1} coefficient(k) s^{2k}``."""
    square, out = s * s, np.zeros_like(s)
    for k in range(ORDERS // 2, 0, -1):
        out = (out + coefficient(k)) * square
    return out
