r"""Trace and Frobenius norm over logits, labels, means, noise and curvature.

The rows' covariance in weight i is ``P + (t_i - 1) Ā`` over D, P that of means and noise and Ā the
noise's alone. Hence, with D_eff the noise's effective dimension,

    E‖H‖_F² = tr P² + [tr P² + (tr P)² + (D/D_eff - 1)(tr Ā² + (tr Ā)²)]/D + (D + 1) σ_W²,
    Var Tr H = 2 [tr P² + (D/D_eff - 1) tr Ā²]/D + 2σ_W² + (tr P)² Var(Σp²)/(N (E tr A)²) .

Exact but for margin labels. Derived in docs/theory/averages.md and docs/theory/parameters.md.
"""

from __future__ import annotations

import math

import numpy as np

from theory.arrays import Array
from theory.averaged import refusals
from theory.averaged.laws.logit_law import LogitLaw
from theory.models.spectral_map import SpectralMap


def trace(law: LogitLaw) -> float:
    """``E Tr H = (σ_c² + σ_y² + (1-ρ)σ_E²)(1 - E Y)``."""
    return _scale(law) * law.trace_A


def frobenius(law: LogitLaw, curve: SpectralMap) -> float:
    """``√E‖H‖_F²``."""
    refusals.require_independent_labels(law.params)
    E2, N, D = law.params.as_seen_by_G.sigma_E**2, law.params.N, law.params.D
    population, t_square = _population_square(law), law.trace_A**2 + law.trace_variance / N
    of_noise = E2**2 * (law.trace_A_square / N + t_square)
    of_weights = population + _scale(law) ** 2 * t_square + curve.unevenness * of_noise
    return math.sqrt(population + of_weights / D + (D + 1) * curve.sigma_W**2)


def trace_std(law: LogitLaw, curve: SpectralMap) -> float:
    """Standard deviation of Tr H over draws.

    The first terms are those of means, noise and curvature given the outputs, the last the logits'.
    """
    refusals.require_independent_labels(law.params)
    E2, N, D = law.params.as_seen_by_G.sigma_E**2, law.params.N, law.params.D
    of_logits = _scale(law) ** 2 * law.trace_variance / N
    uneven = curve.unevenness * E2**2 * law.trace_A_square / N
    of_weights = _population_square(law) + uneven
    return math.sqrt(2 * of_weights / D + of_logits + 2 * curve.sigma_W**2)


def frobenius_std(law: LogitLaw, curve: SpectralMap) -> float:
    r"""Standard deviation of ``‖G‖_F`` over draws: ``√Var(‖G‖_F²)/(2 √E‖G‖_F²)``, at level FG.

    That of means and noise is the Wishart matrix's, exact in ``t_k = tr Σ^k``,

        D³ Var = 4(2D² + 5D + 5) t4 + 16(D + 1) t1 t3 + 4(D + 1) t2² + 8 t2 t1² ;

    the logits' is that of ``t2 + (t2 + t1²)/D``, a sum over examples and pairs of them. Derived in
    docs/theory/fluctuations.md.
    """
    refusals.require_FG(law.params.as_seen_by_G, by="the spread of the norm")
    return math.sqrt(_square_variance(law)) / (2 * frobenius(law, curve))


def _scale(law: LogitLaw) -> float:
    """Mean square of a logit gradient's length, as G sees it."""
    params = law.params.as_seen_by_G
    return params.sigma_c**2 + params.sigma_y**2 + params.sigma_E**2


def _population_square(law: LogitLaw) -> float:
    """``E tr P²`` over logits and labels: pairs of examples share c_k, those of a class d_{k,y}."""
    params, N = law.params.as_seen_by_G, law.params.N
    c2, y2, E2 = params.sigma_c**2, params.sigma_y**2, params.sigma_E**2
    q = law.trace_A_square / N
    pairs = (1 - 1 / N) * law.trace_A**2 / (params.C - 1)
    of_all = c2**2 * (pairs + q) + (2 * c2 * E2 + E2**2) * q
    of_class = (2 * c2 * y2 + y2**2) * (params.same_class_pairs * pairs + q)
    return of_all + of_class + 2 * y2 * E2 * q


def _square_variance(law: LogitLaw) -> float:
    """Variance of ``‖G‖_F²`` over draws."""
    params = law.params.as_seen_by_G
    c2, E2, N, D = params.sigma_c**2, params.sigma_E**2, params.N, params.D
    k = params.C - 1
    atoms, shares = law.spectrum
    first, second = law.trace_A, law.trace_A_square
    third, fourth = (k * float(shares @ atoms**n) for n in (3, 4))
    level, spread = first / k, (second - first**2 / k) / N  # T = level (I - 11ᵀ/C) + δT
    t1 = (c2 + E2) * first
    t2 = _population_square(law)
    t3 = (
        c2**3 * (k * level**3 + 3 * level * spread)
        + 3 * c2**2 * E2 * level * second / N
        + (3 * c2 + E2) * E2**2 * third / N**2
    )
    t4 = (
        c2**4 * (k * level**4 + 6 * level**2 * spread)
        + 4 * c2**3 * E2 * level**2 * second / N
        + c2**2 * E2**2 * (4 * level * third + 2 * second**2 / k) / N**2
        + (4 * c2 + E2) * E2**3 * fourth / N**3
    )
    given = 4 * (2 * D**2 + 5 * D + 5) * t4 + 16 * (D + 1) * t1 * t3
    given += 4 * (D + 1) * t2**2 + 8 * t2 * t1**2
    square, cube = (np.sum(law.p**n, axis=1) for n in (2, 3))
    linear = 2 * c2**2 * level * (1 + 1 / D) * (1 - 1 / N) + 2 * (c2 + E2) ** 2 * first / D
    block = (c2 + E2) ** 2 * (1 + 1 / D) / N
    of_logits = np.var(block * (square - 2 * cube + square**2) - linear * square) / N
    pairs = 2 * (c2**2 * (1 + 1 / D) / N) ** 2 * _pair_variance(law.p, level)
    return given / D**3 + float(of_logits) + pairs


def _pair_variance(p: Array, level: float) -> float:
    """Mean of ``(tr δA δA')²`` over two examples, ``δA = A - level (I - 11ᵀ/C)``."""
    q, k = np.roll(p, 1, axis=0), p.shape[1] - 1
    product, crossed = np.sum(p * q, axis=1), np.sum(p * q * (p + q), axis=1)
    trace = 2 - np.sum(p**2 + q**2, axis=1)
    return float(np.mean((product - crossed + product**2 - level * trace + k * level**2) ** 2))
