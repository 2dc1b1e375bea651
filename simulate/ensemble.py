"""The random logit gradients over given softmax outputs, checked and ready to be sampled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import checks

RANK_TOLERANCE = 1e-12  # directions of Gamma below this share of its largest eigenvalue are none


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Logit gradients ``J_{μk} = means[rows[μ, k]] + E_{μk}`` at fixed softmax outputs.

    Attributes
    ----------
    p, r : shape (N, C)
        Softmax outputs and residuals.
    rows : shape (N, C)
        Which mean the logit gradient of example μ and logit k has.
    means : shape (R, rank)
        The distinct means in an orthonormal basis of their span: ``means @ means.T = Gamma``.
    sigma_E
        RMS length of the noise E, whose D components are independent and Gaussian.
    D
        Weights.
    """

    p: NDArray[np.float64]
    r: NDArray[np.float64]
    rows: NDArray[np.int64]
    means: NDArray[np.float64]
    sigma_E: float
    D: int

    @property
    def rank(self) -> int:
        """Greatest number of non-zero eigenvalues of G: min(D, N(C-1))."""
        N, C = self.p.shape
        return min(self.D, N * (C - 1))


def ensemble(
    p: ArrayLike,
    r: ArrayLike,
    *,
    Gamma: ArrayLike,
    sigma_E: float,
    D: int,
    groups: ArrayLike | None = None,
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
    D = checks.integer("D", D, low=1)
    sigma_E = checks.real("sigma_E", sigma_E, low=0)
    Gamma = checks.gram(Gamma, size=C if groups is None else C * C)

    power, direction = np.linalg.eigh(Gamma)
    kept = power > RANK_TOLERANCE * power[-1]
    if kept.sum() > D:
        raise checks.InputError(f"Gamma must have rank at most D = {D}, got {kept.sum()}")
    means = direction[:, kept] * np.sqrt(power[kept])
    return Ensemble(p=outputs, r=residual, rows=rows, means=means, sigma_E=sigma_E, D=D)
