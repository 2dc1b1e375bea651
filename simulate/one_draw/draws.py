"""What is drawn before the noise: logits, labels, and the mean logit gradients' Gram matrix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from theory import InputError, Params, checks, memory, stream
from theory.models import class_means

HELD = 5  # arrays of N C numbers: logits, outputs and residuals, and what they are made from


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
        If ``params`` are none, the seed is negative, or the logits would not fit into the memory
        that is free.

    Examples
    --------
    >>> params = Params(N=300, C=10, D=1000, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7)
    >>> examples(params, seed=0).p.shape
    (300, 10)
    """
    checks.instance("params", params, Params)
    N, C = params.N, params.C
    needed, free = HELD * N * C * 8, memory.free()
    if free is not None and needed > free:
        raise InputError(
            f"N C must be at most {free // (HELD * 8)} to draw the logits in the "
            f"{free / 2**30:.1f} GiB that are free, got {N * C}"
        )
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
    """Gram matrix of the mean logit gradients of one draw.

    ``Gamma (C, C)`` of the c_k, or ``(C², C²)`` of the ``c_{k,y}`` at index ``y·C + k`` where
    ``sigma_y`` is above zero. The means are Gaussian vectors in R^D of the lengths ``sigma_c`` and
    ``sigma_y``; their Gram matrix is a Wishart matrix, drawn by Bartlett's factor at a cost that
    does not depend on D.

    Examples
    --------
    >>> params = Params(N=300, C=10, D=10**12, sigma_z=1.0, sigma_c=2.0, sigma_E=0.7)
    >>> Gamma = mean_gram(params, rng=stream(0, "means"))
    >>> bool(np.allclose(Gamma, 4 * np.eye(10), atol=1e-4))
    True
    """
    C, D = params.C, params.D
    factor = gaussian_rows(C if params.sigma_y == 0 else C * C, D, rng=rng)
    if params.sigma_y == 0:
        factor *= params.sigma_c / np.sqrt(D)
    else:
        factor = over_classes(params, factor) / np.sqrt(D)
    return factor @ factor.T


def gaussian_rows(n: int, d: int, *, rng: np.random.Generator) -> NDArray[np.float64]:
    """Unit normals, n rows of d, turned until they fill the first min(n, d) coordinates.

    Bartlett's factor: lower triangular or trapezoidal, with χ on the diagonal.
    """
    rank = min(n, d)
    factor = np.tril(rng.standard_normal((n, rank)), -1)
    np.fill_diagonal(factor, np.sqrt(rng.chisquare(d - np.arange(rank))))
    return factor


def over_classes(params: Params, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """C² independent rows, with the covariance of the means ``c_{k,y}`` (times D) put on them."""
    C = params.C
    half = class_means.root(params)
    return np.tensordot(half, rows.reshape(C, C, -1), axes=1).reshape(rows.shape)


def mean_vectors(params: Params, *, rng: np.random.Generator) -> NDArray[np.float64]:
    """Mean logit gradients c_k ``(C, D)`` of one draw: Gaussian, of RMS length ``sigma_c``."""
    means = rng.standard_normal((params.C, params.D))
    means *= params.sigma_c / np.sqrt(params.D)
    return means
