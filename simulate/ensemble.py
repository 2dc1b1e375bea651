"""The random logit gradients over given softmax outputs, checked and ready to be sampled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NotRequired, TypedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulate import eigenspaces
from theory import checks
from theory.arrays import Array


class Levels(TypedDict, total=False):
    """Keyword arguments of ``ensemble`` that set the levels of the model."""

    Gamma: ArrayLike | None
    means: ArrayLike | None
    K_C: ArrayLike | None
    T: ArrayLike | None
    sigma_H: float


class Model(Levels):
    """All keyword arguments of ``ensemble``, which every sampler takes."""

    sigma_E: float
    D: int
    groups: NotRequired[ArrayLike | None]


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Logit gradients ``J_μ = means[rows[μ]] + K_C^{1/2} Z_μ T^{1/2}`` at fixed softmax outputs.

    Attributes
    ----------
    p, r : shape (N, C)
        Softmax outputs and residuals.
    rows : shape (N, C)
        Which mean the logit gradient of example μ and logit k has.
    means : shape (R, q)
        The distinct means, in coordinates of weight space along eigenvectors of T.
    spread : shape (q,)
        Standard deviation of the noise along those coordinates.
    rest
        ``(standard deviation, dimension)`` of what is left of each eigenspace of T.
    mix : shape (C, C), or None for the identity
        Symmetric root of the noise's covariance K_C across logits.
    sigma_W
        ``σ_H √(mean ‖r‖²)``: the curvature is sigma_W times a GOE matrix of radius 2.
    """

    p: Array
    r: Array
    rows: NDArray[np.int64]
    means: Array
    spread: Array
    rest: tuple[tuple[float, int], ...]
    mix: Array | None = None
    sigma_W: float = 0.0

    @property
    def D(self) -> int:
        """Weights."""
        return len(self.spread) + sum(d for _, d in self.rest)

    @property
    def rank(self) -> int:
        """Greatest number of non-zero eigenvalues: min(D, N(C-1)) of G, D with curvature."""
        N, C = self.p.shape
        return self.D if self.sigma_W else min(self.D, N * (C - 1))


def ensemble(
    p: ArrayLike,
    r: ArrayLike,
    *,
    Gamma: ArrayLike | None = None,
    means: ArrayLike | None = None,
    sigma_E: float,
    D: int,
    groups: ArrayLike | None = None,
    K_C: ArrayLike | None = None,
    T: ArrayLike | None = None,
    sigma_H: float = 0.0,
) -> Ensemble:
    """The checked ensemble; ``simulate.hessian.spectrum`` says what the arguments are.

    Raises
    ------
    InputError
        If an argument is out of its bounds, or the means span more than D directions.
    """
    outputs = checks.probabilities(p)
    outputs = outputs / outputs.sum(axis=1, keepdims=True)
    N, C = outputs.shape
    residual = checks.residuals(r, shape=(N, C))
    rows = np.broadcast_to(np.arange(C), (N, C))
    if groups is not None:
        rows = rows + C * checks.classes("groups", groups, N=N, C=C)[:, None]
    R = C if groups is None else C * C
    D = checks.integer("D", D, low=1)
    sigma_E = checks.real("sigma_E", sigma_E, low=0)
    sigma_H = checks.real("sigma_H", sigma_H, low=0)

    if means is not None and Gamma is None:
        vectors = checks.array("means", means, ndim=2)
        if vectors.shape != (R, D):
            raise checks.InputError(f"means must have shape {(R, D)}, got {vectors.shape}")
        if T is None:
            axes = eigenspaces.isotropic(vectors @ vectors.T, sigma_E=sigma_E, D=D)
        else:
            axes = eigenspaces.split(vectors, variances=_variances(T, sigma_E=sigma_E, D=D))
    elif Gamma is not None and means is None:
        if T is not None:
            raise checks.InputError("T needs means, their directions among its eigenvectors")
        axes = eigenspaces.isotropic(checks.gram(Gamma, size=R), sigma_E=sigma_E, D=D)
    else:
        raise checks.InputError("Gamma or means must be given, and not both")
    return Ensemble(
        p=outputs,
        r=residual,
        rows=rows,
        means=axes.means,
        spread=axes.spread,
        rest=axes.rest,
        mix=None if K_C is None else _root(K_C, C=C),
        sigma_W=sigma_H * float(np.sqrt((residual**2).sum() / N)),
    )


def _variances(T: ArrayLike, *, sigma_E: float, D: int) -> Array:
    T = checks.array("T", T, ndim=1)
    if len(T) != D:
        raise checks.InputError(f"T must have D = {D} eigenvalues, got {len(T)}")
    if T.min() < 0 or T.max() == 0:
        raise checks.InputError(f"T must be non-negative and not all zero, got {T.min():g} lowest")
    return T * (sigma_E**2 / T.sum())


def _root(K_C: ArrayLike, *, C: int) -> Array:
    power, direction = np.linalg.eigh(checks.gram(K_C, size=C, name="K_C"))
    power = power.clip(min=0)
    if power[-1] == 0:
        raise checks.InputError("K_C must not be zero")
    return (direction * np.sqrt(power * C / power.sum())) @ direction.T
