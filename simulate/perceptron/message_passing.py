"""Focusing belief propagation: replicas drawn together in one message-passing run."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from simulate.perceptron._kernels import propagate
from simulate.perceptron.machine import Found, errors, examined, signs
from theory import checks
from theory.arrays import Array

RANDOM = 0.1  # size of the first messages
DAMPING = 0.5
LARGEST_FIELD = 20.0
LARGEST_FOCUS = 8.0  # γ beyond which the replicas are one


def focusing(
    patterns: ArrayLike,
    *,
    hidden: int = 1,
    replicas: int = 7,
    step: float = 0.02,
    sweeps: int = 300,
    rng: np.random.Generator,
) -> Found:
    r"""Search by focusing belief propagation on a perceptron or committee machine.

    Messages of the patterns, and for each weight that of ``y - 1`` further replicas through a
    common centre, ``tanh γ · tanh((y-1) atanh(m tanh γ))`` with m its cavity magnetisation. Scoping
    raises γ by a step a sweep. Source: Baldassi et al., PNAS 113, E7655 (2016).

    Parameters
    ----------
    patterns : shape (P, N)
        Patterns ±1 times their labels, N odd.
    hidden
        Hidden units, odd; one is the perceptron. Each sees the whole pattern.
    replicas
        y, at least 2.
    step
        Of γ, above 0.
    sweeps
        At most, at least 1.

    Returns
    -------
    Found
        The first weights that solve, else those with the fewest errors.

    Raises
    ------
    InputError
        If an argument is out of its bounds.

    Examples
    --------
    >>> from simulate.perceptron import patterns
    >>> from theory import stream
    >>> found = focusing(patterns(30, N=101, rng=stream(0)), rng=stream(1))
    >>> found.solved, found.weights.shape
    (True, (1, 101))
    """
    xi = examined(patterns, hidden=hidden)
    y = checks.count("replicas", replicas, low=2)
    rise = checks.real("step", step, low=0, strict=True)
    limit = checks.count("sweeps", sweeps)
    P, N = xi.shape
    messages = RANDOM * rng.uniform(-1, 1, (P, hidden, N))
    external = np.zeros((hidden, N))
    total = messages.sum(axis=0)
    best, least, sweep = signs(total), P + 1, 0
    for sweep in range(1, limit + 1):
        propagate(xi, rng.permutation(P), messages, total, DAMPING)
        cavity = total - external
        drawn = _of_replicas(cavity, polarisation=np.tanh(min(rise * sweep, LARGEST_FOCUS)), y=y)
        external = DAMPING * external + (1 - DAMPING) * drawn
        total = cavity + external
        weights = signs(total)
        wrong = errors(weights, patterns=xi)
        if wrong < least:
            best, least = weights, wrong
        if wrong == 0:
            break
    return Found(best, least, sweep)


def _of_replicas(cavity: Array, *, polarisation: float, y: int) -> Array:
    """Field of the other replicas on each weight."""
    through = np.arctanh(np.tanh(np.clip(cavity, -LARGEST_FIELD, LARGEST_FIELD)) * polarisation)
    return np.arctanh(polarisation * np.tanh((y - 1) * through))
