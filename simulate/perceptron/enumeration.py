"""All weight vectors of a small perceptron: how many solve, and how far apart they are."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulate.perceptron._kernels import count_distances, least_fields
from theory import checks
from theory.arrays import Array

LARGEST = 24  # 2^24 margins are 128 MiB


def margins(patterns: ArrayLike) -> Array:
    r"""Margin ``min_μ ξ_μ·w/√N`` of each of the 2^N weight vectors.

    Exact, by flipping one weight at a time (Gray code): P additions a vector.

    Parameters
    ----------
    patterns : shape (P, N)
        Patterns times their labels, N at most 24.

    Returns
    -------
    Array
        Shape (2^N,), at the index whose bit i is 1 where weight i is +1.

    Raises
    ------
    InputError
        If the patterns are no matrix, or N is above 24.

    Examples
    --------
    >>> margins([[1.0, 1.0]]).round(3)
    array([-1.414,  0.   ,  0.   ,  1.414])
    """
    xi = checks.array("patterns", patterns, ndim=2)
    N = checks.integer("N", xi.shape[1], low=1, high=LARGEST)
    least = np.empty(1 << N)
    least_fields(np.ascontiguousarray(xi.T), least)
    return least / sqrt(N)


def distance_counts(
    references: NDArray[np.int64], solutions: NDArray[np.int64], *, N: int
) -> NDArray[np.int64]:
    """Solutions at each Hamming distance of each reference.

    Parameters
    ----------
    references : shape (R,)
        Indices of weight vectors, as of ``margins``.
    solutions : shape (M,)
        Those that are counted.
    N
        Weights, from 1 to 24.

    Returns
    -------
    NDArray
        Shape (R, N+1).

    Raises
    ------
    InputError
        If an index is out of its bounds.

    Examples
    --------
    >>> distance_counts(np.array([0]), np.array([0, 1, 2, 3]), N=2)
    array([[1, 2, 1]])
    """
    checks.integer("N", N, low=1, high=LARGEST)
    for name, values in (("references", references), ("solutions", solutions)):
        if values.size and not 0 <= values.min() <= values.max() < 1 << N:
            raise checks.InputError(f"{name} must lie in 0..2^{N} - 1")
    counts = np.zeros((len(references), N + 1), dtype=np.int64)
    count_distances(
        np.ascontiguousarray(references, dtype=np.int64),
        np.ascontiguousarray(solutions, dtype=np.int64),
        counts,
    )
    return counts


def index(weights: ArrayLike) -> int:
    """The index of a weight vector, whose bit i is 1 where weight i is +1.

    Parameters
    ----------
    weights : shape (N,)
        Weights ±1.

    Raises
    ------
    InputError
        If they are not ±1, or more than 24.

    Examples
    --------
    >>> index([1, -1, 1])
    5
    """
    w = checks.array("weights", weights, ndim=1)
    checks.integer("N", len(w), low=1, high=LARGEST)
    if not (np.abs(w) == 1).all():
        raise checks.InputError("weights must be -1 or 1")
    return int(((w > 0) << np.arange(len(w))).sum())
