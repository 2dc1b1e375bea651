r"""How far one draw's outliers lie from their equivalents with curvature or anisotropic noise.

Given the outputs and the means, over the noise (and the curvature's matrix), each is Gaussian of
order ``1/√D``; near outliers repel each other as in the GOE. ``fluctuations.outliers`` is the
plain level. Derived in docs/theory/fluctuations.md.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from theory.arrays import Array
from theory.curvature import curved
from theory.models import fluctuations, outlier_equation
from theory.models.separable_means import Model
from theory.models.separable_means import model as separable_model
from theory.separable import Solved, solve
from theory.spread import splitting
from theory.spread.splitting import Ordered


def curvature(
    p: ArrayLike,
    r: ArrayLike,
    *,
    Gamma: ArrayLike,
    sigma_E: float,
    D: int,
    sigma_H: float,
    groups: ArrayLike | None = None,
) -> Ordered:
    """Ordered outliers of ``H = G + K`` given outputs and means: mean and deviation.

    Over the noise and K the variance is ``2u²(z_H' - τ²)/D`` at the root u, ``τ = z_H'/(1 - λ')``:
    as ``fluctuations.outliers`` with ``z_H = z_G + sigma_W²/u``. Without noise it is that of a
    spiked Wigner matrix, ``2 sigma_W² (1 - sigma_W²/u²)/D``.

    Parameters and Raises: as ``curvature.outliers``.

    Examples
    --------
    >>> p = np.full((300, 10), 0.1)
    >>> r = p - np.eye(10)[np.arange(300) % 10]
    >>> options = {"Gamma": np.diag(np.arange(1.0, 11)), "sigma_E": 0.7, "D": 1000}
    >>> curvature(p, r, sigma_H=0.02, **options).std[0].round(5)
    np.float64(0.00119)
    >>> curvature(p, r, sigma_H=0.2, **options).std[0].round(5)
    np.float64(0.00865)
    """
    noise, c, index, _ = curved(p, r, Gamma, sigma_E, D, sigma_H, groups)
    return fluctuations.given(noise, outlier_equation.outliers(noise, c, index))


def separable(
    p: ArrayLike,
    *,
    means: ArrayLike,
    sigma_E: float,
    T: ArrayLike,
    K_C: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> Ordered:
    r"""Ordered outliers of G with anisotropic noise given outputs and means: mean and deviation.

    With w the eigenvector's equivalent, in the notation of ``separable`` and ``v = -1/e``,

        Var = 2z (2βτ + β²Θ + τ²Π)/(1 - ΘΠ),
        τ = wᵀTw,    β = -(v²/z) wᵀ cᵀ (dT_A/dv) c w,
        Θ = z Σ t²/(z - at)²,    Π = -(v²/z) da/dv ,

    and half of it off the diagonal, where near outliers mix. Relative errors are of order
    ``R tr T²/(tr T)²``.

    Parameters and Raises: as ``separable.outliers``.

    Examples
    --------
    >>> p, T = np.full((60, 3), 1 / 3), np.arange(1, 301) ** -0.5
    >>> separable(p, means=np.diag([1.0, 2, 3]) @ np.eye(3, 300), sigma_E=1.0, T=T).std.round(4)
    array([0.0307, 0.0202])
    """
    model = separable_model(p, means, sigma_E, T, K_C, groups)
    found = solve(model)
    k = len(found.position)
    if k == 0:
        return splitting.NONE
    deviation = np.sqrt(_variances(model, found))
    if k > splitting.MOST_DRAWN:
        return Ordered(found.position, deviation)
    goe = splitting.orthogonal_gaussian(k) / np.sqrt(2)
    root = np.sqrt(deviation)
    return splitting.ordered(np.diag(found.position) + np.outer(root, root) * goe, rank=k)


def _variances(model: Model, found: Solved) -> Array:
    """The variance of each outlier by itself."""
    law, z, v = model.law, found.position, found.v
    a, a_slope = law.a(v)
    Theta = z * ((law.t / (z[:, None] - a[:, None] * law.t)) ** 2 @ law.t_count)
    Pi = -(v**2) / z * a_slope
    tau, beta = found.weights, found.examples
    return 2 * z * (2 * beta * tau + beta**2 * Theta + tau**2 * Pi) / (1 - Theta * Pi)
