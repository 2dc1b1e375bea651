"""A simplex divided into equal cells: the points of its lattice, and interpolation between them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import checks
from theory.arrays import Array
from theory.checks import InputError

SUM = 1e-6  # by which shares may miss one


class Mesh:
    """Freudenthal's division of an m-simplex, each edge in ``divisions`` parts.

    Parameters
    ----------
    m
        Dimension of the simplex, at least 1.
    divisions
        Parts of an edge, at least 1.

    Attributes
    ----------
    shares : shape (points, m + 1)
        Barycentric coordinates of the lattice's points.
    corners : shape (m + 1,)
        Which points are the corners, in their order.

    Raises
    ------
    InputError
        If an argument is out of its bounds.

    Examples
    --------
    >>> mesh = Mesh(m=2, divisions=2)
    >>> len(mesh.shares), mesh.shares[mesh.corners].tolist()
    (6, [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    """

    def __init__(self, *, m: int, divisions: int) -> None:
        self.m = checks.integer("m", m, low=1)
        self.divisions = checks.integer("divisions", divisions, low=1)
        bars = combinations(range(divisions + m), m)  # stars and bars
        ends = np.array([[-1, *each, divisions + m] for each in bars])
        parts = np.diff(ends, axis=1) - 1
        self.shares: Array = parts / divisions
        self._place = {tuple(part): i for i, part in enumerate(parts.tolist())}
        self.corners: NDArray[np.int64] = np.argmax(self.shares, axis=0)

    def cells(self, shares: ArrayLike) -> tuple[NDArray[np.int64], Array]:
        """The cell around each point: its m + 1 corners in the lattice, and their weights.

        The weights are at least 0, sum to one, and give the point: linear interpolation on the
        cells is continuous on the simplex.

        Parameters
        ----------
        shares : shape (s, m + 1)
            Barycentric coordinates, each at least 0, each row of sum one.

        Raises
        ------
        InputError
            If they are none.
        """
        points = checks.array("shares", shares, ndim=2)
        if points.shape[1] != self.m + 1:
            raise InputError(f"shares must have {self.m + 1} columns, got {points.shape[1]}")
        if points.min() < 0 or np.abs(points.sum(axis=1) - 1).max() > SUM:
            raise InputError("shares must be at least 0 and each row sum to 1")
        # heights descend from ``divisions`` to 0; a cell is where they and their order are fixed
        heights = self.divisions * np.cumsum(points[:, :0:-1], axis=1)[:, ::-1]
        floors = np.floor(np.minimum(heights, self.divisions))
        rest = np.clip(heights - floors, 0, 1)
        order = np.argsort(-rest, axis=1, kind="stable")
        sorted_rest = np.take_along_axis(rest, order, axis=1)
        edges = np.pad(sorted_rest, ((0, 0), (1, 1)), constant_values=((0, 0), (1, 0)))
        weights = edges[:, :-1] - edges[:, 1:]
        index = np.empty(weights.shape, dtype=np.int64)
        for row, (floor, steps) in enumerate(zip(floors.astype(int), order, strict=True)):
            level = floor.copy()
            for corner in range(self.m + 1):
                if corner:
                    level[steps[corner - 1]] += 1
                parts = -np.diff(np.array([self.divisions, *level, 0]))
                # on the simplex' border a corner outside has weight 0, to rounding
                index[row, corner] = self._place.get(tuple(parts.tolist()), int(index[row, 0]))
        return index, weights
