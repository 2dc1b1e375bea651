"""The toy loss: the distance to the nearest coordinate n-plane, and which plane that is."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulate.wedges import kernels
from theory import checks
from theory.arrays import Array


def off_plane(P: ArrayLike, *, n: int) -> tuple[float, NDArray[np.int64]]:
    """The loss at P, and the ``D - n`` coordinates that the nearest plane has at zero, ascending.

    ``L = √(Σ P_i²)`` over these, the smallest of P (Fort, Jastrzebski, arXiv:1906.04724); the
    gradient of L²/2 is P there and zero elsewhere. One selection of D numbers, no sorting.

    Parameters
    ----------
    P : shape (D,)
        A point.
    n
        Dimension of the planes, 0 to D-1.

    Raises
    ------
    InputError
        If P is no vector of finite numbers or n is out of its bounds.

    Examples
    --------
    >>> loss, off = off_plane([3.0, -9.0, 4.0, 8.0], n=2)
    >>> loss, off.tolist()
    (5.0, [0, 2])
    """
    point = checks.array("P", P, ndim=1)
    kept = checks.integer("n", n, low=0, high=len(point) - 1)
    off = np.empty(len(point) - kept, dtype=np.int64)
    square = kernels.select_off(point, np.empty_like(point), off)
    return math.sqrt(square), off


def optimum(*, D: int, n: int, sigma: float = 1.0, rng: np.random.Generator) -> Array:
    """A point of loss zero: normal coordinates on a random coordinate n-plane, shape (D,)."""
    point = np.zeros(checks.integer("D", D, low=1))
    kept = checks.integer("n", n, low=0, high=D - 1)
    point[rng.permutation(D)[:kept]] = sigma * rng.standard_normal(kept)
    return point
