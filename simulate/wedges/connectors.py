"""m-connectors of the toy landscape: a simplex of optima, relaxed at right angles to itself."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from simulate.wedges.landscape import off_plane, optimum
from theory import checks, stream
from theory.arrays import Array
from theory.checks import InputError
from theory.wedges import Mesh


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


def losses(*, D: int, n: int, m: int, divisions: int, points: int, seed: int) -> xr.Dataset:
    """Losses on the simplex of m + 1 random optima, and on the connector relaxed from it.

    The points of the divided simplex are relaxed one by one, and the connector is linear between
    them: where two neighbours lie on different planes it leaves both.

    Parameters
    ----------
    m
        Dimension of the connector, 1 to n.
    divisions
        Parts of an edge.
    points
        Uniform random points that the loss is told at.

    Returns
    -------
    ``linear`` and ``connector``, the losses at the same ``point``; ``lattice``, at the relaxed
    points of the lattice.

    Raises
    ------
    InputError
        If an argument is out of its bounds.
    """
    mesh = Mesh(m=m, divisions=divisions)
    count = checks.count("points", points)
    optima = np.stack([optimum(D=D, n=n, rng=stream(seed, "optimum", i)) for i in range(m + 1)])
    nodes = np.stack([relaxed(optima, each, n=n) for each in mesh.shares])
    shares = stream(seed, "points").dirichlet(np.ones(m + 1), size=count)
    index, weights = mesh.cells(shares)
    found = {
        "linear": [off_plane(each @ optima, n=n)[0] for each in shares],
        "connector": [
            off_plane(w @ nodes[at], n=n)[0] for at, w in zip(index, weights, strict=True)
        ],
    }
    arrays = {name: ("point", np.array(column)) for name, column in found.items()}
    lattice = ("node", np.array([off_plane(each, n=n)[0] for each in nodes]))
    return xr.Dataset(arrays | {"lattice": lattice}, attrs={"D": D, "n": n, "m": m})
