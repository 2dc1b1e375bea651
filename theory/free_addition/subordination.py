r"""The subordination functions of a sum of two free matrices.

``ω_1 + ω_2 = z + F(z)`` and ``F(z) = F_1(ω_1) = F_2(ω_2)``, with ``F = 1/G``. In ``h = F - w``,
``ω_1`` is the fixed point of ``w ↦ z + h_2(z + h_1(w))``, the only one in the upper half-plane
(Belinschi and Bercovici 2007), and on the real line the only one whose multiplier
``h_1'(ω_1) h_2'(ω_2)`` is at most 1 in modulus: what Newton finds is tried by that.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory.checks import ConvergenceError
from theory.free_addition.law import Complex, Law

EPS = 2.0**-52
ROUNDING = 32  # operations whose rounding adds up in a Cauchy transform
NEWTON = 60
LAST = 1000  # in the end, what still moves by 1e-11 is as near as it gets
SMALLER = (0.0, 1e-2, 0.1, 0.5, 0.9)  # distances from the real line to try, of that reached
LOW = 1e-14  # of the laws' widths together: from there on an edge is as near as rounding
STABLE = (1e-6, 1e-2)  # excess of a multiplier over 1 that rounding may make: elsewhere, at LOW
LEVELS = 400
DEGENERATE = 1e-8  # distance, in widths, from where the fixed point is not alone


def subordination(first: Law, second: Law, z: Complex) -> tuple[Complex, Complex]:
    """``ω_1`` and ``ω_2`` at flat z above or on the real line.

    From high above z straight down to it, by as large steps as Newton takes. A law of one atom only
    shifts the other.

    Raises
    ------
    ConvergenceError
        If a point is not reached.
    """
    if first.width == 0 < second.width:
        omega2, omega1 = subordination(second, first, z)
        return omega1, omega2
    if second.width == 0:
        w = z - second.mean
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            return w, second.mean + first.reciprocal(w)[0]
    unit = first.width + second.width
    z = _off_degenerate(first, second, z, unit)
    height = np.full(z.size, 2 * unit)
    tries = np.zeros(z.size, dtype=int)
    high = z + 1j * height
    w, done = _newton(first, second, high, high, STABLE[0])
    left = np.flatnonzero(done)
    for _ in range(LEVELS):
        goal = height[left] * np.array(SMALLER)[tries[left]]
        stable = np.where(height[left] > LOW * unit, *STABLE)
        found, done = _newton(first, second, z[left] + 1j * goal, w[left], stable)
        reached = left[done]
        w[reached], height[reached] = found[done], goal[done]
        tries[reached], tries[left[~done]] = 0, tries[left[~done]] + 1
        left = left[height[left] > 0]
        if left.size == 0 or (tries >= len(SMALLER)).any():
            break
    missed = np.flatnonzero(height > 0)
    if missed.size:
        raise ConvergenceError(
            f"subordination did not settle at {missed.size} points, as {z[missed[0]]:g}"
        )
    w = _real_where_it_is(first, second, z, w, unit)
    return w, z + _excess(first, w)[0]


def _off_degenerate(first: Law, second: Law, z: Complex, unit: float) -> Complex:
    """z, but higher where two atoms whose masses are 1 together add up to it.

    There every w is a fixed point, and nearby Newton loses digits as the inverse of the distance.
    """
    (x1, w1), (x2, w2) = first.atoms, second.atoms
    full = np.abs(w1[:, None] + w2 - 1) < 1e-9
    z = z.copy()
    for at in (x1[:, None] + x2)[full]:
        near = np.abs(z - at) < DEGENERATE * unit
        z[near] = z[near].real + 1j * DEGENERATE * unit
    return z


def _excess(law: Law, w: Complex) -> tuple[Complex, Complex]:
    """``h = F - w`` and ``h'``."""
    F, slope = law.reciprocal(w)
    return F - w, slope - 1


def _newton(
    first: Law, second: Law, z: Complex, w: Complex, stable: ArrayLike
) -> tuple[Complex, NDArray[np.bool_]]:
    """The fixed point from w, and whether it is the right one: its multiplier at most 1.

    To rounding, which is ``floor``. A step that would leave the half-plane above z is one of the
    iteration itself, which never does.
    """
    w = w.copy()
    right = np.zeros(z.size, dtype=bool)
    stable = np.broadcast_to(stable, z.shape)
    active = np.arange(z.size)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for iteration in range(NEWTON):
            here, at = w[active], z[active]
            h1, slope1 = _excess(first, here)
            h2, slope2 = _excess(second, at + h1)
            miss, product = at + h2 - here, slope1 * slope2
            inner = np.abs(at) + np.abs(h1) + (1 + np.abs(slope1)) * np.abs(here)
            outer = np.abs(at) + np.abs(h2) + np.abs(here) + (1 + np.abs(slope2)) * np.abs(at + h1)
            floor = ROUNDING * EPS * (outer + np.abs(slope2) * inner)
            floor *= 1 if iteration < NEWTON - 1 else LAST
            step = miss / (1 - product)
            settled = (np.abs(miss) <= floor) | (np.abs(step) <= EPS * np.abs(here))
            above = np.minimum(here.imag, (at + h1).imag) >= at.imag - floor
            right[active] = settled & above & (np.abs(product) <= 1 + stable[active])
            inside = np.isfinite(step) & ((here + step).imag >= at.imag)
            onward = np.where(inside, here + step, here + miss)
            risen = here.real + 1j * np.maximum(here.imag, at.imag)
            w[active] = np.where(settled, risen, onward)
            active = active[~settled]
            if active.size == 0:
                break
    return w, right


def _real_where_it_is(first: Law, second: Law, z: Complex, w: Complex, unit: float) -> Complex:
    """Without the imaginary part that rounding leaves off the support."""
    near = np.flatnonzero((z.imag == 0) & (w.imag > 0) & (w.imag < 1e-6 * unit))
    if near.size:
        start = w[near].real.astype(np.complex128)
        found, right = _newton(first, second, z[near], start, 0.0)
        right &= (found.imag == 0) & (np.abs(found - start) < 1e-5 * unit)
        w[near[right]] = found[right]
    return w
