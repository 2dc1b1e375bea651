r"""The G-term ``G = (1/N) Σ_μ J_μᵀ A_μ J_μ`` with isotropic noise, given the softmax outputs.

The logit gradients are ``J_{μk} = c_{g(μ),k} + E_{μk}``: fixed means with Gram matrix Γ, Gaussian
noise of RMS length σ_E in D dimensions. Levels FG (one mean a logit) and cluster (one for each
logit and true class).
"""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import checks
from theory.arrays import Array
from theory.bulk import SampleCovariance
from theory.models import bulk_edge, by_rank
from theory.models.bulk_edge import Edge
from theory.models.means import means
from theory.models.noise import Noise
from theory.models.spiked import Spiked


class Isotropic(Spiked):
    """G with fixed means and isotropic noise.

    Deterministic equivalents: corrections to an outlier are Gaussian of relative order ``1/√D``, to
    the bulk's edges of relative order ``(N C)^{-2/3}``. Means of R outliers take R of the D
    dimensions, which counts to relative order ``R/D``: with R near D their sum can be above
    ``trace`` by as much as that.

    Parameters
    ----------
    p : shape (N, C)
        Softmax outputs.
    Gamma : shape (C, C), or (C², C²) with groups
        Gram matrix of the mean logit gradients; none by default.
    sigma_E
        RMS length of the noise of one logit gradient.
    D
        Number of weights, or the noise's effective dimension; at least the rank of Γ, as D weights
        hold no more directions of means.
    groups : shape (N,)
        Class of each example, for the cluster level: the mean of row (μ, k) has then the index
        ``groups[μ]·C + k``.

    Raises
    ------
    InputError
        If an argument is out of its bounds; by what concerns the bulk, if there is no noise.
    ConvergenceError
        By an attribute, if a root search misses its tolerance.

    Examples
    --------
    >>> model = Isotropic(np.full((300, 10), 0.1), Gamma=np.eye(10), sigma_E=0.7, D=1000)
    >>> model.outliers.round(5)[[0, -1]], model.edges.round(5)
    (array([0.10061, 0.10061]), array([[7.00e-05, 1.14e-03]]))
    """

    def __init__(
        self,
        p: ArrayLike,
        *,
        Gamma: ArrayLike | None = None,
        sigma_E: float,
        D: int,
        groups: ArrayLike | None = None,
    ) -> None:
        outputs = checks.probabilities(p)
        N, C = outputs.shape
        length, weights = checks.real("sigma_E", sigma_E, low=0), checks.integer("D", D, low=1)
        fixed = means(Gamma, groups, N=N, C=C)
        if fixed.rank > weights:
            raise checks.InputError(
                f"D must be at least the rank of Gamma, {fixed.rank}, got {weights}"
            )
        super().__init__(Noise(p=outputs, sigma_E=length, D=weights, N=N), fixed)

    @property
    def law(self) -> SampleCovariance:
        """The law of the bulk's ``N (C-1)`` eigenvalues, zeros included where D is less."""
        checks.real("sigma_E", self.noise.sigma_E, low=0, strict=True)
        return self.noise.law

    @cached_property
    def edges(self) -> Array:
        """Support intervals ``(m, 2)`` of the bulk, ascending; the zero eigenvalues apart.

        Zeros of ``z'(u)`` on the real axis (Silverstein and Choi 1995).
        """
        return self.law.edges()

    @cached_property
    def masses(self) -> Array:
        """Share of the D eigenvalues in each interval of ``edges``, shape (m,)."""
        return self.law.masses()

    def density(self, x: ArrayLike) -> Array:
        """Density of the bulk at x, normalised to its share of the D eigenvalues.

        ``Im m(x + i0)/π`` from Silverstein's equation: its integral is ``min(1, N(C-1)/D)``, up to
        softmax outputs frozen to zero.

        Parameters
        ----------
        x : any shape
            Eigenvalues at which to evaluate.
        """
        return self.law.ratio * self.law.density(x)

    @cached_property
    def bulk_edge(self) -> Edge:
        """Law of the largest eigenvalue below the outliers: Tracy-Widom around the upper edge.

        Valid while no outlier is within a few scales of the edge; the next order is 1/D.
        """
        checks.real("sigma_E", self.noise.sigma_E, low=0, strict=True)
        return bulk_edge.law(self.noise, self.means)

    @cached_property
    def eigenvalues(self) -> Array:
        """Non-zero eigenvalues, descending, shape ``(min(N (C-1), D),)``.

        Outliers, then the bulk by its quantiles (``theory.models.by_rank``).
        """
        law, outliers = self.law, self.outliers
        rank = min(1.0, 1 / law.ratio)
        count = max(round(rank * law.ratio * self.D) - len(outliers), 0)
        above = rank * (np.arange(count) + 0.5) / max(count, 1)
        return by_rank.joined(outliers, by_rank.quantiles(law, above), trace=self.trace)

    @cached_property
    def trace(self) -> float:
        """``E Tr G = tr Γ T₀ + σ_E² (1/N) Σ_μ tr A_μ`` over the noise; exact at every size."""
        S, t = self.means.resolvent(self.p, kappa=0.0)
        return float(np.trace(S) + self.noise.sigma_E**2 * t.real)

    @cached_property
    def frobenius(self) -> float:
        r"""``√E‖G‖_F²`` over the noise; exact at every size.

        With ``t₁ = (1/N) Σ tr A``, ``T₀ = (1/N) Uᵀ A U`` and Q the same of ``A²``,

            E‖G‖_F² = tr(ΓT₀)² + (2σ_E²/N) tr ΓQ + (2σ_E²/D)(t₁ tr ΓT₀ + tr ΓQ/N)
                      + σ_E⁴ [ tr Q/N + (tr Q/N + t₁²)/D ].

        Wick's theorem on the noise; derived in docs/theory/outliers.md.
        """
        noise, D = self.noise, self.D
        S, t = self.means.resolvent(self.p, kappa=0.0)
        Q, q = self.means.square(self.p)
        t, q, mixed, variance = t.real, q / noise.N, float(np.trace(Q)) / noise.N, noise.sigma_E**2
        square = (
            np.sum(S**2)
            + 2 * variance * mixed
            + 2 * variance / D * (t * np.trace(S) + mixed)
            + variance**2 * (q + (q + t**2) / D)
        )
        return math.sqrt(square)

    def _roots(self, x: ArrayLike) -> NDArray[np.complex128]:
        return self.law.root(x)
