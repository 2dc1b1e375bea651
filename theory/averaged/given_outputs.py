"""Averages over means and noise at given softmax outputs, at level FG."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from theory import checks, softmax
from theory.arrays import Array
from theory.averaged import refusals
from theory.averaged.logit_law import check_separable
from theory.models.isotropic import Isotropic
from theory.models.noise import Noise
from theory.params import Params
from theory.spread import many_outliers, splitting
from theory.spread.splitting import Ordered


def outliers(params: Params, p: ArrayLike) -> Ordered:
    """``averages.outliers`` at the outputs ``p (N, C)``."""
    params = _level_FG(params)
    check_separable(params, averaged=False)
    Gamma = params.sigma_c**2 * np.eye(params.C)
    model = Isotropic(_given(params, p), Gamma=Gamma, sigma_E=params.sigma_E, D=params.D)
    noise, found = model.noise, model.solution
    b, k = found.u * np.sqrt(np.maximum(found.slope, 0)), len(found.u)
    if k == 0:
        return splitting.NONE
    if k <= splitting.MOST_DRAWN:
        return sticking(splitting.wishart_around(found.position, b, D=params.D), upper_edge(noise))
    nu = many_outliers.Diagonal(found.position, np.full(k, 1 / k), drawn=False)
    width = float(b.mean())
    return sticking(
        many_outliers.ordered(nu, v=0.0, b=width, k=k, D=params.D, common=0.0), upper_edge(noise)
    )


def trace(params: Params, p: ArrayLike) -> float:
    """``averages.trace`` at the outputs ``p (N, C)``."""
    params = _level_FG(params)
    t = float(softmax.resolvent_trace_means(_given(params, p), kappa=0.0)[0])
    return (params.sigma_c**2 + params.sigma_E**2) * t


def frobenius(params: Params, p: ArrayLike) -> float:
    r"""``averages.frobenius`` at the outputs ``p (N, C)``.

    ``tr Σ = (σ_c² + σ_E²) tr T`` and ``tr Σ² = σ_c⁴ tr T² + (2σ_c²σ_E² + σ_E⁴) tr Q``, with T and
    Q the means of A over the examples and of A²/N.
    """
    params = _level_FG(params)
    c2, E2, N, D = params.sigma_c**2, params.sigma_E**2, params.N, params.D
    outputs = _given(params, p)
    T = softmax.resolvent_mean(outputs, kappa=0.0, groups=np.zeros(N, dtype=np.int64), G=1)[0]
    q = float(softmax.resolvent_trace_means(outputs, kappa=0.0)[1])
    population = c2**2 * float(np.sum(T**2)) + (2 * c2 * E2 + E2**2) * q / N
    t_square = float(np.trace(T) ** 2)
    return math.sqrt(population + (population + (c2 + E2) ** 2 * t_square) / D)


def upper_edge(noise: Noise) -> float:
    """Upper edge of the noise's bulk, 0 without noise."""
    return noise.map(noise.edge)[0] if noise.edge else 0.0


def sticking(found: Ordered, edge: float) -> Ordered:
    """Eigenvalues that fluctuations would take into the bulk stay at its upper edge."""
    return Ordered(np.maximum(found.mean, edge), found.std)


def _level_FG(params: Params) -> Params:
    """The model as G sees it, which must be at level FG."""
    seen = params.as_seen_by_G
    refusals.require_FG(seen, by="averages given p: theory.models.isotropic_means takes more")
    return seen


def _given(params: Params, p: ArrayLike) -> Array:
    outputs = checks.probabilities(p)
    if outputs.shape != (params.N, params.C):
        raise checks.InputError(
            f"p must have shape {(params.N, params.C)} as in params, got {outputs.shape}"
        )
    return outputs
