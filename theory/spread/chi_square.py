"""Equally likely values of χ² and gamma laws, as nodes of an average."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaincinv

from theory.arrays import Array


def gamma_nodes(nodes: int, *, shape: float) -> Array:
    """Equally likely values of a gamma law of mean one and variance 1/shape.

    ``χ²_n/n`` is that of shape n/2.
    """
    return gammaincinv(shape, (np.arange(nodes) + 0.5) / nodes) / shape
