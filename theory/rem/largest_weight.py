"""Mean of the largest Boltzmann weight, from the law of the largest energy."""

from __future__ import annotations

from math import ceil, log, pi, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from theory.rem.transform import DEVIATION, LOG_ERROR, gamma_step, lattice

GAUSS_NODES, GAUSS_WEIGHTS = np.polynomial.legendre.leggauss(20)


def half_line(length: float, panel: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Composite Gauss-Legendre nodes and weights on ``[0, length]``."""
    count = ceil(length / panel)
    half = length / count / 2
    centres = half * (2 * np.arange(count)[:, None] + 1)
    return (centres + half * GAUSS_NODES).ravel(), np.tile(half * GAUSS_WEIGHTS, count)


def largest_mean(sigma: float, *, C: int) -> float:
    """``E[max p] = C ∫ e^{w - e^w} dw ∫ n(x) G^{C-1} dx``, the largest energy being ``σx``.

    ``1 - G = Φ(-x) + ∫_0^∞ n(x - y) (1 - exp(-e^{w - σy})) dy``: of the others, each is either
    above x or a distance y below it.
    """
    tail = LOG_ERROR + 2 * log(C)
    w = lattice(-LOG_ERROR - log(C), log(1 + tail + sqrt(2 * tail)), gamma_step(1.0))
    low = float(ndtri(np.exp(-tail / (C - 1))))
    x = lattice(low, sqrt(2 * tail), 0.2 / sqrt(1 + 2 * log(C)))
    reach = x[-1] + DEVIATION
    if sigma * reach > tail + w[-1]:
        reach = (tail + w[-1]) / sigma
    y, dy = half_line(reach, 3 / max(1.0, sigma))
    beside = np.exp(-((x[:, None] - y) ** 2) / 2) * (dy / sqrt(2 * pi))
    above = ndtr(-x)[:, None] - beside @ np.expm1(-np.exp(w - sigma * y[:, None]))
    log_G = np.log1p(-np.minimum(above, 1 - np.finfo(float).epsneg))
    inner = np.exp(-x * x / 2) @ np.exp((C - 1) * log_G)
    area = (w[1] - w[0]) * (x[1] - x[0]) / sqrt(2 * pi)
    return float(C * area * (np.exp(w - np.exp(w)) @ inner))
