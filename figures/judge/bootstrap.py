"""Rank correlations of resampled data, and the intervals of what is resampled."""

from __future__ import annotations

import numpy as np

from theory.arrays import Array

LEVEL, RESAMPLED = 0.95, 1000


def percentiles(values: Array) -> tuple[float, float]:
    """Ends of the 95 % percentile interval of values over resamplings, without those that are NaN.

    Examples
    --------
    >>> [round(end, 3) for end in percentiles(np.linspace(0.0, 1.0, 1001))]
    [0.025, 0.975]
    """
    low, high = np.nanquantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def weighted_spearman(x: Array, y: Array, weights: Array) -> Array:
    """Spearman's rank correlation where each pair is there ``weights`` times; NaN where constant.

    Parameters
    ----------
    x, y : shape (n,) or (B, n)
        Equal values share the mean of their ranks.
    weights : shape (B, n)
        Whole numbers from 0.

    Returns
    -------
    ndarray, shape (B,)

    Examples
    --------
    >>> weighted_spearman(
    ...     np.array([1.0, 2.0, 3.0, 9.0]), np.array([1.0, 3.0, 2.0, 0.0]), np.array([[1, 1, 1, 0]])
    ... )
    array([0.5])
    """
    a, b = (_centred_ranks(each, weights) for each in (x, y))
    scale = np.sqrt((weights * a**2).sum(-1) * (weights * b**2).sum(-1))
    found = np.full(len(weights), np.nan)
    return np.divide((weights * a * b).sum(-1), scale, out=found, where=scale > 0)


def _centred_ranks(x: Array, weights: Array) -> Array:
    """Rank of each value less the mean rank, ``Σ_j w_j ([x_j < x_i] - [x_j > x_i])/2``."""
    order = np.sign(x[..., :, None] - x[..., None, :]) / 2
    if x.ndim == 1:
        return weights @ order.T
    return (order @ weights[..., None])[..., 0]
