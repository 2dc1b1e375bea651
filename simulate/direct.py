"""The Hessian in weight space, from logit gradients that are drawn and stored: path 1.

Costs O(N C D² + D³) time and O(N C D + D²) memory. Every step is the definition.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from simulate.ensemble import Ensemble
from simulate.spectral import power_spectrum

Array = NDArray[np.float64]


def logit_gradients(e: Ensemble, *, rng: np.random.Generator) -> Array:
    """Logit gradients ``J = mean + E``, shape (N, C, D), in nats per unit of weight.

    The means fill the first coordinates only; the noise has no preferred direction, so this
    costs no generality.
    """
    J = rng.standard_normal((*e.p.shape, e.D))
    J *= e.sigma_E / np.sqrt(e.D)
    J[:, :, : e.means.shape[1]] += e.means[e.rows]
    return J


def gradient(e: Ensemble, J: Array) -> Array:
    """Gradient of the mean loss, ``g = (1/N) Σ_μ J_μᵀ r^μ``, shape (D,)."""
    return np.tensordot(e.r, J) / len(J)


def fold(e: Ensemble, J: Array) -> Array:
    """Rows ``X_{μk} = √p_k (J_{μk} - Σ_l p_l J_{μl})``, shape (N·C, D), over ``J``.

    ``Xᵀ X = Σ_μ J_μᵀ A_μ J_μ``: A_μ is the covariance of a one-hot vector drawn from p^μ.
    """
    J -= e.p[:, None, :] @ J
    J *= np.sqrt(e.p)[:, :, None]
    return J.reshape(-1, e.D)


def spectrum(e: Ensemble, *, rng: np.random.Generator) -> tuple[Array, Array, float]:
    """Eigenvalues of ``H = (1/N) Xᵀ X``, gradient power on each, and the gradient's length."""
    J = logit_gradients(e, rng=rng)
    g = gradient(e, J)
    X = fold(e, J)
    H = X.T @ X
    del J, X
    H /= len(e.p)
    eigenvalues, power = power_spectrum(H, g)
    return eigenvalues[: e.rank], power[: e.rank], float(np.linalg.norm(g))


def top(e: Ensemble, *, k: int, rng: np.random.Generator) -> tuple[Array, Array, Array, float]:
    """Top k eigenvalues of H, ``a`` with ``v_i = Σ a_{iμk} J_{μk}``, ``v_i·g``, and ``‖g‖``."""
    J = logit_gradients(e, rng=rng)
    g = gradient(e, J)
    X = fold(e, J)
    N = len(e.p)
    values, v = eigh(X.T @ X, subset_by_index=(e.D - k, e.D - 1), overwrite_a=True)
    values, v = values[::-1] / N, v[:, ::-1]
    a = np.sqrt(e.p) * (X @ v).T.reshape(k, *e.p.shape) / (N * values[:, None, None])
    return values, a, g @ v, float(np.linalg.norm(g))
