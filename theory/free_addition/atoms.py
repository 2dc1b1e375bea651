"""A law of atoms: eigenvalues and their weights."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numba import njit
from numpy.typing import ArrayLike

from theory import checks
from theory.arrays import Array
from theory.checks import InputError
from theory.free_addition.law import Complex, Law


class Atoms(Law):
    """``Σ_i w_i δ(x - x_i)``, as of the eigenvalues of a matrix.

    Parameters
    ----------
    positions : shape (n,)
        Eigenvalues, in any order; equal ones are one atom.
    weights : shape (n,)
        Relative weights, positive; equal by default.

    Raises
    ------
    InputError
        If a position is not finite, or a weight not positive.

    Examples
    --------
    >>> bernoulli = Atoms([-1.0, 1.0])
    >>> bernoulli.mean, bernoulli.variance
    (0.0, 1.0)
    """

    def __init__(self, positions: ArrayLike, weights: ArrayLike | None = None) -> None:
        x = checks.array("positions", positions, ndim=1)
        w = np.ones(x.size) if weights is None else checks.array("weights", weights, ndim=1)
        if w.shape != x.shape:
            raise InputError(f"weights must have shape {x.shape}, got {w.shape}")
        if w.min() <= 0:
            raise InputError(f"weights must be positive, got {w.min():g}")
        self.positions, which = np.unique(x, return_inverse=True)
        self.weights: Array = np.bincount(which, weights=w / w.sum()).astype(np.float64)

    @property
    def support(self) -> Array:
        """Each atom as an interval."""
        return np.repeat(self.positions, 2).reshape(-1, 2)

    @property
    def atoms(self) -> tuple[Array, Array]:
        """Positions and masses of the atoms."""
        return self.positions, self.weights

    @cached_property
    def _central(self) -> tuple[float, float, float]:
        centre = float(self.weights @ self.positions)
        return centre, 0.0, float(self.weights @ (self.positions - centre) ** 2)

    def moments(self, count: int) -> Array:
        """``Σ_i w_i x_i^k`` for k from 1 to ``count``."""
        return np.array([self.weights @ self.positions**k for k in range(1, count + 1)])

    def cauchy(self, z: Complex) -> tuple[Complex, Complex]:
        """``Σ_i w_i/(z - x_i)`` and its derivative."""
        out = np.empty((4, z.size))
        cauchy_sums(
            np.ascontiguousarray(z.real),
            np.ascontiguousarray(z.imag),
            self.positions,
            self.weights,
            *out,
        )
        return out[0] + 1j * out[1], out[2] + 1j * out[3]

    def reciprocal(self, z: Complex) -> tuple[Complex, Complex]:
        """``F = 1/G`` and ``F'``; at an atom of weight w they are 0 and ``1/w``."""
        at = np.searchsorted(self.positions, z.real).clip(max=self.positions.size - 1)
        on = (z.imag == 0) & (self.positions[at] == z.real)
        if not on.any():
            return super().reciprocal(z)
        F, slope = super().reciprocal(np.where(on, z + 1j * (self.width or 1.0), z))
        return np.where(on, 0, F), np.where(on, 1 / self.weights[at], slope)

    def log_potential(self, z: Complex) -> Complex:
        """``Σ_i w_i log(z - x_i)``."""
        out = np.empty((2, z.size))
        log_sums(
            np.ascontiguousarray(z.real),
            np.ascontiguousarray(z.imag),
            self.positions,
            self.weights,
            *out,
        )
        return out[0] + 1j * out[1]


@njit(cache=True, nogil=True, error_model="numpy")
def cauchy_sums(a, b, x, w, real, imag, slope, slope_imag):
    """Fill ``Σ_i w_i/(z - x_i)`` and its derivative at ``z = a + ib (j)``; x, w ``(i)``."""
    for j in range(a.size):
        g, h, s, t = 0.0, 0.0, 0.0, 0.0
        for i in range(x.size):
            d = a[j] - x[i]
            inverse = 1.0 / (d * d + b[j] * b[j])
            u, v = d * inverse, -b[j] * inverse
            g += w[i] * u
            h += w[i] * v
            s -= w[i] * (u * u - v * v)
            t -= w[i] * 2.0 * u * v
        real[j], imag[j], slope[j], slope_imag[j] = g, h, s, t


@njit(cache=True, nogil=True, error_model="numpy")
def log_sums(a, b, x, w, real, imag):
    """Fill ``Σ_i w_i log(z - x_i)`` at ``z = a + ib (j)``, ``b >= 0``; x, w ``(i)``."""
    for j in range(a.size):
        g, h = 0.0, 0.0
        for i in range(x.size):
            d = a[j] - x[i]
            g += w[i] * 0.5 * np.log(d * d + b[j] * b[j])
            h += w[i] * np.arctan2(b[j], d)
        real[j], imag[j] = g, h
