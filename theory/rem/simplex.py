"""Motion of the softmax outputs on the simplex as the logit variance grows."""

from __future__ import annotations

from math import log, pi

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import checks


def density(p: ArrayLike, *, sigma_z: float) -> NDArray[np.float64]:
    r"""Density at ``p`` of the softmax of C independent ``N(0, σ_z²)`` logits.

    ``(2π σ_z²)^{-(C-1)/2} C^{-1/2} exp(-Σ_k (ln p_k - mean ln p)² / (2 σ_z²)) / Π_k p_k`` with
    respect to ``dp_1 … dp_{C-1}``: the logistic normal law (Aitchison and Shen, Biometrika 67,
    261, 1980) of covariance ``σ_z² (I + 11ᵀ)`` in the log ratios ``ln(p_k/p_C)``. Zero on the
    boundary. The centre is its maximum for ``σ_z < 1`` and a minimum for ``σ_z > 1``, at every C.

    Parameters
    ----------
    p : shape (..., C)
        Points on the simplex; each row sums to one.
    sigma_z
        Standard deviation of the logits, in nats, above 0.

    Raises
    ------
    InputError
        If a row of ``p`` has fewer than 2 classes, a negative value, or a sum other than one, or
        if ``sigma_z`` is not positive and finite.

    Examples
    --------
    >>> float(density([1 / 3, 1 / 3, 1 / 3], sigma_z=1.0).round(6))
    2.48098
    """
    sigma = checks.real("sigma_z", sigma_z, low=0, strict=True)
    points = np.asarray(p, dtype=np.float64)
    if points.ndim == 0:
        raise checks.InputError("p must have at least 1 axis, got a number")
    C = points.shape[-1]
    rows = checks.probabilities(points.reshape(-1, C))
    inside = rows.min(axis=1) > 0
    logs = np.log(rows[inside])
    spread = ((logs - logs.mean(axis=1, keepdims=True)) ** 2).sum(axis=1) / sigma**2
    scale = (C - 1) * log(2 * pi * sigma**2) + log(C)
    out = np.zeros(len(rows))
    out[inside] = np.exp(-(spread + scale) / 2 - logs.sum(axis=1))
    return out.reshape(points.shape[:-1])
