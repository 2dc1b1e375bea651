"""Independent draws of the model for these tests: plain NumPy, every matrix formed."""

from __future__ import annotations

import numpy as np
from scipy.special import softmax


def outputs(rng, *, N, C, sigma_z):
    """Softmax outputs of Gaussian logits, (N, C)."""
    return softmax(sigma_z * rng.standard_normal((N, C)), axis=1)


def means(rng, *, R, D, sigma_c=1.0):
    """Mean logit gradients, (R, D)."""
    return sigma_c / np.sqrt(D) * rng.standard_normal((R, D))


def labels(rng, z, *, law, margin=0.0):
    """Labels of one law and the softmax outputs that go with them."""
    N, C = z.shape
    if law == "balanced":
        y = rng.permutation(np.repeat(np.arange(C), N // C))
    elif law == "calibrated":
        cumulative = softmax(z, axis=1).cumsum(axis=1)
        y = np.minimum((rng.random((N, 1)) > cumulative).sum(axis=1), C - 1)
    else:
        y = rng.integers(C, size=N)
    if law == "margin":
        z = z + margin * np.eye(C)[y]
    return y, softmax(z, axis=1)


def blocks(p):
    """Softmax Hessians, (N, C, C)."""
    return np.einsum("mk,kl->mkl", p, np.eye(p.shape[1])) - np.einsum("mk,ml->mkl", p, p)


def logit_gradients(rng, c, *, sigma_E, N, groups=None):
    """J (N, C, D): the mean of row (μ, k) is ``c[groups[μ]·C + k]``, or ``c[k]``."""
    D = c.shape[1]
    C = len(c) if groups is None else round(len(c) ** 0.5)
    mean = np.broadcast_to(c, (N, C, D)) if groups is None else c.reshape(C, C, D)[groups]
    return mean + sigma_E / np.sqrt(D) * rng.standard_normal((N, C, D))


def hessian(J, p):
    """G = (1/N) Σ Jᵀ A J, (D, D)."""
    N, C, D = J.shape
    weighted = np.matmul(blocks(p), J)
    return J.reshape(N * C, D).T @ weighted.reshape(N * C, D) / N


def gradient(J, r):
    """g = (1/N) Σ Jᵀ r, (D,)."""
    return np.einsum("mkd,mk->d", J, r) / len(J)


def dual(J, p, r):
    """Non-zero eigenvalues of G, descending, and the share of ‖g‖² on the eigenvector of each.

    Through the Gram matrix of the rows ``S_μ J_μ/√N``, ``S = diag(√p) - √p pᵀ``; for N C < D.
    """
    N, C, D = J.shape
    root = np.sqrt(p)
    rows = root[:, :, None] * (J - np.einsum("mk,mkd->md", p, J)[:, None])
    rows = rows.reshape(N * C, D) / np.sqrt(N)
    values, vectors = np.linalg.eigh(rows @ rows.T)
    values, vectors = values[::-1][: N * (C - 1)], vectors[:, ::-1][:, : N * (C - 1)]
    g = gradient(J, r)
    along = vectors.T @ (rows @ g)
    return values, along**2 / values / (g @ g)
