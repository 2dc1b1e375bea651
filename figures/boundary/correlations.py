"""Rank correlations over sets, initialisations and seeds, with intervals that resample them."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import xarray as xr

from figures.boundary.study import DIMS
from figures.judge.bootstrap import RESAMPLED, percentiles, weighted_spearman
from theory import stream
from theory.arrays import Array

Among = Literal["all", "sets", "within"]
AMONG: tuple[Among, ...] = ("all", "sets", "within")


class Rank(NamedTuple):
    """A rank correlation with two 95 % bootstrap intervals.

    Parameters
    ----------
    value
        Of all networks.
    low, high
        Over seeds drawn with replacement with all their networks: these sets, other draws.
    low_sets, high_sets
        Over sets and seeds, both drawn with replacement: other sets of such a kind.
    """

    value: float
    low: float
    high: float
    low_sets: float
    high_sets: float


def rank(x: xr.DataArray, y: xr.DataArray, *, among: Among, seed: int = 0) -> Rank:
    """Spearman's rank correlation of two quantities of the networks.

    Networks of one set share points, those of one seed weights: neither interval takes them as
    independent. Networks of which one quantity is not finite are left out.

    Parameters
    ----------
    x, y
        Over ``DIMS``.
    among
        ``all`` networks; ``sets``, by the mean of each; ``within`` them, the deviations from it.
    seed
        Root of the bootstrap.
    """
    a, b = (each.transpose(*DIMS).values.astype(float) for each in (x, y))
    known = np.isfinite(a) & np.isfinite(b)
    a, b = (np.where(known, each, 0) for each in (a, b))
    sets, seeds, rng = len(a), a.shape[2], stream(seed, "bootstrap")

    def of(by_set: Array, by_seed: Array) -> Array:
        """Of sets ``(B, S)`` and seeds ``(B, R)``, each as often as they say."""
        within = by_seed[:, None, None, :] * known
        if among == "sets":
            count = within.sum((2, 3))
            means = [(within * v).sum((2, 3)) / np.maximum(count, 1) for v in (a, b)]
            return weighted_spearman(means[0], means[1], by_set * (count > 0))
        values = [a, b]
        if among == "within":
            count = np.maximum(known.sum((1, 2), keepdims=True), 1)
            values = [v - v.sum((1, 2), keepdims=True) / count for v in values]
        weights = (by_set[:, :, None, None] * within).reshape(len(within), -1)
        return weighted_spearman(values[0].ravel(), values[1].ravel(), weights)

    once = np.ones((1, sets)), np.ones((1, seeds))
    value = float(of(*once)[0])
    if np.isnan(value):
        return Rank(*[np.nan] * 5)
    drawn_seeds, drawn_sets = (
        rng.multinomial(n, np.full(n, 1 / n), size=RESAMPLED).astype(float) for n in (seeds, sets)
    )
    these = percentiles(of(np.ones((RESAMPLED, sets)), drawn_seeds))
    others = percentiles(of(drawn_sets, drawn_seeds))
    return Rank(value, *these, *others)
