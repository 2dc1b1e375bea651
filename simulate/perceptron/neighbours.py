"""How many solutions lie around one that was found, by flipping some of its weights at random."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln

from simulate.perceptron.machine import errors
from theory import checks


class Estimate(NamedTuple):
    """A local entropy per weight in nats, and its standard error."""

    value: float
    error: float


def local_entropy(
    weights: ArrayLike,
    *,
    patterns: ArrayLike,
    flips: int,
    draws: int,
    rng: np.random.Generator,
) -> Estimate:
    r"""Estimate of ``ln 𝒩(w, d)/N``: solutions at ``flips`` flipped weights, ``d = flips/N``.

    ``[ln (N choose flips) + ln p̂]/N``, p̂ the share of random flips that solve: unbiased in p̂, the
    standard error is that of a binomial share to first order. It needs a share well above 1/draws.

    Parameters
    ----------
    weights : shape (K, N)
        A solution.
    patterns : shape (P, N)
        Patterns ±1 times their labels.
    flips
        Weights that are flipped, from 1 to K N.
    draws
        Random choices of them, at least 2.

    Returns
    -------
    Estimate
        ``-inf`` and NaN where no draw solves.

    Raises
    ------
    InputError
        If an argument is out of its bounds.

    Examples
    --------
    >>> from theory import stream
    >>> flat = local_entropy([[1, 1, 1]], patterns=[[1, 1, 1]], flips=1, draws=9, rng=stream(0))
    >>> round(flat.value, 4), flat.error
    (0.3662, 0.0)
    """
    w = checks.array("weights", weights, ndim=2)
    xi = checks.array("patterns", patterns, ndim=2)
    n = checks.integer("flips", flips, low=1, high=w.size)
    count = checks.count("draws", draws, low=2)
    solved = 0
    for _ in range(count):
        tried = w.copy()
        tried.flat[rng.choice(w.size, size=n, replace=False)] *= -1
        solved += errors(tried, patterns=xi) == 0
    share = solved / count
    if not solved:
        return Estimate(-np.inf, np.nan)
    ways = float(gammaln(w.size + 1) - gammaln(n + 1) - gammaln(w.size - n + 1))
    error = np.sqrt((1 - share) / (share * count)) / w.size
    return Estimate(float((ways + np.log(share)) / w.size), float(error))
