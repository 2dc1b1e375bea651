"""Simulated annealing on the number of errors: the search that is drawn to no wide region."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from simulate.perceptron._kernels import anneal
from simulate.perceptron.machine import Found, errors, examined
from theory import checks


def annealing(
    patterns: ArrayLike,
    *,
    hidden: int = 1,
    hottest: float = 1.0,
    coldest: float = 0.1,
    sweeps: int = 5000,
    rng: np.random.Generator,
) -> Found:
    r"""Search by Metropolis flips of one weight at falling temperature.

    The energy is the number of errors; the inverse temperature grows evenly over the sweeps, each
    of as many proposals as there are weights.

    Parameters
    ----------
    patterns : shape (P, N)
        Patterns ±1 times their labels, N odd.
    hidden
        Hidden units, odd; one is the perceptron.
    hottest, coldest
        First and last temperature, in errors.
    sweeps
        Exactly, unless a solution is met; at least 1.

    Raises
    ------
    InputError
        If an argument is out of its bounds.

    Examples
    --------
    >>> from simulate.perceptron import patterns
    >>> from theory import stream
    >>> annealing(patterns(20, N=101, rng=stream(0)), rng=stream(1)).solved
    True
    """
    xi = examined(patterns, hidden=hidden)
    cold = checks.real("coldest", coldest, low=0, strict=True)
    hot = checks.real("hottest", hottest, low=cold)
    limit = checks.count("sweeps", sweeps)
    N = xi.shape[1]
    weights = rng.choice(np.array([-1.0, 1.0]), size=(hidden, N))
    fields = xi @ weights.T
    positive = (fields > 0).sum(axis=1)
    columns = np.ascontiguousarray(xi.T)
    swept = 0
    for beta in np.linspace(1 / hot, 1 / cold, limit):
        swept += 1
        sites = rng.integers(hidden * N, size=hidden * N)
        left = anneal(columns, sites, rng.random(len(sites)), beta, weights, fields, positive)
        if left == 0:
            break
    found = weights.astype(np.int8)
    return Found(found, errors(found, patterns=xi), swept)
