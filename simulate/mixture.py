"""Softmax regression on a Gaussian mixture, sampled: inputs, labels, and G with its gradient."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulate.one_draw.dual import contrasts, roots
from simulate.spectral import power_spectrum
from theory import checks, stream
from theory.arrays import Array
from theory.regression import Mixture


class LabelledInputs(NamedTuple):
    """Inputs x (N, d), labels y (N,) and softmax outputs p (N, C)."""

    x: Array
    y: NDArray[np.int64]
    p: Array


class Spectrum(NamedTuple):
    """The ``(C-1) d`` eigenvalues of G that need not be 0, descending, and ``(u_i·g)²`` on each."""

    eigenvalues: Array
    power: Array


def sample(mixture: Mixture, *, N: int, seed: int) -> LabelledInputs:
    """N examples of the mixture, their classes drawn with equal chances.

    Raises
    ------
    InputError
        If N is below 1 or the seed negative.

    Examples
    --------
    >>> from theory.regression import Mixture
    >>> drawn = sample(Mixture.orthogonal(C=3, d=20, separation=1.0), N=5, seed=0)
    >>> drawn.x.shape, drawn.p.shape
    ((5, 20), (5, 3))
    """
    checks.instance("mixture", mixture, Mixture)
    rng = stream(seed, "mixture")
    y = rng.integers(mixture.C, size=checks.count("N", N))
    x = np.asarray(mixture.means)[y] + rng.standard_normal((N, mixture.d))
    z = x @ np.asarray(mixture.W).T
    p = np.exp(z - z.max(1, keepdims=True))
    return LabelledInputs(x, y, p / p.sum(1, keepdims=True))


def spectrum(of: LabelledInputs) -> Spectrum:
    """Eigenvalues of ``G = (1/N) Σ A ⊗ x xᵀ`` and the power of ``g = (1/N) Σ (p - y) ⊗ x`` on them.

    A cost of O(N C² d² + (C d)³).

    Examples
    --------
    >>> from theory.regression import Mixture
    >>> drawn = sample(Mixture.orthogonal(C=3, d=20, separation=1.0), N=50, seed=0)
    >>> spectrum(drawn).eigenvalues.shape
    (40,)
    """
    N, C = of.p.shape
    Q = contrasts(C)
    half = roots(of.p) / np.sqrt(N)  # half halfᵀ = Qᵀ A Q/N
    r = (of.p - np.eye(C)[of.y]) @ Q / N
    m, d = C - 1, of.x.shape[1]
    G = np.zeros((m * d, m * d))
    A = half @ half.transpose(0, 2, 1)
    for i in range(m):
        for j in range(i + 1):
            block = (of.x * A[:, i, j, None]).T @ of.x
            G[i * d : (i + 1) * d, j * d : (j + 1) * d] = block
            G[j * d : (j + 1) * d, i * d : (i + 1) * d] = block.T
    return Spectrum(*power_spectrum(G, (r.T @ of.x).ravel()))
