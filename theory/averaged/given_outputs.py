"""Averages over means and noise at given softmax outputs, at level FG."""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from theory import checks
from theory.arrays import Array
from theory.averaged import refusals
from theory.averaged.laws.logit_law import check_separable
from theory.models import bulk_edge
from theory.models.isotropic import Isotropic
from theory.models.noise import Noise
from theory.params import Params
from theory.spread import many_outliers, outliers_at_edge, splitting
from theory.spread.spiked_edge import MOST_SPIKES
from theory.spread.splitting import Ordered

STEP = 1e-4  # of S', in units of the edge's distance from the pole


class GivenOutputs:
    """Level FG at given outputs, over draws of means and noise: each equation solved once.

    Parameters
    ----------
    params
        The model; beyond level FG it is refused.
    p : shape (N, C)
        Softmax outputs.

    Raises
    ------
    InputError
        If the model or p is not as it must be (``averages.outliers``).
    """

    def __init__(self, params: Params, p: ArrayLike) -> None:
        self.params = params.as_seen_by_G
        refusals.require_FG(
            self.params, by="averages given p: theory.models.isotropic_means takes more"
        )
        Gamma = self.params.sigma_c**2 * np.eye(params.C)
        D = max(params.D, params.C)  # moments hold in any D; outliers are refused below C
        self.model = Isotropic(p, Gamma=Gamma, sigma_E=self.params.sigma_E, D=D)
        if self.model.p.shape != (params.N, params.C):
            raise checks.InputError(
                f"p must have shape {(params.N, params.C)} as in params, got {self.model.p.shape}"
            )

    @cached_property
    def outliers(self) -> Ordered:
        """Ordered outliers: mean and standard deviation, (k,) each.

        Where they reach into the fluctuations of the bulk's edge they are drawn with it, for C up
        to 65 and ``D ≥ 2(C-1)``; else they stick to it. Means are up to 2 % high there at N = 60,
        D = 200.
        """
        check_separable(self.params, averaged=False)
        noise, found, D = self.model.noise, self.model.solution, self.params.D
        b, k = found.u * np.sqrt(np.maximum(found.slope, 0)), len(found.u)
        if k == 0:
            return splitting.NONE
        if k <= splitting.MOST_DRAWN:
            around = splitting.wishart_around(found.position, b, D=D)
        else:
            nu = many_outliers.Diagonal(found.position, np.full(k, 1 / k), drawn=False)
            around = many_outliers.ordered(nu, v=0.0, b=float(b.mean()), k=k, D=D, common=0.0)
        edge = upper_edge(noise)
        drawn = self.params.C <= MOST_SPIKES + 1 and D >= 2 * (self.params.C - 1)
        if edge == 0 or not drawn:
            return sticking(around, edge)
        if not outliers_at_edge.reached(around, edge, first=k):
            return around
        u, bend = noise.edge, noise.map(noise.edge)[2]
        scale = (u**4 * bend / (2 * D**2)) ** (1 / 3)
        lower = bulk_edge.lowered(noise)
        moved = lower.map(lower.edge)[0] - edge
        return outliers_at_edge.ordered(
            around,
            found.position + moved,
            b,
            self._short_strengths(scale),
            edge=edge + moved,
            scale=scale,
            D=D,
        )

    def _short_strengths(self, scale: float) -> Array:
        """Strengths of the means without an outlier: ``scale D (S - u)/(u (S - u S'))`` at u₊."""
        noise, u = self.model.noise, self.model.noise.edge
        h = STEP * (u - noise.top)
        S, above, below = (
            np.linalg.eigvalsh(self.model.means.resolvent(self.model.p, kappa=-noise.s / x)[0])[1:]
            for x in (u, u + h, u - h)
        )
        slope = (above - below) / (2 * h)
        return (scale * noise.D * (S - u) / (u * (S - u * slope)))[u > S]

    @property
    def trace(self) -> float:
        """``E Tr G = (σ_c² + σ_E²) (1/N) Σ_μ tr A_μ``."""
        return self.model.trace

    @cached_property
    def frobenius(self) -> float:
        r"""``√E‖G‖_F²`` from ``E‖G‖_F² = tr Σ² + (tr Σ² + (tr Σ)²)/D``, Σ the population matrix.

        ``tr Σ = (σ_c² + σ_E²) tr T`` and ``tr Σ² = σ_c⁴ tr T² + (2σ_c²σ_E² + σ_E⁴) tr Q``, with T
        and Q the means of A over the examples and of A²/N.
        """
        c2, E2, N, D = self.params.sigma_c**2, self.params.sigma_E**2, self.params.N, self.params.D
        S, t = self.model.means.resolvent(self.model.p, kappa=0.0)  # S = σ_c² T but for a rotation
        _, q = self.model.means.square(self.model.p)
        population = float(np.sum(S**2)) + (2 * c2 * E2 + E2**2) * q / N
        trace = (c2 + E2) * t.real
        return math.sqrt(population + (population + trace**2) / D)


def upper_edge(noise: Noise) -> float:
    """Upper edge of the noise's bulk, 0 without noise."""
    return noise.map(noise.edge)[0] if noise.edge else 0.0


def sticking(found: Ordered, edge: float) -> Ordered:
    """Eigenvalues that fluctuations would take into the bulk stay at its upper edge."""
    return Ordered(np.maximum(found.mean, edge), found.std)
