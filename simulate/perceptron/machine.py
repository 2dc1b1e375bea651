"""The machine that is searched: patterns to be classified, weights, errors."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import checks
from theory.arrays import Array

Weights = NDArray[np.int8]


class Found(NamedTuple):
    """What a search ended with.

    Parameters
    ----------
    weights : shape (K, N)
        Weights ±1 of the K hidden units.
    errors
        Patterns that they misclassify, counted on the patterns.
    sweeps
        Passes through the patterns that the search took.
    """

    weights: Weights
    errors: int
    sweeps: int

    @property
    def solved(self) -> bool:
        """Whether no pattern is misclassified."""
        return self.errors == 0


def patterns(P: int, *, N: int, law: str = "binary", rng: np.random.Generator) -> Array:
    """Random patterns, each times its label: a machine solves them if it answers +1 to all.

    Labels of even chance change no law of the patterns, and a machine with odd N and K answers
    -1 to the opposite of a pattern that it answers +1 to.

    Parameters
    ----------
    P, N
        Patterns, and entries of each, at least 1.
    law
        ``binary`` entries ±1, or ``normal`` ones.

    Returns
    -------
    Array
        Shape (P, N).

    Raises
    ------
    InputError
        If an argument is out of its bounds.

    Examples
    --------
    >>> from theory import stream
    >>> patterns(2, N=3, rng=stream(0)).shape
    (2, 3)
    """
    shape = (checks.count("P", P), checks.count("N", N))
    if checks.choice("law", law, ("binary", "normal")) == "normal":
        return rng.standard_normal(shape)
    return rng.choice(np.array([-1.0, 1.0]), size=shape)


def errors(weights: ArrayLike, *, patterns: ArrayLike) -> int:
    """Patterns that the majority of the hidden units' signs answers otherwise than +1.

    Parameters
    ----------
    weights : shape (K, N)
        Weights of each hidden unit; one row is the perceptron.
    patterns : shape (P, N)
        Patterns times their labels.

    Raises
    ------
    InputError
        If the shapes do not fit.

    Examples
    --------
    >>> errors([[1, 1, -1]], patterns=[[1, 1, 1], [-1, -1, 1]])
    1
    """
    xi = checks.array("patterns", patterns, ndim=2)
    w = checks.array("weights", weights, ndim=2)
    if w.shape[1] != xi.shape[1]:
        raise checks.InputError(f"weights must have {xi.shape[1]} columns, got shape {w.shape}")
    return int((np.sign(xi @ w.T).sum(axis=1) <= 0).sum())


def examined(patterns: ArrayLike, *, hidden: int) -> Array:
    """Patterns ±1 that a search takes: with odd N and K no field and no majority is zero.

    Raises
    ------
    InputError
        If an entry is not ±1, or N or ``hidden`` is even.
    """
    xi = checks.array("patterns", patterns, ndim=2)
    if not (np.abs(xi) == 1).all():
        raise checks.InputError("patterns must have entries -1 and 1 alone")
    for name, value in (("N", xi.shape[1]), ("hidden", checks.count("hidden", hidden))):
        if value % 2 == 0:
            raise checks.InputError(f"{name} must be odd, got {value}")
    return xi


def signs(fields: Array) -> Weights:
    """Weights of the signs of their fields; a field of zero is -1."""
    return np.where(fields > 0, 1, -1).astype(np.int8)
