"""The Hessian in weight space, from logit gradients that are drawn and stored: path 1.

Costs O(N C D² + D³) time and O(N C D + D²) memory. Every step is the definition.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulate.ensemble import Ensemble
from simulate.spectral import power_spectrum

Array = NDArray[np.float64]


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


def curvature(e: Ensemble, *, rng: np.random.Generator) -> Array:
    """The H-term ``σ_W W`` by its lower triangle, (D, D); W is GOE: variance 1/D, 2/D diagonal."""
    W = np.tril(rng.standard_normal((e.D, e.D)))
    W[np.diag_indices(e.D)] *= np.sqrt(2)
    W *= e.sigma_W / np.sqrt(e.D)
    return W


def hessian(e: Ensemble, *, rng: np.random.Generator) -> tuple[Array, Array]:
    """``H = (1/N) Xᵀ X + σ_W W``, of which the lower triangle is right, and the gradient."""
    J = logit_gradients(e, rng=rng)
    g = gradient(e, J)
    X = fold(e, J)
    H = X.T @ X
    del J, X
    H /= len(e.p)
    if e.sigma_W:
        H += curvature(e, rng=rng)
    return H, g


def spectrum(e: Ensemble, *, rng: np.random.Generator) -> tuple[Array, Array, float]:
    """Eigenvalues of H, gradient power on each, and the gradient's length."""
    H, g = hessian(e, rng=rng)
    eigenvalues, power = power_spectrum(H, g)
    return eigenvalues[: e.rank], power[: e.rank], float(np.linalg.norm(g))
