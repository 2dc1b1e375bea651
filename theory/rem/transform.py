"""Laplace transforms of one Boltzmann weight ``e^z``, ``z ~ N(0, σ²)``, on a grid of ``u = ln t``.

With ``w = z + u``: ``φ(u) = E exp(-e^w)`` and ``F_f(u) = E f(w)``. Steps and ranges come from
proven bounds (docs/theory/rem.md), so that no integral below is refined by trial.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import ceil, cos, factorial, hypot, lgamma, log, pi, sqrt, tan
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import exp1, ndtr

from theory.arrays import Array

Weight = Callable[[Array], Array]

LOG_ERROR = 36.0  # every truncation and step keeps a relative error of e^-36 or so
NARROW = 1.0  # up to this sigma the mean over z is summed in z itself, above it in w
DEVIATION = sqrt(2 * LOG_ERROR)  # a Gaussian's density falls by e^-LOG_ERROR in so many deviations
EIN = 1 / np.array(
    [k * factorial(k) for k in range(1, 21)], dtype=float
)  # ∫_0^s (1 - e^-x)/x dx, s ≤ 1


class Grid(NamedTuple):
    """Nodes ``u (J,)`` of step ``step``, ``log_phi (J,)``, and ``F (weights, J)``."""

    sigma: float
    u: Array
    step: float
    log_phi: Array
    F: Array

    def integral(self, values: Array) -> float:
        """``∫ values du`` by the trapezoid rule."""
        return self.step * float(values.sum())


def power(n: float) -> Weight:
    """The weight ``e^{n w - e^w} / Γ(n)``: ``p^n`` as a Laplace transform."""
    offset = lgamma(n)
    return lambda w: np.exp(n * w - np.exp(w) - offset)


def surprisal(w: Array) -> Array:
    """The weight ``-∫ (x + γ) e^{x - e^x} dx`` up to w, whose mean over pairs is the entropy."""
    s = np.exp(np.minimum(w, 7))
    small = np.minimum(s, 1)
    ein = small * np.polynomial.polynomial.polyval(-small, EIN)
    near = ein + (w + np.euler_gamma) * np.expm1(-small)
    return np.where(s < 1, near, exp1(s) + (w + np.euler_gamma) * np.exp(-s))


def gamma_step(order: float) -> float:
    """Trapezoid step for ``∫ e^{n w - e^w} dw``: relative error ``2|Γ(n + 2πi/h)|/Γ(n)``."""

    def excess(angle: float) -> float:
        return order * (angle * tan(angle) + log(cos(angle))) - LOG_ERROR

    angle = float(brentq(excess, 1e-6, pi / 2 - 1e-6))  # pyright: ignore[reportArgumentType]
    return 2 * pi / (order * tan(angle))


def extent(sigma: float, *, C: int, order: float) -> tuple[float, float]:
    """Range of ``u = ln G - ln Z``, G a Gamma variable, that holds the mean of ``Σ p^order``."""
    tail = LOG_ERROR + (order - 1) * log(C)  # the mean is at least C^(1 - order)
    low = (lgamma(order + 1) - tail) / order - log(C) - sigma * sqrt(2 * (tail + log(C)))
    high = log(order + tail + sqrt(2 * order * tail)) - log(C) + sigma * sqrt(2 * tail / C)
    return low, high


def lattice(low: float, high: float, step: float) -> Array:
    """Points ``low, low + step, …``, the last at ``high`` or up to one step beyond it."""
    return low + step * np.arange(ceil((high - low) / step) + 1, dtype=np.float64)


def transforms(sigmas: Array, *, C: int, order: float, weights: Sequence[Weight]) -> Iterator[Grid]:
    """For each of ``sigmas`` the grid on which integrals up to ``order`` are sums."""
    finest = gamma_step(order)
    for sigma in sigmas.flat:
        step = max(finest, 0.2 * sigma / sqrt(1 + 2 * log(C)))
        u = lattice(*extent(sigma, C=C, order=order), step)
        mean = _narrow if sigma <= NARROW else _wide
        log_phi, F = mean(u, sigma, C=C, order=order, finest=finest, weights=weights)
        yield Grid(float(sigma), u, step, log_phi, F)


def _narrow(
    u: Array, sigma: float, *, C: int, order: float, finest: float, weights: Sequence[Weight]
) -> tuple[Array, Array]:
    """Means over z by the trapezoid rule in ``z/σ``; exact down to σ = 0."""
    tail = LOG_ERROR + order * log(C)
    reach = min(order * sigma + DEVIATION + 1, sqrt(2 * tail) + 1)
    step = 1 / (sigma / finest + DEVIATION / (2 * pi))
    g = step * np.arange(-ceil(reach / step), ceil(reach / step) + 1)
    mass = np.exp(-g * g / 2)
    mass /= mass.sum()
    w = u[:, None] + sigma * g
    below = np.exp(-np.exp(w)) @ mass
    above = -np.expm1(-np.exp(w)) @ mass
    log_phi = np.where(
        above < 0.5,
        np.log1p(-np.minimum(above, 0.5)),
        np.log(np.maximum(below, np.finfo(float).tiny)),
    )
    return log_phi, np.array([f(w) @ mass for f in weights])


def _wide(
    u: Array, sigma: float, *, C: int, order: float, finest: float, weights: Sequence[Weight]
) -> tuple[Array, Array]:
    """Means over z by the trapezoid rule in w, whose range does not grow with σ.

    ``1 - e^{-e^w}`` does not decay: the part ``Φ(w)``, below it everywhere, is integrated exactly.
    """
    step = 1 / (1 / finest + DEVIATION / (2 * pi * sigma))
    tail = LOG_ERROR + (order - 1) * log(C)
    top = max(DEVIATION + 1, log(order + tail + sqrt(2 * order * tail)))
    w = lattice(-LOG_ERROR - log(C), top, step)
    remainder = np.where(w < 0, -np.expm1(-np.exp(w)) - ndtr(w), ndtr(-w) - np.exp(-np.exp(w)))
    rows = np.stack([remainder, *(f(w) for f in weights)])
    kernel = np.exp(-(((w - u[:, None]) / sigma) ** 2) / 2) * (step / (sigma * sqrt(2 * pi)))
    means = rows @ kernel.T
    above = ndtr(u / hypot(1, sigma)) + means[0]
    return np.log1p(-np.minimum(above, 1 - np.finfo(float).epsneg)), means[1:]
