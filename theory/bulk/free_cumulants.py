"""Moments of a law from its free cumulants."""

from __future__ import annotations

import numpy as np

from theory.arrays import Array


def moments(cumulants: Array) -> Array:
    """Moments ``m_n``, ``n = 1 … order``, of the free cumulants ``κ_n``; shape (order,).

    ``m_n = Σ_s κ_s [z^{n-s}] M(z)^s`` with ``M(z) = 1 + Σ_n m_n z^n`` (Speicher 1994): of positive
    cumulants all terms are positive.

    Parameters
    ----------
    cumulants : shape (order,)
        From the first on.

    Examples
    --------
    >>> moments(np.array([0.0, 1.0, 0.0, 0.0]))  # a semicircle's are Catalan numbers
    array([0., 1., 0., 2.])
    """
    order = len(cumulants)
    powers_of_M = np.zeros((order + 1, order + 1))  # row s: coefficients of M(z)^s
    powers_of_M[:, 0] = 1.0
    for n in range(1, order + 1):
        for s in range(2, n + 1):
            j = n - s
            powers_of_M[s, j] = powers_of_M[1, : j + 1] @ powers_of_M[s - 1, j::-1]
        s = np.arange(1, n + 1)
        powers_of_M[1, n] = cumulants[:n] @ powers_of_M[s, n - s]
    return powers_of_M[1, 1:]
