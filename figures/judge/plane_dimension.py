"""The dimension n of a plane, fitted to how often training in random cuts succeeds."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammainc, xlogy
from scipy.stats import chi2

from theory import checks
from theory.arrays import Array
from theory.checks import InputError

LEVEL = 0.95
GRID = 60  # values of each
REFINED = 3  # times that the grid is drawn closer around what the data allow
RESOLVED = 1e-9  # success is never taken for surer than that below the codimension


@dataclass(frozen=True, eq=False)
class Fitted:
    """A plane whose cuts would succeed as often as those that were made.

    Attributes
    ----------
    codimension, interval
        ``D - n`` and its profile-likelihood interval at 95 %; its upper end is infinite where the
        data allow any.
    half, half_interval
        The d at which half of the cuts succeed, likewise.
    tolerance
        The distance that counts as success, in standard deviations of a coordinate.
    p_value
        That a plane gives data as unlikely, by the deviance from the rates measured and χ² of the
        number of dimensions minus two: rough at few replicates.
    dimensions, success : shape (points,)
        The fitted curve.
    """

    codimension: float
    interval: tuple[float, float]
    half: float
    half_interval: tuple[float, float]
    tolerance: float
    p_value: float
    dimensions: Array
    success: Array


def fit(dimensions: ArrayLike, successes: ArrayLike, *, trials: int, D: int) -> Fitted:
    """Codimension and tolerance of ``theory.wedges.cuts.one_plane`` by maximum likelihood.

    Both on a logarithmic grid that is drawn closer around what the data allow. The codimension is
    told by the *width* of the transition in d and by failures: where success goes from never to
    always between two dimensions, only its lower bound means much.

    Parameters
    ----------
    dimensions : shape (k,)
        Each d.
    successes : shape (k,)
        How many of ``trials`` cuts succeeded, 0 to ``trials``.
    D
        Number of weights.

    Raises
    ------
    InputError
        If an argument is out of its bounds, or all or none of the cuts succeeded.
    """
    d, hits = (
        checks.array("dimensions", dimensions, ndim=1),
        checks.array("successes", successes, ndim=1),
    )
    count = checks.count("trials", trials)
    if hits.shape != d.shape or hits.min() < 0 or hits.max() > count:
        raise InputError(f"successes must be {len(d)} from 0 to {count}, got {hits.tolist()}")
    if d.min() < 1 or d.max() > checks.integer("D", D, low=1):
        raise InputError(f"dimensions must lie in 1..{D}, got {d.min():g}..{d.max():g}")
    if hits.sum() in (0, count * len(d)):
        raise InputError("successes must be neither none nor all: no dimension is told by them")
    codimensions, squares = np.geomspace(d.min(), D, GRID), np.geomspace(1e-3, D, GRID)
    likelihood, allowed = _likelihood(codimensions, squares, d, hits, count)
    for _ in range(REFINED):
        codimensions, squares = (
            _closer(codimensions, np.asarray(allowed.any(axis=1))),
            _closer(squares, np.asarray(allowed.any(axis=0))),
        )
        likelihood, allowed = _likelihood(codimensions, squares, d, hits, count)
    i, j = np.unravel_index(int(likelihood.argmax()), likelihood.shape)
    within = codimensions[allowed.any(axis=1)]
    halves = np.maximum(codimensions[:, None] - _median_freedom(squares), 0)
    rate = hits / count
    saturated = (xlogy(hits, rate) + xlogy(count - hits, 1 - rate)).sum()
    deviance = 2 * float(saturated - likelihood.max())
    codimension, square = float(codimensions[i]), float(squares[j])
    shown = np.linspace(d.min(), d.max(), 300)
    curve = _success(codimension - shown, square)
    top = math.inf if within.max() > 0.99 * D else float(within.max())
    return Fitted(
        codimension=codimension,
        interval=(float(within.min()), top),
        half=float(halves[i, j]),
        half_interval=(float(halves[allowed].min()), float(halves[allowed].max())),
        tolerance=math.sqrt(square),
        p_value=float(chi2.sf(max(deviance, 0), max(len(d) - 2, 1))),
        dimensions=shown,
        success=curve,
    )


def _success(missing: Array, square: ArrayLike) -> Array:
    """``P(χ²_k ≤ square)`` at any real number k of missing dimensions, 1 where none is."""
    return np.where(missing > 0, gammainc(np.maximum(missing, 1e-9) / 2, np.divide(square, 2)), 1.0)


def _likelihood(
    codimensions: Array, squares: Array, d: Array, hits: Array, count: int
) -> tuple[Array, NDArray[np.bool_]]:
    """Log-likelihood of each pair, and whether it is in the region of level ``LEVEL``."""
    p = _success(codimensions[:, None, None] - d, squares[:, None])
    p = np.clip(p, RESOLVED, 1 - RESOLVED)
    found = (xlogy(hits, p) + xlogy(count - hits, 1 - p)).sum(axis=-1)
    return found, found >= found.max() - chi2.ppf(LEVEL, 1) / 2


def _closer(values: Array, allowed: NDArray[np.bool_]) -> Array:
    """As many values from one before the first allowed to one behind the last."""
    inside = np.flatnonzero(allowed)
    low, high = max(int(inside[0]) - 1, 0), min(int(inside[-1]) + 1, len(values) - 1)
    return np.geomspace(values[low], values[high], len(values))


def _median_freedom(squares: Array) -> Array:
    """Degrees of freedom k of χ² with each of these as its median."""
    grid = np.concatenate([[0.0], np.geomspace(1e-2, 2 * squares.max() + 10, 4000)])
    medians = np.concatenate([[0.0], chi2.ppf(0.5, grid[1:])])
    return np.interp(squares, medians, grid)
