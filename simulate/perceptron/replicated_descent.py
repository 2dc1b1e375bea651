"""Replicated stochastic gradient descent with weights ±1."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from simulate.perceptron._kernels import descend
from simulate.perceptron.machine import Found, errors, examined, signs
from theory import checks

RATE, PULL, BATCH = 2.0, 0.1, 5


def replicated(
    patterns: ArrayLike,
    *,
    hidden: int = 1,
    replicas: int = 7,
    step: float = 0.05,
    sweeps: int = 1000,
    rng: np.random.Generator,
) -> Found:
    r"""Search by replicated stochastic descent on a perceptron or committee machine.

    Weights are the signs of hidden fields H. An error adds ``2 ξ`` to H of the fewest hidden units
    that would mend it, those nearest to it; after each batch of 5, ``0.1 (tanh(γ y w̄) - w)`` draws
    a replica to the mean w̄ of all. γ rises by a step an epoch. Source: Baldassi et al., PNAS 113,
    E7655 (2016).

    Parameters
    ----------
    patterns : shape (P, N)
        Patterns ±1 times their labels, N odd.
    hidden
        Hidden units, odd; one is the perceptron.
    replicas
        y, at least 1; an odd number leaves no tie in the centre.
    step
        Of γ, at least 0.
    sweeps
        Epochs at most, at least 1.

    Returns
    -------
    Found
        The centre if it solves, else the replica with the fewest errors.

    Raises
    ------
    InputError
        If an argument is out of its bounds.

    Examples
    --------
    >>> from simulate.perceptron import patterns
    >>> from theory import stream
    >>> replicated(patterns(30, N=101, rng=stream(0)), rng=stream(1)).solved
    True
    """
    xi = examined(patterns, hidden=hidden)
    y = checks.count("replicas", replicas)
    rise = checks.real("step", step, low=0)
    limit = checks.count("sweeps", sweeps)
    P, N = xi.shape
    weights = np.repeat(rng.choice(np.array([-1.0, 1.0]), size=(1, hidden, N)), y, axis=0)
    fields, centre = weights.copy(), weights[0].copy()
    batches = -(-P // BATCH)
    best, least = signs(centre), P + 1
    for epoch in range(1, limit + 1):
        orders = np.array([rng.permutation(P) for _ in range(y)])
        turns = np.array([rng.permutation(y) for _ in range(batches)])
        focus = rise * (epoch - 1)
        descend(xi, orders, turns, fields, weights, centre, BATCH, RATE, PULL, focus)
        for each in (centre, *weights):
            wrong = errors(signs(each), patterns=xi)
            if wrong < least:
                best, least = signs(each), wrong
            if wrong == 0:
                return Found(best, least, epoch)
    return Found(best, least, limit)
