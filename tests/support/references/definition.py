"""The model by its definition: all logit gradients drawn and stored, each step as written."""

from __future__ import annotations

import numpy as np

from simulate.ensemble import Ensemble
from theory.arrays import Array


def logit_gradients(e: Ensemble, *, rng: np.random.Generator) -> Array:
    """Logit gradients ``J_μ = means + K_C^{1/2} Z_μ T^{1/2}``, (N, C, D), in nats per weight unit.

    The axes of weight space are the ensemble's: first those along which the means have
    components, then the rest of each eigenspace of T.
    """
    J = rng.standard_normal((*e.p.shape, e.D))
    deviations, sizes = zip((1.0, 0), *e.rest, strict=True)
    J *= np.concatenate([e.spread, np.repeat(deviations, sizes)])
    if e.mix is not None:
        J = e.mix @ J
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
    """Eigenvalues of ``H = (1/N) Xᵀ X + σ_W W``, gradient power on each, and ``‖g‖``."""
    J = logit_gradients(e, rng=rng)
    g = gradient(e, J)
    X = fold(e, J)
    H = X.T @ X / len(e.p)
    if e.sigma_W:
        W = rng.standard_normal((e.D, e.D))
        H += e.sigma_W * (W + W.T) / np.sqrt(2 * e.D)
    eigenvalues, v = np.linalg.eigh(H)
    power = (g @ v) ** 2
    return eigenvalues[::-1][: e.rank], power[::-1][: e.rank], float(np.linalg.norm(g))
