"""Equally likely values of χ² and of gamma laws, as nodes of an average."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaincinv

from theory.arrays import Array


def gamma_nodes(nodes: int, *, variance: float) -> Array:
    """Equally likely values of a gamma law of mean one; ``χ²_n/n`` has the variance 2/n."""
    if variance == 0:
        return np.ones(1)
    shape = 1 / variance
    return gammaincinv(shape, (np.arange(nodes) + 0.5) / nodes) / shape
