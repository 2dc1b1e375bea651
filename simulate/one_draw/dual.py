r"""The Hessian in sample space, at a cost that does not depend on D: path 2.

``G = XᵀX`` and ``K = XXᵀ`` have the same non-zero eigenvalues, and K has only N(C-1) rows:

- ``A = diag(p) - ppᵀ`` and r are orthogonal to 1. In an orthonormal basis Q of that complement,
  ``A_μ = Q S_μ S_μᵀ Qᵀ`` with S_μ lower triangular, and the noise of the C-1 rows ``QᵀJ_μ`` is
  still independent and isotropic.
- Turn the weights so that the means fill the first coordinates. There the rows are drawn as they
  are; on the other ``d = D - rank`` only their Gram matrix is needed, a Wishart matrix
  ``W = UUᵀ`` with Bartlett's upper triangular U (Bartlett 1933).
- ``X = Sᵀ[QᵀJ₁ | U]/√N`` keeps U triangular, so its Gram matrix takes N³/3 operations in place.
- Noise ``K_C ⊗ T`` takes one U for each eigenspace of T; small eigenspaces are drawn as they are.

Costs O((NC)³) time and 8 (N(C-1))² bytes for any D where the noise is isotropic; each further
large eigenspace of T costs as much again, and d small ones cost O((NC)² d).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import helmert, rq

from simulate import _kernels, _lapack
from simulate.ensemble import Ensemble
from simulate.spectral import power_spectrum
from theory.arrays import Array

COLUMNS = 256  # of X that are drawn at a time


@dataclass(frozen=True, eq=False)
class SampleSpace:
    """One draw: K by its lower triangle, ``h = X Jᵀr`` and ``‖Jᵀr‖``."""

    K: Array
    h: Array
    pull: float


def contrasts(C: int) -> Array:
    """Orthonormal basis Q (C, C-1) of the complement of 1; column k is zero above row k."""
    return -helmert(C)[::-1, ::-1].T


def roots(p: Array) -> Array:
    """Lower triangular ``S_μ (N, C-1, C-1)`` with ``Q S_μ S_μᵀ Qᵀ = diag(p) - ppᵀ``.

    Breaking the stick ``t_k = Σ_{l≥k} p_l`` gives A's Cholesky factor without a subtraction
    (Tanabe and Sagae 1992): ``B_kk = √(p_k t_{k+1}/t_k)``, ``B_lk = -B_kk p_l/t_{k+1}`` for
    l > k. Its columns sum to zero, so ``B = Q S``.
    """
    C = p.shape[1]
    t = np.cumsum(p[:, ::-1], axis=1)[:, ::-1]
    head, here, rest = p[:, :-1], t[:, :-1], t[:, 1:]
    pivot = np.sqrt(np.divide(head, here, out=np.zeros_like(head), where=here > 0) * rest)
    below = np.tri(C, C - 1, -1, dtype=bool)
    share = np.zeros((*p.shape, C - 1))
    np.divide(p[:, :, None], rest[:, None, :], out=share, where=below & (rest[:, None, :] > 0))
    B = (np.eye(C, C - 1) - share) * pivot[:, None, :]
    return np.tril(contrasts(C).T @ B)


def logit_root(e: Ensemble) -> Array:
    """Upper triangular ``L (C-1, C-1)`` with ``LLᵀ = QᵀK_CQ``, the noise's covariance in Q."""
    C = e.p.shape[1]
    return np.eye(C - 1) if e.mix is None else rq(contrasts(C).T @ e.mix, mode="economic")[0]


def bartlett(n: int, d: int, *, rng: np.random.Generator) -> Array:
    """Lower triangular ``T (n, n)`` with ``TᵀT`` a Wishart matrix of n rows of d unit normals.

    The diagonal is χ with d-n+1 … d degrees of freedom; where these are not positive (d < n) the
    row is zero, and the factor is trapezoidal.
    """
    T = np.zeros((n, n))
    first = max(n - d, 0)
    for row in range(first, n):
        rng.standard_normal(out=T[row, : row + 1])
    freedom = np.arange(d - n + 1 + first, d + 1)
    T[np.arange(first, n), np.arange(first, n)] = np.sqrt(rng.chisquare(freedom))
    return T


def draw(e: Ensemble, *, rng: np.random.Generator) -> SampleSpace:
    """One realisation of K and of the gradient, exact in distribution."""
    N, C = e.p.shape
    n, Q, S = N * (C - 1), contrasts(C), roots(e.p) / np.sqrt(N)
    r = e.r @ Q
    L = logit_root(e)
    mixed, weight = L.T @ S, (r @ L).ravel()
    K, h, square = np.zeros((0, 0)), np.zeros(n), 0.0

    thick = [(deviation, d) for deviation, d in e.rest if 2 * d >= n]
    for deviation, d in thick:
        X = bartlett(n, d, rng=rng)
        X *= deviation
        pull = X @ weight
        _kernels.fold_roots(np.ascontiguousarray(mixed.transpose(0, 2, 1)), X)
        h += pull @ X
        square += pull @ pull
        _lapack.gram_of_triangle(X)
        K = X if not len(K) else np.add(K, X, out=K)
    if not thick:
        K = np.zeros((n, n))

    thin = [(deviation, d) for deviation, d in e.rest if 2 * d < n]
    spread = np.concatenate([e.spread, *(np.full(d, deviation) for deviation, d in thin)])
    q = e.means.shape[1]
    for start in range(0, len(spread), COLUMNS):
        columns = spread[start : start + COLUMNS]
        X = columns * (L @ rng.standard_normal((N, C - 1, len(columns))))
        means = e.means[:, start : start + COLUMNS]
        X[:, :, : max(q - start, 0)] += Q.T @ means[e.rows]
        pull = r.ravel() @ X.reshape(n, -1)
        X = (S.transpose(0, 2, 1) @ X).reshape(n, -1)
        h += X @ pull
        square += pull @ pull
        _lapack.add_gram(np.ascontiguousarray(X.T), K)
    return SampleSpace(K, h, float(np.sqrt(square)))


def spectrum(e: Ensemble, *, rng: np.random.Generator) -> tuple[Array, Array, float]:
    """Eigenvalues of K, gradient power on each eigenvector of G, and the gradient's length.

    The eigenvector u of K is ``v = Xᵀu/√λ`` in weight space, so ``v·g = u·h/(N√λ)``.
    """
    N = len(e.p)
    s = draw(e, rng=rng)
    eigenvalues, power = (x[: e.rank] for x in power_spectrum(s.K, s.h / N))
    power /= np.where(eigenvalues > 0, eigenvalues, np.inf)
    return eigenvalues, power, s.pull / N
