"""Minimisation of the toy loss inside random cuts, and how often it succeeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from simulate.wedges.landscape import off_plane
from simulate.wedges.subspace import Subspace
from theory import checks, stream
from theory.arrays import Array
from theory.checks import ConvergenceError, InputError
from theory.streams import derived_seed

CHANGES = 1000  # of the plane, at most


@dataclass(frozen=True, eq=False)
class Found:
    """What a search reached.

    Attributes
    ----------
    start
        Loss at the base point.
    nearest
        Least distance of the cut from the plane nearest to the base point.
    loss
        Loss at the end, a local minimum in the cut.
    changes
        How often the plane was changed.
    point : shape (D,)
        The end.
    """

    start: float
    nearest: float
    loss: float
    changes: int
    point: Array


def minimise(base: Array, subspace: Subspace, *, n: int) -> Found:
    """The least loss in ``base + span(M)`` that alternation between planes and fits reaches.

    The point of the cut nearest to the plane nearest to the last point, until that plane stays the
    same: the concentration steps of Rousseeuw and Van Driessen's least trimmed squares. The loss
    never rises and there are finitely many planes, so it ends in a local minimum. In a cut of at
    least ``D - n`` dimensions every critical point has loss zero (docs/theory/wedges.md), so that
    the search succeeds where any does.

    Parameters
    ----------
    base : shape (D,)
        Base point of the cut.

    Raises
    ------
    InputError
        If base has not D coordinates or n is out of its bounds.
    ConvergenceError
        If the plane still changes after ``CHANGES`` steps.
    """
    if base.shape != (subspace.D,):
        raise InputError(f"base must have shape ({subspace.D},), got {base.shape}")
    start, off = off_plane(base, n=n)
    best = nearest = np.inf
    for changes in range(CHANGES):
        theta = np.linalg.lstsq(subspace.columns(off), -base[off], rcond=None)[0]
        point = base + subspace.spread(theta)
        if changes == 0:
            nearest = float(np.linalg.norm(point[off]))
        loss, other = off_plane(point, n=n)
        if np.array_equal(off, other) or loss >= best or loss <= 1e-13 * start:
            return Found(start, nearest, loss, changes, point)
        best, off = loss, other
    raise ConvergenceError(f"the plane still changes after {CHANGES} steps")


def success(
    *,
    D: int,
    n: int,
    dimensions: Sequence[int],
    cuts: int,
    sigma: float = 1.0,
    seed: int,
    progress: Callable[[int], object] | None = None,
) -> xr.Dataset:
    """Losses in random cuts of each dimension, of base points ``N(0, σ² I)``.

    Cut number i is nested: its subspace of a smaller d lies in that of a larger one.

    Parameters
    ----------
    dimensions
        Each d, 1 to D.
    cuts
        How many.
    progress
        Called with 1 after each cut.

    Returns
    -------
    ``start`` (cut,), and ``nearest``, ``loss`` and ``changes`` (cut, dimension), as of ``Found``.

    Raises
    ------
    InputError
        If an argument is out of its bounds.
    """
    sizes = checks.counts("dimensions", dimensions)
    count = checks.count("cuts", cuts)
    scale = checks.real("sigma", sigma, low=0, strict=True)
    found = np.empty((3, count, len(sizes)))
    starts = np.empty(count)
    for i in range(count):
        own = derived_seed(seed, "cut", D, n, i)
        base = scale * stream(own, "base").standard_normal(D)
        for j, d in enumerate(sizes):
            end = minimise(base, Subspace(D, d=d, seed=own), n=n)
            starts[i] = end.start
            found[:, i, j] = end.nearest, end.loss, end.changes
        if progress is not None:
            progress(1)
    axes = ("cut", "dimension")
    arrays = {
        name: (axes, part) for name, part in zip(("nearest", "loss", "changes"), found, strict=True)
    }
    coords = {"dimension": list(sizes)}
    attrs = {"D": D, "n": n, "sigma": scale}
    return xr.Dataset({"start": ("cut", starts), **arrays}, coords=coords, attrs=attrs)
