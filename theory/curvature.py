"""The spectrum of ``H = G + K`` with the logits' curvature: ways in to ``theory.models.Curved``.

Each function is the model's attribute of the same name, whose docstring gives formula and errors.
With ``sigma_H = 0`` each is its namesake for G.
"""

from __future__ import annotations

from numpy.typing import ArrayLike

from theory import checks
from theory.arrays import Array
from theory.models.curved import Curved, Spikes
from theory.models.power import Power
from theory.spread.splitting import Ordered

__all__ = [
    "Spikes",
    "density",
    "edges",
    "outliers",
    "overlaps",
    "positive",
    "power",
    "power_density",
    "spikes",
    "spread",
]


def outliers(
    p: ArrayLike,
    r: ArrayLike,
    *,
    Gamma: ArrayLike,
    sigma_E: float,
    D: int,
    sigma_H: float,
    groups: ArrayLike | None = None,
) -> Array:
    """Eigenvalues of H above its bulk, descending; the means give none below it.

    Those of G at ``ω_j`` that still exist, ``z_H'(u_j) > 0``, at ``λ_j = ω_j - sigma_W² m(ω_j)``.
    Relative fluctuations are of order ``1/√D``.

    Parameters
    ----------
    p : shape (N, C)
        Softmax outputs.
    r : shape (N, C)
        Residuals ``p - onehot(y)``.
    Gamma : shape (C, C), or (C², C²) with groups
        Gram matrix of the mean logit gradients.
    sigma_E
        RMS length of the noise of one logit gradient.
    D
        Number of weights.
    sigma_H
        Half the spectral radius of K in units of ``√(mean |r|²)``.
    groups : shape (N,)
        Class of each example, for the cluster level.

    Raises
    ------
    InputError
        If an argument is out of its bounds.
    ConvergenceError
        If the root search misses its tolerance.

    Examples
    --------
    >>> import numpy as np
    >>> p = np.full((300, 10), 0.1)
    >>> r = p - np.eye(10)[np.arange(300) % 10]
    >>> options = {"Gamma": np.eye(10), "sigma_E": 0.7, "D": 1000}
    >>> outliers(p, r, sigma_H=0.02, **options)[[0, -1]].round(5)
    array([0.1042, 0.1042])
    >>> outliers(p, r, sigma_H=0.2, **options)  # a bulk of radius 0.38 holds them all
    array([], dtype=float64)
    """
    return Curved(p, r, Gamma=Gamma, sigma_E=sigma_E, D=D, sigma_H=sigma_H, groups=groups).outliers


def overlaps(
    p: ArrayLike,
    r: ArrayLike,
    *,
    Gamma: ArrayLike,
    sigma_E: float,
    D: int,
    sigma_H: float,
    groups: ArrayLike | None = None,
) -> Array:
    """Squared length of each outlier's unit eigenvector inside the span of the means."""
    return Curved(p, r, Gamma=Gamma, sigma_E=sigma_E, D=D, sigma_H=sigma_H, groups=groups).overlaps


def spread(
    p: ArrayLike,
    r: ArrayLike,
    *,
    Gamma: ArrayLike,
    sigma_E: float,
    D: int,
    sigma_H: float,
    groups: ArrayLike | None = None,
) -> Ordered:
    """Ordered outliers of one draw: mean and standard deviation over the noise and K.

    Examples
    --------
    >>> import numpy as np
    >>> p = np.full((300, 10), 0.1)
    >>> r = p - np.eye(10)[np.arange(300) % 10]
    >>> options = {"Gamma": np.diag(np.arange(1.0, 11)), "sigma_E": 0.7, "D": 1000}
    >>> float(spread(p, r, sigma_H=0.02, **options).std[0].round(5))
    0.00119
    >>> float(spread(p, r, sigma_H=0.2, **options).std[0].round(5))
    0.00865
    """
    return Curved(p, r, Gamma=Gamma, sigma_E=sigma_E, D=D, sigma_H=sigma_H, groups=groups).spread


def spikes(
    strength: ArrayLike, p: ArrayLike, r: ArrayLike, *, sigma_E: float, D: int, sigma_H: float
) -> Spikes:
    """Outliers of H, on either side, from eigenvalues that K has of its own; sigma_H above 0."""
    return Curved(p, r, sigma_E=sigma_E, D=D, sigma_H=sigma_H).spikes(strength)


def edges(p: ArrayLike, r: ArrayLike, *, sigma_E: float, D: int, sigma_H: float) -> Array:
    """Support intervals ``(m, 2)`` of the bulk of H, ascending; the first may be negative."""
    return Curved(p, r, sigma_E=sigma_E, D=D, sigma_H=sigma_H).edges


def density(
    x: ArrayLike, p: ArrayLike, r: ArrayLike, *, sigma_E: float, D: int, sigma_H: float
) -> Array:
    """Bulk density of H at x (any shape), normalised to its share of the D eigenvalues."""
    return Curved(p, r, sigma_E=sigma_E, D=D, sigma_H=sigma_H).density(x)


def positive(p: ArrayLike, r: ArrayLike, *, sigma_E: float, D: int, sigma_H: float) -> float:
    """Fraction of the eigenvalues of H's bulk above zero, in closed form."""
    return Curved(p, r, sigma_E=sigma_E, D=D, sigma_H=sigma_H).positive


def power(
    p: ArrayLike,
    r: ArrayLike,
    *,
    Gamma: ArrayLike,
    sigma_E: float,
    D: int,
    sigma_H: float,
    groups: ArrayLike | None = None,
) -> Power:
    """Fraction of ``‖g‖²`` on each outlier of H and on its bulk."""
    return Curved(p, r, Gamma=Gamma, sigma_E=sigma_E, D=D, sigma_H=sigma_H, groups=groups).power(r)


def power_density(
    x: ArrayLike,
    p: ArrayLike,
    r: ArrayLike,
    *,
    Gamma: ArrayLike,
    sigma_E: float,
    D: int,
    sigma_H: float,
    groups: ArrayLike | None = None,
) -> Array:
    """Density of ``‖g‖²`` over the bulk of H at x, as a fraction of it; sigma_H above 0."""
    checks.real("sigma_H", sigma_H, low=0, strict=True)
    return Curved(
        p, r, Gamma=Gamma, sigma_E=sigma_E, D=D, sigma_H=sigma_H, groups=groups
    ).power_density(x, r)
