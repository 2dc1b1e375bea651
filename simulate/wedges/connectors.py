"""m-connectors of the toy landscape: a simplex of optima, relaxed at right angles to itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from simulate.wedges.landscape import off_plane
from theory import checks
from theory.arrays import Array
from theory.checks import InputError


def relaxed(optima: ArrayLike, shares: ArrayLike, *, n: int) -> Array:
    """The point of a simplex of optima, moved at right angles to it to the nearest plane.

    The normal space of the simplex is a cut of ``D - m`` dimensions, which meets every n-plane if
    ``m ≤ n`` (``theory.wedges.cuts.meets``): so m-connectors of loss zero exist up to m = n. Of
    the points that the cut and the plane have in common it is the one nearest to the simplex.

    Parameters
    ----------
    optima : shape (m + 1, D)
        Corners.
    shares : shape (m + 1,)
        Barycentric coordinates, at least 0, of sum 1.
    n
        Dimension of the planes, m to D-1.

    Raises
    ------
    InputError
        If shapes or values are out of their bounds, or the corners are dependent on the plane.
    """
    corners = checks.array("optima", optima, ndim=2)
    weights = checks.array("shares", shares, ndim=1)
    m, D = len(corners) - 1, corners.shape[1]
    if m < 1 or weights.shape != (m + 1,):
        raise InputError(f"shares must have shape ({len(corners)},), got {weights.shape}")
    if weights.min() < 0 or abs(weights.sum() - 1) > 1e-9:
        raise InputError(f"shares must be at least 0 and sum to 1, got {weights.tolist()}")
    if checks.integer("n", n, low=0, high=D - 1) < m:
        raise InputError(f"n must be at least m = {m}, got {n}")
    point = weights @ corners
    _, off = off_plane(point, n=n)
    edges = corners[1:] - corners[0]
    on = np.ones(D, dtype=bool)
    on[off] = False
    moved, _, rank, _ = np.linalg.lstsq(edges[:, on], edges[:, off] @ point[off], rcond=None)
    if rank < m:
        raise InputError(f"optima must span {m} dimensions on the plane, got {rank}")
    point[on] += moved
    point[off] = 0.0
    return point
