"""The law of the largest eigenvalue of the bulk, averaged or given the outputs."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from theory import checks
from theory.averaged.logit_law import common_outlier, logit_law
from theory.models.bulk_edge import Edge, moved
from theory.models.isotropic import Isotropic
from theory.params import Params


def averaged(params: Params) -> Edge:
    """Law of the largest eigenvalue below the outliers, over logits, means and noise.

    Raises
    ------
    InputError
        As ``averages.outliers``, or if there is no noise.
    ConvergenceError
        As ``given``.
    """
    if params.sigma_E == 0:
        raise checks.InputError("sigma_E must be greater than 0 for a bulk, got 0")
    law = logit_law(params)
    if common_outlier(law) is None:
        return moved(law.noise, None, 0)
    rank, strength, s = params.C - 1, params.sigma_c**2, law.noise.s

    def log_det(u: float) -> float:
        return rank * float(np.log(abs(u - strength * law.t(-s / u))))

    return moved(law.noise, log_det, rank)


def given(
    p: ArrayLike,
    *,
    sigma_E: float,
    D: int,
    Gamma: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> Edge:
    """Law of the largest eigenvalue below the outliers, given the outputs: ``Isotropic.bulk_edge``.

    Raises
    ------
    InputError
        If an argument is out of its bounds, or p is one-hot.
    ConvergenceError
        If the means move the edge by more than half its distance to the population's top.
    """
    return Isotropic(p, Gamma=Gamma, sigma_E=sigma_E, D=D, groups=groups).bulk_edge
