"""Where the gradient's power lies in the spectrum of G: ways in to ``theory.models.Isotropic``."""

from __future__ import annotations

from numpy.typing import ArrayLike

from theory import checks
from theory.arrays import Array
from theory.models.isotropic import Isotropic
from theory.models.power import Power

__all__ = ["Power", "density", "power"]


def power(
    p: ArrayLike,
    r: ArrayLike,
    *,
    Gamma: ArrayLike,
    sigma_E: float,
    D: int,
    groups: ArrayLike | None = None,
) -> Power:
    """Fraction of ``‖g‖²`` on each outlier of G and on its bulk: ``Isotropic.power``.

    Parameters
    ----------
    p : shape (N, C)
        Softmax outputs.
    r : shape (N, C)
        Residuals ``p - onehot(y)``.
    Gamma, sigma_E, D, groups
        As for ``hessian.outliers``.

    Raises
    ------
    InputError
        If an argument is out of its bounds, or the gradient is zero.

    Examples
    --------
    >>> import numpy as np
    >>> p = np.full((10, 2), 0.5)
    >>> r = p - np.eye(2)[[0] * 10]
    >>> result = power(p, r, Gamma=np.eye(2), sigma_E=0.1, D=100)
    >>> bool(abs(result.outliers.sum() + result.bulk - 1) < 1e-12)
    True
    """
    return Isotropic(p, Gamma=Gamma, sigma_E=sigma_E, D=D, groups=groups).power(r)


def density(
    x: ArrayLike,
    p: ArrayLike,
    r: ArrayLike,
    *,
    Gamma: ArrayLike,
    sigma_E: float,
    D: int,
    groups: ArrayLike | None = None,
) -> Array:
    """Density of ``‖g‖²`` over the bulk of G, as a fraction of it: ``Isotropic.power_density``.

    Parameters
    ----------
    x : any shape
        Eigenvalues at which to evaluate.
    p, r, Gamma, sigma_E, D, groups
        As for ``power``, with sigma_E above 0.

    Raises
    ------
    InputError
        If an argument is out of its bounds, or the gradient is zero.

    Examples
    --------
    >>> import numpy as np
    >>> p = np.full((30, 3), 1 / 3)
    >>> r = p - np.eye(3)[np.arange(30) % 3]  # balanced: the means drop out of the gradient
    >>> round(float(density(0.01, p, r, Gamma=np.eye(3), sigma_E=1.0, D=60)), 3)
    23.076
    """
    checks.real("sigma_E", sigma_E, low=0, strict=True)
    return Isotropic(p, Gamma=Gamma, sigma_E=sigma_E, D=D, groups=groups).power_density(x, r)
