"""The spectrum of the G-term with isotropic noise: ways in to ``theory.models.Isotropic``.

Each function is the model's attribute of the same name, whose docstring gives formula and errors.
Who asks for more than one of them makes the model once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from theory.arrays import Array
from theory.bulk import SampleCovariance
from theory.models.bulk_edge import Edge
from theory.models.isotropic import Isotropic
from theory.spread.splitting import Ordered


def outliers(
    p: ArrayLike, *, Gamma: ArrayLike, sigma_E: float, D: int, groups: ArrayLike | None = None
) -> Array:
    """Eigenvalues of G above its bulk, descending.

    Solves ``det(I + m Γ T(m)) = 0`` for ``z(m)`` above the upper bulk edge (model of spiked
    covariance; Benaych-Georges and Nadakuditi 2011, Bai and Yao 2012). Means too short to leave
    the bulk give no outlier, so the length tells how many do.

    Parameters
    ----------
    p : shape (N, C)
        Softmax outputs.
    Gamma : shape (C, C), or (C², C²) with groups
        Gram matrix of the mean logit gradients.
    sigma_E
        RMS length of the noise of one logit gradient.
    D
        Number of weights, or the noise's effective dimension; at least the rank of Γ.
    groups : shape (N,)
        Class of each example, for the cluster level.

    Raises
    ------
    InputError
        If an argument is out of its bounds.
    ConvergenceError
        If the root search misses its tolerance of 1e-13.

    Examples
    --------
    >>> p = np.full((300, 10), 0.1)
    >>> outliers(p, Gamma=np.eye(10), sigma_E=0.7, D=1000).round(5)
    array([0.10061, 0.10061, 0.10061, 0.10061, 0.10061, 0.10061, 0.10061,
           0.10061, 0.10061])
    """
    return Isotropic(p, Gamma=Gamma, sigma_E=sigma_E, D=D, groups=groups).outliers


def overlaps(
    p: ArrayLike, *, Gamma: ArrayLike, sigma_E: float, D: int, groups: ArrayLike | None = None
) -> Array:
    """Squared length of each outlier's unit eigenvector inside the span of the means, ``(k,)``.

    Examples
    --------
    >>> p = np.full((300, 10), 0.1)
    >>> overlaps(p, Gamma=np.eye(10), sigma_E=0.7, D=1000)[[0, -1]].round(4)
    array([0.9984, 0.9984])
    """
    return Isotropic(p, Gamma=Gamma, sigma_E=sigma_E, D=D, groups=groups).overlaps


def population_overlaps(
    p: ArrayLike, *, Gamma: ArrayLike, sigma_E: float, D: int, groups: ArrayLike | None = None
) -> Array:
    """Squared cosines of the outliers' eigenvectors with those G has without noise, ``(k, rank)``.

    Examples
    --------
    >>> Gamma = np.diag([1.0, 4.0, 9.0])
    >>> p = np.full((60, 3), 1 / 3)
    >>> population_overlaps(p, Gamma=Gamma, sigma_E=1.0, D=500).round(3)
    array([[0.998, 0.   , 0.   ],
           [0.   , 0.993, 0.   ]])
    """
    return Isotropic(p, Gamma=Gamma, sigma_E=sigma_E, D=D, groups=groups).population_overlaps


def spread(
    p: ArrayLike, *, Gamma: ArrayLike, sigma_E: float, D: int, groups: ArrayLike | None = None
) -> Ordered:
    """Ordered outliers of one draw: mean and standard deviation over the noise."""
    return Isotropic(p, Gamma=Gamma, sigma_E=sigma_E, D=D, groups=groups).spread


def eigenvalues(
    p: ArrayLike, *, Gamma: ArrayLike, sigma_E: float, D: int, groups: ArrayLike | None = None
) -> Array:
    """Non-zero eigenvalues of G, descending, shape ``(min(N (C-1), D),)``; sigma_E above 0.

    Examples
    --------
    >>> p = np.full((300, 10), 0.1)
    >>> values = eigenvalues(p, Gamma=np.eye(10), sigma_E=0.7, D=1000)
    >>> values.size, values[[0, 8, 9, -1]].round(5)
    (1000, array([1.0061e-01, 1.0061e-01, 1.1300e-03, 7.0000e-05]))
    """
    return Isotropic(p, Gamma=Gamma, sigma_E=sigma_E, D=D, groups=groups).eigenvalues


def edges(p: ArrayLike, *, sigma_E: float, D: int) -> Array:
    """Support intervals ``(m, 2)`` of the bulk of G, ascending; the zero eigenvalues apart."""
    return Isotropic(p, sigma_E=sigma_E, D=D).edges


def law(p: ArrayLike, *, sigma_E: float, D: int) -> SampleCovariance:
    """The law of the bulk's ``N (C-1)`` eigenvalues, zeros included where D is less."""
    return Isotropic(p, sigma_E=sigma_E, D=D).law


def masses(p: ArrayLike, *, sigma_E: float, D: int) -> Array:
    """Share of the D eigenvalues in each interval of ``edges``, shape (m,)."""
    return Isotropic(p, sigma_E=sigma_E, D=D).masses


def density(x: ArrayLike, p: ArrayLike, *, sigma_E: float, D: int) -> Array:
    """Bulk density of G at x (any shape), normalised to the bulk's share of the D eigenvalues."""
    return Isotropic(p, sigma_E=sigma_E, D=D).density(x)


def bulk_edge(
    p: ArrayLike,
    *,
    sigma_E: float,
    D: int,
    Gamma: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> Edge:
    """Law of the largest eigenvalue below the outliers; no means by default."""
    return Isotropic(p, Gamma=Gamma, sigma_E=sigma_E, D=D, groups=groups).bulk_edge


def trace(
    p: ArrayLike, *, Gamma: ArrayLike, sigma_E: float, groups: ArrayLike | None = None
) -> float:
    """``E Tr G`` over the noise; exact at every size."""
    enough = max(np.size(Gamma), 1)  # the trace is the same in any D that holds the means
    return Isotropic(p, Gamma=Gamma, sigma_E=sigma_E, D=enough, groups=groups).trace


def frobenius(
    p: ArrayLike, *, Gamma: ArrayLike, sigma_E: float, D: int, groups: ArrayLike | None = None
) -> float:
    """``√E‖G‖_F²`` over the noise; exact at every size."""
    return Isotropic(p, Gamma=Gamma, sigma_E=sigma_E, D=D, groups=groups).frobenius
