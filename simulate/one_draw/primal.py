r"""The Hessian in weight space, drawn a few examples at a time: path 1.

The rows ``QᵀJ_μ`` (see ``simulate.dual``) are drawn, folded by the softmax roots and added to
``H = XᵀX`` in blocks, so that J is never stored. Where the noise is isotropic, weight space can be
turned until the noise of row i fills the first i+1 of the d coordinates without a mean, with χ of
d-i degrees of freedom on the diagonal (Bartlett 1933): d²/2 fewer normals, and shorter products.

Costs O(N C D² + D³) time and O(D²) memory.
"""

from __future__ import annotations

import numpy as np

from simulate import _lapack
from simulate.ensemble import Ensemble
from simulate.one_draw.dual import contrasts, logit_root, roots
from simulate.spectral import power_spectrum
from theory.arrays import Array

ROWS = 128  # of X that are drawn at a time, about


def draw(e: Ensemble, *, rng: np.random.Generator) -> tuple[Array, Array]:
    """``H = (1/N) Σ_μ J_μᵀ A_μ J_μ + σ_W W`` by its lower triangle, and ``g``."""
    N, C = e.p.shape
    q, m = e.means.shape[1], C - 1
    Q, S, L = contrasts(C), roots(e.p) / np.sqrt(N), logit_root(e)
    r = e.r @ Q / N
    spread = np.concatenate([e.spread, *(np.full(d, deviation) for deviation, d in e.rest)])
    triangular = len(e.rest) == 1
    H, g = np.zeros((e.D, e.D)), np.zeros(e.D)
    count = max(ROWS // m, 1)
    for start in range(0, N, count):
        block = slice(start, min(start + count, N))
        first, last = start * m, block.stop * m
        width = min(q + last, e.D) if triangular else e.D
        Z = rng.standard_normal((last - first, width))
        if triangular and q + first < e.D:
            _trapezoid(Z[:, q:], first, freedom=e.D - q, rng=rng)
        Z *= spread[:width]
        X = Z.reshape(-1, m, width)
        if e.mix is not None:
            X = L @ X
        X[:, :, :q] += Q.T @ e.means[e.rows[block]]
        g[:width] += r[block].ravel() @ X.reshape(-1, width)
        _lapack.add_gram((S[block].transpose(0, 2, 1) @ X).reshape(-1, width), H)
    if e.sigma_W:
        H += curvature(e, rng=rng)
    return H, g


def _trapezoid(Z: Array, first: int, *, freedom: int, rng: np.random.Generator) -> None:
    """Make rows ``first …`` of Z a part of Bartlett's factor, in place."""
    rows = np.arange(min(len(Z), freedom - first))
    Z[: len(rows)] *= np.arange(Z.shape[1]) < first + rows[:, None]
    Z[rows, first + rows] = np.sqrt(rng.chisquare(freedom - first - rows))


def curvature(e: Ensemble, *, rng: np.random.Generator) -> Array:
    """The H-term ``σ_W W`` by its lower triangle, (D, D); W is GOE: variance 1/D, 2/D diagonal."""
    W = np.tril(rng.standard_normal((e.D, e.D)))
    W[np.diag_indices(e.D)] *= np.sqrt(2)
    W *= e.sigma_W / np.sqrt(e.D)
    return W


def spectrum(e: Ensemble, *, rng: np.random.Generator) -> tuple[Array, Array, float]:
    """Eigenvalues of H, gradient power on each, and the gradient's length."""
    H, g = draw(e, rng=rng)
    eigenvalues, power = power_spectrum(H, g)
    return eigenvalues[: e.rank], power[: e.rank], float(np.linalg.norm(g))
