"""Entropy of the solutions around given weights by belief propagation, on given patterns."""

from __future__ import annotations

from math import atanh

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import ndtr

from simulate.perceptron._kernels import propagate
from simulate.perceptron.machine import examined
from theory import checks
from theory.arrays import Array

DAMPING = 0.3
TOLERANCE = 1e-6  # of a message
SWEEPS = 1000
CLOSE = 1e-3  # overlap
FURTHEST = 3.0  # from the field that would have the distance without patterns


class Around:
    """Belief propagation with a field along given weights.

    Parameters
    ----------
    patterns : shape (P, N)
        Patterns ±1.
    weights : shape (K, N)
        Weights ±1 in the middle.
    """

    def __init__(self, patterns: Array, weights: Array) -> None:
        self.patterns, self.weights = patterns, weights
        self.messages = np.zeros((len(patterns), *weights.shape))

    def settle(self, field: float) -> None:
        """Bring the messages to their fixed point at a field, from where they are.

        Raises
        ------
        ConvergenceError
            If they do not come to rest.
        """
        order = np.arange(len(self.patterns))
        self.total = self.messages.sum(axis=0) + field * self.weights
        for _ in range(SWEEPS):
            before = self.messages.copy()
            propagate(self.patterns, order, self.messages, self.total, DAMPING)
            if np.abs(self.messages - before).max() < TOLERANCE:
                return
        raise checks.ConvergenceError(f"the messages do not come to rest within {SWEEPS} sweeps")

    @property
    def overlap(self) -> float:
        """Mean overlap of the solutions with the weights in the middle."""
        return float((self.weights * np.tanh(self.total)).mean())

    def log_weight(self) -> float:
        """Bethe's ``ln Σ exp(field Σ_i w_i w̃_i)`` over the solutions."""
        cavity = self.total - self.messages
        m = np.tanh(cavity)
        mean = np.einsum("pkn,pn->pk", m, self.patterns)
        up = ndtr(mean / np.sqrt(np.maximum((1 - m**2).sum(axis=2), 1e-6)))
        patterns = np.log(_majority(up)).sum()
        size = np.logaddexp(self.total, -self.total).sum()
        return float(patterns + (1 - len(m)) * size + np.logaddexp(cavity, -cavity).sum())


def local_entropy(weights: ArrayLike, *, patterns: ArrayLike, distance: float) -> float:
    r"""Entropy per weight of the solutions at a distance from given weights, in nats.

    Bethe's entropy at the field along the weights that has the distance. The hidden units' fields
    are taken as normal and patterns as independent, which is exact at large N; at N weights it is
    off by about 1/N.

    Parameters
    ----------
    weights : shape (K, N)
        Weights ±1; they need not solve.
    patterns : shape (P, N)
        Patterns ±1 times their labels, N and K odd.
    distance
        Share of the weights that differ, above 0 and below 1/2.

    Raises
    ------
    InputError
        If an argument is out of its bounds.
    ConvergenceError
        If belief propagation does not come to rest, or no field has the distance.

    Examples
    --------
    >>> from simulate.perceptron import focusing, patterns
    >>> from theory import stream
    >>> xi = patterns(20, N=101, rng=stream(0))
    >>> found = focusing(xi, rng=stream(1))
    >>> 0.1 < local_entropy(found.weights, patterns=xi, distance=0.05) < 0.1985
    True
    """
    w = checks.array("weights", weights, ndim=2)
    xi = examined(patterns, hidden=len(w))
    if w.shape[1] != xi.shape[1] or not (np.abs(w) == 1).all():
        raise checks.InputError(
            f"weights must be -1 or 1 in {xi.shape[1]} columns, got shape {w.shape}"
        )
    d = checks.real("distance", distance, low=0, strict=True)
    if d >= 0.5:
        raise checks.InputError(f"distance must be below 0.5, got {d:g}")
    around = Around(xi, w)

    def gap(field: float) -> float:
        around.settle(field)
        return around.overlap - (1 - 2 * d)

    free = atanh(1 - 2 * d)
    try:
        root = brentq(gap, free - FURTHEST, free + FURTHEST, xtol=1e-5)
    except ValueError as error:  # the signs at the ends are the same
        raise checks.ConvergenceError(f"no field has the distance {d:g}") from error
    field = float(root)  # pyright: ignore[reportArgumentType]
    if abs(gap(field)) > CLOSE:  # between two fixed points
        raise checks.ConvergenceError(f"the overlap leaps at the distance {d:g}")
    return around.log_weight() / w.size - field * around.overlap


def _majority(up: Array) -> Array:
    """Chance that most of the K units are +1, of each row of their own chances."""
    chances = np.zeros((len(up), up.shape[1] + 1))
    chances[:, 0] = 1
    for own in up.T:
        chances[:, 1:] = chances[:, 1:] * (1 - own[:, None]) + chances[:, :-1] * own[:, None]
        chances[:, 0] *= 1 - own
    return chances[:, (up.shape[1] + 1) // 2 :].sum(axis=1)
