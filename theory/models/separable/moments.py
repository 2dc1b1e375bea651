r"""Trace and norm of G with anisotropic noise, given the outputs: exact at every size.

With ``S = cᵀT₀c``, ``t₁ = (1/N) Σ tr K A``, ``q = (1/N) Σ tr (KA)²`` and
``P = (1/N) cᵀ (Uᵀ A K A U) c``,

    E Tr G  = tr S + t₁ tr T ,
    E‖G‖_F² = tr S² + 2t₁ tr ST + (2/N)(tr T tr P + tr PT) + t₁² tr T² + (q/N)[(tr T)² + tr T²] .

Wick's theorem on the noise; derived in docs/theory/levels.md.
"""

from __future__ import annotations

import math

import numpy as np

from theory.models.separable.examples import Examples, between
from theory.models.separable.weights import Weights


def trace(examples: Examples, weights: Weights) -> float:
    """``E Tr G``."""
    T_0, t = examples.T_A(np.inf)
    return float(np.trace(between(weights.means, T_0)) + t.real * weights.variance)


def frobenius(examples: Examples, weights: Weights) -> float:
    """``√E‖G‖_F²``."""
    N, T = len(examples.p), weights.T
    T_0, t = examples.T_A(np.inf)
    AKA, q = examples.squares()
    S, P = between(weights.means, T_0), between(weights.means, AKA)
    trace, square = weights.variance, weights.variance_square
    return math.sqrt(
        np.sum(S**2)
        + 2 * t.real * float(np.diag(S) @ T)
        + 2 / N * (trace * np.trace(P) + float(np.diag(P) @ T))
        + t.real**2 * square
        + q / N * (trace**2 + square)
    )
