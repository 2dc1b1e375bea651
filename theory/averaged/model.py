"""The model from its parameters alone: what is averaged over logits, labels, means and noise."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np

from theory import checks
from theory.arrays import Array
from theory.averaged import bulk_edge, class_gradient, gradient_share, moments, refusals
from theory.averaged.given_outputs import sticking
from theory.averaged.given_outputs import upper_edge as noise_edge
from theory.averaged.gradient_share import ShareLaw
from theory.averaged.laws.logit_law import (
    ENTRIES,
    CommonOutlier,
    LogitLaw,
    common_outlier,
    logit_law,
)
from theory.averaged.outliers import class_splitting, families, transition
from theory.averaged.outliers.transition import Transition
from theory.bulk import SampleCovariance
from theory.models.spectral_map import SpectralMap
from theory.params import Params
from theory.spread import outliers_at_edge
from theory.spread.splitting import Ordered


@dataclass(frozen=True)
class Averaged:
    """The model of ``params``, each equation solved once and remembered.

    Level FG has formulas of its own, in which ``w = u``; every other level goes along
    ``theory.models.spectral_map``. What no closed form covers is refused by the attribute that
    would need it (``InputError``). ``entries`` are the logits that the law of the outputs is
    averaged over (``LogitLaw``): fewer give a preview.

    Examples
    --------
    >>> params = Params(N=300, C=10, D=1000, sigma_z=1, sigma_c=1, sigma_E=0.7, sigma_y=0.5)
    >>> model = Averaged(params)
    >>> len(model.outliers.mean), round(model.power.mean, 2)
    (90, 0.94)
    """

    params: Params
    entries: int = ENTRIES

    @cached_property
    def outliers(self) -> Ordered:
        """Ordered outliers: mean and standard deviation over draws."""
        if len(self.roots) == 1 and self._at_edge:
            refusals.require_a_bulk(self.params)
            return self._at_edge.ordered
        return sticking(self._split, self.upper_edge) if self.roots else self._split

    @cached_property
    def largest(self) -> tuple[float, float]:
        """Mean and standard deviation of the largest eigenvalue, at either side of the threshold.

        The first outlier; where it reaches into the bulk's edge, or there is none, the transition
        between both (``averaged.transition``). More than 64 means are the population of one bulk at
        level FG and left out beyond it. Where a few examples hold the edge, it is that of theirs.
        """
        if self._at_edge:
            ordered = self._at_edge.ordered
            return float(ordered.mean[0]), float(ordered.std[0])
        if self.roots:
            return float(self.outliers.mean[0]), float(self.outliers.std[0])
        if not self._plain:
            edge = transition.edge(self._law, self._curve)
            return edge.mean, edge.std
        try:
            edge = bulk_edge.averaged(self._seen, entries=self.entries)
        except checks.ConvergenceError:  # no Tracy-Widom law
            return bulk_edge.of_few_examples(self._seen, entries=self.entries)
        return edge.mean, edge.std

    @cached_property
    def edges(self) -> Array:
        """The bulk's lowest and highest edge, shape (1, 2)."""
        if self._plain:
            return self._edges_FG()
        atoms, shares = self._law.spectrum
        kept, N = atoms > 0, self.params.N
        counts = shares[kept] * N * (self.params.C - 1)
        return self._curve.interval(atoms[kept] / N, counts)

    @cached_property
    def upper_edge(self) -> float:
        """Upper edge of the bulk; 0 without noise and curvature."""
        return noise_edge(self._law.noise) if self._plain else self._curve.upper_edge()

    @cached_property
    def spike_strength(self) -> float:
        """Strength of the first family of means over the least that makes outliers."""
        strength = families.strengths(self._law)[0]
        if not self._plain:
            return float(families.above_edge(self._law, self._curve, strength))
        edge = self._law.noise.edge
        if edge == 0:
            return math.inf
        return float(strength * self._law.t(-self._law.noise.s / edge) / edge)

    @cached_property
    def power(self) -> ShareLaw:
        """Law of the fraction of ``‖g‖²`` on the outliers."""
        near = self._at_edge.transfer if self._at_edge else None
        if self._plain:
            return gradient_share.share(self._seen, near=near, entries=self.entries)
        found = self.roots
        if found and near is not None:
            found = (replace(found[0], transfer=float(near.mean())), *found[1:])
        return class_gradient.share(self._law, self._curve, found)

    @cached_property
    def participation(self) -> float:
        """``E Σ_k p_k²``."""
        return 1 - self._law.trace_A

    @cached_property
    def trace(self) -> float:
        """``E Tr H``."""
        return moments.trace(self._law)

    @cached_property
    def trace_std(self) -> float:
        """Standard deviation of Tr H."""
        return moments.trace_std(self._law, self._curve)

    @cached_property
    def frobenius(self) -> float:
        """``√E‖H‖_F²``."""
        return moments.frobenius(self._law, self._curve)

    @cached_property
    def frobenius_std(self) -> float:
        """Standard deviation of ``‖G‖_F``, at level FG."""
        return moments.frobenius_std(self._law, self._curve)

    @cached_property
    def roots(self) -> tuple[CommonOutlier, ...]:
        """Common position of each family of outliers above the bulk, descending."""
        if not self._plain:
            return families.roots(self._law, self._curve)
        root = common_outlier(self._law)
        return () if root is None else (root,)

    @cached_property
    def _split(self) -> Ordered:
        """The outliers as they would be without a bulk's edge beside them."""
        return class_splitting.families(self._law, self.roots)

    @cached_property
    def _at_edge(self) -> Transition | None:
        """The first family with the bulk's edge, where both fluctuate into each other."""
        first = families.multiplicities(self._law)[0]
        if not transition.covers(self._law, self._curve) or not outliers_at_edge.reached(
            self._split, self.upper_edge, first=first
        ):
            return None
        return transition.at_edge(self._law, self._curve)

    @cached_property
    def _seen(self) -> Params:
        return self.params.as_seen_by_G

    @property
    def _plain(self) -> bool:
        """Whether G sees level FG."""
        return not self._seen.beyond_FG

    @cached_property
    def _law(self) -> LogitLaw:
        return logit_law(self._seen, entries=self.entries)

    @cached_property
    def _curve(self) -> SpectralMap:
        return families.curve(self._law)

    def _edges_FG(self) -> Array:
        if self._seen.sigma_E == 0:
            raise checks.InputError("sigma_E must be greater than 0 for a bulk, got 0")
        noise, (atoms, shares) = self._law.noise, self._law.spectrum
        ratio = self.params.N * (self.params.C - 1) / self.params.D
        lowest = SampleCovariance(atoms, shares, ratio=ratio).edges()[0, 0]
        return np.array([[noise.s * lowest, self.upper_edge]])


@lru_cache(maxsize=8)
def averaged(params: Params, *, entries: int = ENTRIES) -> Averaged:
    """The averaged model of ``params``, kept for the next call."""
    return Averaged(params, entries)
