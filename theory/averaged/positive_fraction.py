"""Fraction of positive eigenvalues of the model's Hessian with curvature, from its parameters.

With ``g`` the trace of the resolvent at zero over d, ``1/g + v g + (1/d) Σ τ/(1 - τg) = 0`` in the
lower half-plane and the fraction is ``Im[-ln g - v g²/2 + (1/d) Σ ln(1 - τg)]/π``, τ the population
of rows and v the variance of the semicircle. Derived in docs/theory/goldilocks.md.
"""

from __future__ import annotations

import math

import numpy as np

from theory.arrays import Array
from theory.averaged.laws.logit_law import logit_law
from theory.checks import ConvergenceError
from theory.params import Params

DEEPEST = 1e-13  # height above the real line, over the spectrum's scale, taken as on it
STEPS = 100
ROUNDING = 4e-15  # of the equation's terms: a double root, at an edge, is met no closer


def positive_fraction(plane: Params, v: float) -> float:
    """Fraction of positive eigenvalues of G plus a semicircle of variance v, in d = D dimensions.

    The root g is followed from far above the real line down to it.
    """
    law, d, k = logit_law(plane), plane.D, plane.C - 1
    if v == 0:
        return min(1.0, plane.N * k / d if plane.sigma_E else k / d)
    atoms, shares = law.spectrum
    tau = np.append(law.noise.s * atoms, plane.sigma_c**2 * law.trace_A / k)
    weight = np.append(shares * plane.N * k, k) / d
    scale = math.sqrt(v) + float(weight @ tau)
    tau, v = tau / scale, v / scale**2
    g, height = 1 / 100j, 100.0
    while height > DEEPEST:
        g = _resolvent(g, height, tau, weight, v)
        height /= 2
    g = _resolvent(g, 0.0, tau, weight, v)
    g = complex(g.real, -abs(g.imag))  # off the bulk it is real: the limit from below
    value = -np.log(g) - v * g**2 / 2 + weight @ np.log(1 - tau * g)
    return float(np.clip(value.imag / math.pi, 0, 1))


def _resolvent(g: complex, height: float, tau: Array, weight: Array, v: float) -> complex:
    """Root of ``1/g + v g + Σ wτ/(1 - τg) = i height`` next to g, by Newton, to rounding.

    Raises
    ------
    ConvergenceError
        If ``STEPS`` steps do not reach it.
    """
    for _ in range(STEPS):
        part = weight * tau / (1 - tau * g)
        value = 1 / g + v * g + part.sum() - 1j * height
        size = 1 / abs(g) + v * abs(g) + np.abs(part).sum() + height
        if abs(value) <= ROUNDING * size:
            return g
        slope = -1 / g**2 + v + (part * tau / (1 - tau * g)).sum()
        step = value / slope
        while abs(step) > abs(g) / 2:
            step /= 2
        g -= step
        if abs(step) <= 1e-12 * abs(g):
            return g
    raise ConvergenceError(f"the hyperplane's resolvent was not found at height {height:g}")
