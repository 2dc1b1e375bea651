"""The law of the largest eigenvalue of the bulk, averaged or given the outputs."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from theory import checks
from theory.arrays import Array
from theory.averaged import refusals
from theory.averaged.laws.logit_law import ENTRIES, check_separable, check_undecided, logit_law
from theory.models.bulk_edge import Edge, with_means
from theory.models.isotropic import Isotropic
from theory.params import Params
from theory.streams import stream

DRAWS, MOST_EXAMPLES = 64, 4096  # sets of examples, and what stands for a larger set


def averaged(params: Params, *, entries: int = ENTRIES) -> Edge:
    r"""Law of the largest eigenvalue below the outliers, over logits, means and noise.

    The edge is a minimum of z over u, so that to first order logits move it at fixed u₊: with the N
    examples' blocks ``B = A (I + κA)⁻¹``, κ at u₊, the centre has the variance

        (σ_E²/D)² Var(tr B)/N ,

    and minima of a fluctuating z lie lower by ``Var(z')/(2z'')``, with ``Var(z') = (κ²N/D)² Var(tr
    B²)/N``. Relative to the Tracy-Widom scale the deviation grows as ``N^{1/6}``.

    Raises
    ------
    InputError
        As ``averages.outliers``, or if there is no noise.
    ConvergenceError
        As ``given``.
    """
    if params.sigma_E == 0:
        raise checks.InputError("sigma_E must be greater than 0 for a bulk, got 0")
    refusals.require_FG(params, by="the law of the bulk's edge")
    law = logit_law(params, entries=entries)
    check_separable(law.params, averaged=True)
    check_undecided(law)
    noise, rank, strength = law.noise, params.C - 1, params.sigma_c**2

    def gaps(u: float) -> Array:
        return np.full(rank, u - strength * law.t(-noise.s / u))

    edge = with_means(noise, gaps if strength > 0 else None)
    kappa, lift = -noise.s / noise.edge, params.sigma_E**2 / params.D
    first, second = law.traces_of_rows(kappa)
    slope = params.N / params.D * kappa**2
    lower = slope**2 * second.var() / (2 * params.N * noise.map(noise.edge)[2])
    exact = lift * (law.traces(kappa)[0] - first.mean())
    return replace(
        edge,
        centre=float(edge.centre + exact - lower),
        logits=float(lift * first.std() / math.sqrt(params.N)),
    )


def of_few_examples(params: Params, *, entries: int = ENTRIES) -> tuple[float, float]:
    """Mean and standard deviation of the upper edge over draws of the N examples.

    For where so few of them hold the edge that there is no Tracy-Widom law (``averaged`` raises):
    there the edge of each draw's own outputs is its largest eigenvalue but for a relative
    ``1/√D``, up to 4 % high at N = 24, C = 12. Means are left out.

    Raises
    ------
    InputError
        If the logits are frozen (``logit_law``).
    """
    law = logit_law(params, entries=entries)
    rows = min(params.N, len(law.p), MOST_EXAMPLES)
    rng = stream(0, "averages", "few examples")
    drawn = [replace(law.noise, p=law.p[rng.integers(len(law.p), size=rows)]) for _ in range(DRAWS)]
    edges = [noise.map(noise.edge)[0] if noise.top else 0.0 for noise in drawn]
    return float(np.mean(edges)), float(np.std(edges))


def given(
    p: ArrayLike,
    *,
    sigma_E: float,
    D: int,
    Gamma: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> Edge:
    """Law of the largest eigenvalue below the outliers, given the outputs: ``Isotropic.bulk_edge``.

    Raises
    ------
    InputError
        If an argument is out of its bounds, or p is one-hot.
    ConvergenceError
        If no Tracy-Widom law holds (``theory.models.bulk_edge.with_means``).
    """
    return Isotropic(p, Gamma=Gamma, sigma_E=sigma_E, D=D, groups=groups).bulk_edge
