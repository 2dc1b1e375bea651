"""Noisy gradient descent on the toy landscape, and the tunnel around where it stays."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from simulate.wedges import kernels
from simulate.wedges.landscape import off_plane
from theory import checks
from theory.arrays import Array
from theory.checks import ConvergenceError, InputError

BLOCK = 2**20  # random numbers that are drawn at a time
DOUBLINGS = 60


@dataclass(frozen=True, eq=False)
class Path:
    """A run of noisy gradient descent.

    Attributes
    ----------
    losses : shape (steps,)
        Loss before each step.
    end : shape (D,)
        Where it ended.
    """

    losses: Array
    end: Array


def descend(
    start: ArrayLike,
    *,
    n: int,
    learning_rate: float,
    noise: float = 0.0,
    steps: int,
    rng: np.random.Generator,
) -> Path:
    r"""``P ← P - η (∇½L² + s ξ)`` with unit normal ξ in all D coordinates.

    Parameters
    ----------
    start : shape (D,)
        First point; left as it is.
    learning_rate
        η, above 0 and below 2.
    noise
        s, the standard deviation of a coordinate of the gradient, at least 0.
    steps
        At least 1.

    Raises
    ------
    InputError
        If an argument is out of its bounds.
    """
    P = checks.array("start", start, ndim=1).copy()
    kept = checks.integer("n", n, low=0, high=len(P) - 1)
    eta = checks.real("learning_rate", learning_rate, low=0, strict=True)
    if eta >= 2:
        raise InputError(f"learning_rate must be below 2, got {eta:g}")
    spread = checks.real("noise", noise, low=0)
    losses = np.empty(checks.count("steps", steps))
    off, squares = np.empty(len(P) - kept, dtype=np.int64), np.empty_like(P)
    block = max(1, BLOCK // len(P))
    for first in range(0, steps, block):
        part = losses[first : first + block]
        drawn = spread * rng.standard_normal((len(part), len(P)))
        kernels.descend(P, drawn, eta, squares, off, part)
    return Path(np.sqrt(losses), P)


def tunnel_radius(
    point: ArrayLike, *, n: int, bound: float, directions: int, rng: np.random.Generator
) -> Array:
    """How far along random directions the loss first passes ``bound``, shape (directions,).

    Found by doubling and bisection, to a relative error of 1e-6; it is the first passage if the
    loss rises along the direction up to there. 0 where it is above the bound already.

    Parameters
    ----------
    point : shape (D,)
        Centre.
    bound
        Loss that ends the tunnel, above 0.
    directions
        Uniform directions, at least 1.

    Raises
    ------
    InputError
        If an argument is out of its bounds.
    ConvergenceError
        If the loss stays below the bound along a direction, as for ``D - n = 0``.
    """
    P = checks.array("point", point, ndim=1)
    limit = checks.real("bound", bound, low=0, strict=True)
    found = np.zeros(checks.count("directions", directions))
    if off_plane(P, n=n)[0] > limit:
        return found
    for i in range(directions):
        way = rng.standard_normal(len(P))
        way /= math.sqrt(way @ way)
        found[i] = _passage(P, way, n=n, limit=limit)
    return found


def _passage(P: Array, way: Array, *, n: int, limit: float) -> float:
    low, high = 0.0, limit
    for _ in range(DOUBLINGS):
        if off_plane(P + high * way, n=n)[0] > limit:
            break
        low, high = high, 2 * high
    else:
        raise ConvergenceError(f"the loss stays below {limit:g} up to a distance of {high:g}")
    while high - low > 1e-6 * high:
        middle = (low + high) / 2
        if off_plane(P + middle * way, n=n)[0] > limit:
            high = middle
        else:
            low = middle
    return (low + high) / 2
