"""What is drawn before the noise: logits, labels, and the mean logit gradients' Gram matrix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from theory import Params, stream


@dataclass(frozen=True, eq=False)
class Examples:
    """Logits ``z (N, C)``, softmax outputs ``p (N, C)`` and labels ``y (N,)`` of N examples."""

    z: NDArray[np.float64]
    p: NDArray[np.float64]
    y: NDArray[np.int64]

    @property
    def r(self) -> NDArray[np.float64]:
        """Residuals ``p - onehot(y)``, shape (N, C), in nats per nat."""
        residual = self.p.copy()
        residual[np.arange(len(self.y)), self.y] -= 1
        return residual


def examples(params: Params, *, seed: int) -> Examples:
    """Logits, softmax outputs and labels of the model's N examples.

    The logits come from ``stream(seed, "logits")`` and the labels from ``stream(seed, "labels")``,
    so the logits of one seed are the same under all label laws, up to the margin that the law
    ``margin`` adds, and scale with ``sigma_z``.

    Raises
    ------
    InputError
        If the seed is negative.

    Examples
    --------
    >>> params = Params(N=300, C=10, D=1000, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7)
    >>> examples(params, seed=0).p.shape
    (300, 10)
    """
    N, C = params.N, params.C
    z = params.sigma_z * stream(seed, "logits").standard_normal((N, C))
    rng = stream(seed, "labels")
    if params.labels == "balanced":
        y = rng.permutation(np.repeat(np.arange(C), N // C))
    elif params.labels == "calibrated":
        below = np.cumsum(softmax(z, axis=1), axis=1)[:, :-1]
        y = (rng.random((N, 1)) >= below).sum(axis=1)
    else:
        y = rng.integers(C, size=N)
    if params.labels == "margin":
        z[np.arange(N), y] += params.margin
    return Examples(z=z, p=softmax(z, axis=1), y=y)


def mean_gram(params: Params, *, rng: np.random.Generator) -> NDArray[np.float64]:
    """Gram matrix ``Gamma (C, C)`` of the mean logit gradients c_k of one draw.

    The means are C independent Gaussian vectors of RMS length ``sigma_c`` in R^D; their Gram
    matrix is a Wishart matrix, drawn by Bartlett's factor at a cost that does not depend on D.

    Examples
    --------
    >>> params = Params(N=300, C=10, D=10**12, sigma_z=1.0, sigma_c=2.0, sigma_E=0.7)
    >>> Gamma = mean_gram(params, rng=stream(0, "means"))
    >>> bool(np.allclose(Gamma, 4 * np.eye(10), atol=1e-4))
    True
    """
    C, D = params.C, params.D
    rank = min(C, D)
    factor = np.tril(rng.standard_normal((C, rank)), -1)
    np.fill_diagonal(factor, np.sqrt(rng.chisquare(D - np.arange(rank))))
    factor *= params.sigma_c / np.sqrt(D)
    return factor @ factor.T


def mean_vectors(params: Params, *, rng: np.random.Generator) -> NDArray[np.float64]:
    """Mean logit gradients c_k ``(C, D)`` of one draw: Gaussian, of RMS length ``sigma_c``."""
    means = rng.standard_normal((params.C, params.D))
    means *= params.sigma_c / np.sqrt(params.D)
    return means
