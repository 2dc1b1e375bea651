r"""The covariance of the means: ``c_{k,y} = c_k + d_{k,y}``, of lengths sigma_c and sigma_y.

Over (class y, logit k) it is ``(σ_c² 11ᵀ + σ_y² I) ⊗ I``, whose root acts on the class alone: σ_y
on what tells the classes apart, ``√(σ_y² + C σ_c²)`` on what they share.
"""

from __future__ import annotations

import math

import numpy as np

from theory.arrays import Array
from theory.params import Params


def root(params: Params) -> Array:
    """Symmetric root of the means' covariance over the true class, shape (C, C).

    Examples
    --------
    >>> model = Params(N=9, C=3, D=9, sigma_z=1, sigma_c=2, sigma_E=0, sigma_y=1)
    >>> half = root(model)
    >>> (half @ half).round(12)
    array([[5., 4., 4.],
           [4., 5., 4.],
           [4., 4., 5.]])
    """
    C, own = params.C, params.sigma_y
    shared = math.sqrt(own**2 + C * params.sigma_c**2)
    return own * np.eye(C) + (shared - own) / C


def factor(params: Params) -> Array:
    """A factor ``c (G, C, rank)`` of that covariance: G = C groups, or one where σ_y is zero.

    Row (y, k) of ``c`` is that of mean ``c_{k,y}``.
    """
    C = params.C
    if params.sigma_y == 0:
        return params.sigma_c * np.eye(C)[None]
    pairs: Array = np.kron(root(params), np.eye(C)).astype(np.float64)
    return pairs.reshape(C, C, C * C)
