"""Averages over a standard normal z of functions that turn sharply at one point."""

from __future__ import annotations

from math import asinh, ceil, pi, sqrt

import numpy as np
from scipy.special import erfcx

from theory.arrays import Array

REACH = 13.0  # the normal density beyond it is below 1e-37
FURTHEST_TURN = 5.0  # from further, nodes near zero would be too far apart
STEP = 1 / 12


def nodes(*, turn: float, width: float, step: float = STEP) -> tuple[Array, Array]:
    """Nodes z and weights of ``∫ f(z) Dz`` for an f that turns at ``turn`` within ``width``.

    The trapezoid rule in ``s``, ``z = turn + width sinh s``, whose error falls exponentially in
    1/step however small the width: f is analytic in a strip as wide as the turn.
    """
    centre = min(max(turn, -FURTHEST_TURN), FURTHEST_TURN)
    scale = min(width, 1.0)
    last = ceil(asinh((REACH + abs(centre)) / scale) / step)
    s = np.arange(-last, last + 1) * step
    z = centre + scale * np.sinh(s)
    density = np.exp(-(z**2) / 2) / sqrt(2 * pi)
    return z, step * scale * np.cosh(s) * density


def mills(u: Array | float) -> Array:
    """``φ(u)/H(u)``, the density of a normal at u over the chance to exceed it."""
    return np.sqrt(2 / pi) / erfcx(np.asarray(u) / sqrt(2))


def log_2cosh(x: Array) -> Array:
    """``ln 2 cosh x`` without overflow."""
    size = np.abs(x)
    return size + np.log1p(np.exp(-2 * size))


def sech_square(x: Array) -> Array:
    """``1/cosh² x`` without overflow, and without the cancellation in ``1 - tanh² x``."""
    decay = np.exp(-2 * np.abs(x))
    return 4 * decay / (1 + decay) ** 2
