"""The spectrum of G with anisotropic noise: ways in to ``theory.models.Separable``.

Each function is the model's attribute of the same name, whose docstring gives formula and errors.
"""

from __future__ import annotations

from numpy.typing import ArrayLike

from theory.arrays import Array
from theory.models.power import Power
from theory.models.separable.model import Separable
from theory.spread.splitting import Ordered


def outliers(
    p: ArrayLike,
    *,
    means: ArrayLike,
    sigma_E: float,
    T: ArrayLike,
    K_C: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> Array:
    """Eigenvalues of G above its bulk, descending.

    Poles of the resolvent's equivalent above the upper edge, ``edges(..., means=means)[0, 1]``.
    Relative errors are of order ``R tr T²/(tr T)²``.

    Parameters
    ----------
    p : shape (N, C)
        Softmax outputs.
    means : shape (C, D), or (C², D) with groups
        Mean logit gradients along the eigenvectors of T.
    sigma_E
        RMS length of the noise of one logit gradient, above 0.
    T : shape (D,)
        Eigenvalues of the weight covariance of the noise, of any scale: taken to sum to sigma_E².
    K_C : shape (C, C)
        Covariance of the noise across logits, of any scale: taken to have trace C; the identity by
        default.
    groups : shape (N,)
        Class of each example, for the cluster level.

    Raises
    ------
    InputError
        If an argument is out of its bounds.
    ConvergenceError
        If a root search misses its tolerance.

    Examples
    --------
    >>> import numpy as np
    >>> p = np.full((60, 3), 1 / 3)
    >>> T = np.arange(1, 301) ** -0.5
    >>> outliers(p, means=np.eye(3, 300), sigma_E=1.0, T=T).round(4)  # along the first of T
    array([0.3568, 0.3517])
    """
    return Separable(p, means=means, sigma_E=sigma_E, T=T, K_C=K_C, groups=groups).outliers


def overlaps(
    p: ArrayLike,
    *,
    means: ArrayLike,
    sigma_E: float,
    T: ArrayLike,
    K_C: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> Array:
    """Squared length of each outlier's unit eigenvector inside the span of the means."""
    return Separable(p, means=means, sigma_E=sigma_E, T=T, K_C=K_C, groups=groups).overlaps


def spread(
    p: ArrayLike,
    *,
    means: ArrayLike,
    sigma_E: float,
    T: ArrayLike,
    K_C: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> Ordered:
    """Ordered outliers of one draw: mean and standard deviation over the noise.

    Examples
    --------
    >>> import numpy as np
    >>> p, T = np.full((60, 3), 1 / 3), np.arange(1, 301) ** -0.5
    >>> spread(p, means=np.diag([1.0, 2, 3]) @ np.eye(3, 300), sigma_E=1.0, T=T).std.round(4)
    array([0.0307, 0.0202])
    """
    return Separable(p, means=means, sigma_E=sigma_E, T=T, K_C=K_C, groups=groups).spread


def eigenvalues(
    p: ArrayLike,
    *,
    means: ArrayLike,
    sigma_E: float,
    T: ArrayLike,
    K_C: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> Array:
    """Eigenvalues of G, descending, above 1e-6 of the bulk's upper edge."""
    return Separable(p, means=means, sigma_E=sigma_E, T=T, K_C=K_C, groups=groups).eigenvalues


def power(
    p: ArrayLike,
    r: ArrayLike,
    *,
    means: ArrayLike,
    sigma_E: float,
    T: ArrayLike,
    K_C: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> Power:
    """Fraction of ``‖g‖²`` on each outlier of G and on its bulk; r are residuals."""
    return Separable(p, means=means, sigma_E=sigma_E, T=T, K_C=K_C, groups=groups).power(r)


def power_density(
    x: ArrayLike,
    p: ArrayLike,
    r: ArrayLike,
    *,
    means: ArrayLike,
    sigma_E: float,
    T: ArrayLike,
    K_C: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> Array:
    """Density of ``‖g‖²`` over the bulk at x, as a fraction of it; zero off the bulk."""
    model = Separable(p, means=means, sigma_E=sigma_E, T=T, K_C=K_C, groups=groups)
    return model.power_density(x, r)


def edges(
    p: ArrayLike,
    *,
    sigma_E: float,
    T: ArrayLike,
    K_C: ArrayLike | None = None,
    means: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> Array:
    """Lowest and highest edge of the bulk above zero, shape (1, 2); gaps are not resolved.

    Without means, of the noise alone; with them, of what they leave in the bulk.
    """
    return Separable(p, means=means, sigma_E=sigma_E, T=T, K_C=K_C, groups=groups).edges


def density(
    x: ArrayLike,
    p: ArrayLike,
    *,
    sigma_E: float,
    T: ArrayLike,
    K_C: ArrayLike | None = None,
    means: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> Array:
    """Density of the bulk at x (any shape), normalised to its share of the D eigenvalues.

    Without means, of the noise alone; with them, of what they leave in the bulk.
    """
    model = Separable(p, means=means, sigma_E=sigma_E, T=T, K_C=K_C, groups=groups)
    return model.density(x)


def trace(
    p: ArrayLike,
    *,
    means: ArrayLike,
    sigma_E: float,
    T: ArrayLike,
    K_C: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> float:
    """``E Tr G`` over the noise; exact at every size."""
    return Separable(p, means=means, sigma_E=sigma_E, T=T, K_C=K_C, groups=groups).trace


def frobenius(
    p: ArrayLike,
    *,
    means: ArrayLike,
    sigma_E: float,
    T: ArrayLike,
    K_C: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> float:
    """``√E‖G‖_F²`` over the noise; exact at every size."""
    return Separable(p, means=means, sigma_E=sigma_E, T=T, K_C=K_C, groups=groups).frobenius
