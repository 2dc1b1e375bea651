r"""Where outliers appear: the Baik-Ben Arous-Péché threshold.

Outlier j solves ``λ_j(S(u)) = u`` above the bulk's ``u₊``, and the left side falls with u, so it
exists where ``λ_j(S(u₊)) > u₊`` (averaged: ``σ_c² t(-s/u₊) > u₊``, for all C-1 at once). As
``u₊/σ_E²`` and ``S(u₊)`` do not depend on σ_E, the critical noise is a closed expression.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from theory import checks
from theory.arrays import Array
from theory.averaged.logit_law import logit_law
from theory.models.isotropic import Isotropic
from theory.models.means import RANK_TOLERANCE
from theory.params import Params


def critical_noise(
    p: ArrayLike, *, Gamma: ArrayLike, D: int, groups: ArrayLike | None = None
) -> Array:
    r"""The sigma_E at which each outlier of G enters the bulk, descending.

    ``√(λ_j(S(u₊))/u₊)`` at unit σ_E: ``hessian.outliers`` returns as many as lie above its sigma_E.
    In a draw the transition is as wide as the bulk edge fluctuates, a relative ``(N C)^{-2/3}``.

    Parameters
    ----------
    p : shape (N, C)
        Softmax outputs.
    Gamma : shape (C, C), or (C², C²) with groups
        Gram matrix of the mean logit gradients.
    D
        Number of weights.
    groups : shape (N,)
        Class of each example, for the cluster level.

    Returns
    -------
    Array
        At most C-1 values, or rank of Γ with groups; none where the outputs are frozen.

    Raises
    ------
    InputError
        If an argument is out of its bounds.
    ConvergenceError
        If the bulk edge is not found.

    Examples
    --------
    >>> critical = critical_noise(np.full((300, 10), 0.1), Gamma=np.eye(10), D=1000)
    >>> bool(np.allclose(critical, equal_outputs_ratio(N=300, C=10, D=1000)))
    True
    """
    model = Isotropic(p, Gamma=Gamma, sigma_E=1.0, D=D, groups=groups)
    noise = model.noise
    if noise.edge == 0 or model.means.rank == 0:
        return np.empty(0)
    S, _ = model.means.resolvent(noise.p, kappa=-noise.s / noise.edge)
    values = np.linalg.eigvalsh(S)[::-1]
    return np.sqrt(values[values > RANK_TOLERANCE * values[0]] / noise.edge)


def critical_curvature(
    p: ArrayLike,
    r: ArrayLike,
    *,
    Gamma: ArrayLike,
    sigma_E: float,
    D: int,
    groups: ArrayLike | None = None,
) -> Array:
    r"""The sigma_H at which each outlier of G enters the bulk of ``H = G + K``.

    ``u_j √z'(u_j) / √(mean |r|²)``, in the order of ``hessian.outliers``, whose parameters and
    errors these are: the roots u_j do not move with the curvature (``theory.curvature``). Infinite
    where all residuals ``r (N, C)`` vanish.

    Examples
    --------
    >>> p = np.full((300, 10), 0.1)
    >>> r = p - np.eye(10)[np.arange(300) % 10]
    >>> critical_curvature(p, r, Gamma=np.eye(10), sigma_E=0.7, D=1000)[[0, -1]].round(4)
    array([0.1056, 0.1056])
    """
    model = Isotropic(p, Gamma=Gamma, sigma_E=sigma_E, D=D, groups=groups)
    r = checks.residuals(r, shape=model.p.shape)
    length = math.sqrt(np.sum(r * r) / len(r))
    critical = model.solution.u * np.sqrt(model.solution.slope)
    return critical / length if length else np.full(critical.shape, np.inf)


def critical_ratio(params: Params) -> float:
    """The ``sigma_E/sigma_c`` at which the averaged model's outliers enter the bulk.

    Depends on N, C, D, sigma_z and the labels; sigma_c and sigma_E themselves play no part.

    Raises
    ------
    InputError
        If the logits are frozen (``logit_law``).
    """
    return math.sqrt(spike_strength(replace(params, sigma_c=1.0, sigma_E=1.0)))


def equal_outputs_ratio(*, N: int, C: int, D: int) -> float:
    """``critical_ratio`` at sigma_z → 0, ``(N D/(C-1))^{1/4}``: all outputs are 1/C.

    Examples
    --------
    >>> round(equal_outputs_ratio(N=300, C=10, D=1000), 2)
    13.51
    """
    N, C = checks.integer("N", N, low=1), checks.integer("C", C, low=2)
    return (N * checks.integer("D", D, low=1) / (C - 1)) ** 0.25


def spike_strength(params: Params) -> float:
    r"""``σ_c² t(-s/u₊)/u₊``: there are C-1 outliers where it is above one, and none below.

    Without noise it is infinite. At small ``sigma_z`` and many weights it is
    ``(σ_c/σ_E)² √(N D/(C-1))``.

    Examples
    --------
    >>> from theory import Params
    >>> bulky = Params(N=300, C=10, D=10**6, sigma_z=0.0, sigma_c=1.0, sigma_E=30.0)
    >>> round(spike_strength(bulky), 1)
    6.4
    """
    law = logit_law(params)
    edge = law.noise.edge
    if edge == 0:
        return math.inf
    return float(params.sigma_c**2 * law.t(-law.noise.s / edge) / edge)


def upper_edge(params: Params) -> float:
    """Upper edge of the bulk, ``z(u₊)``; 0 without noise."""
    noise = logit_law(params).noise
    return float(noise.map(noise.edge)[0]) if noise.edge else 0.0
