r"""The spectrum of ``H = G + K`` with the logits' curvature K as a random symmetric matrix.

``K = sigma_W W`` with W a D×D GOE matrix of semicircle radius 2, independent of G, and
``sigma_W = sigma_H √(mean |r|²)``: the residuals weight the logits' own Hessians. The equivalent
of G's resolvent stays as it is, at ``ω = z + sigma_W² m(z)`` (free convolution), so that in
``u = -1/m`` only the map changes, ``z_H(u) = z_G(u) + sigma_W²/u``. The bulk has negative
eigenvalues; the means give outliers above it and never below. Derived in docs/theory/levels.md.
With ``sigma_H = 0`` each function is its namesake for G.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import checks, gradient
from theory.arrays import Array
from theory.bulk import SampleCovariance
from theory.gradient import Power
from theory.hessian import model
from theory.models import outlier_equation
from theory.models.curved_noise import Curved


class Spikes(NamedTuple):
    """Outliers of K's own: ``position`` and ``overlap`` with their directions, nan if none."""

    position: Array
    overlap: Array


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
    >>> p = np.full((300, 10), 0.1)
    >>> r = p - np.eye(10)[np.arange(300) % 10]
    >>> options = {"Gamma": np.eye(10), "sigma_E": 0.7, "D": 1000}
    >>> outliers(p, r, sigma_H=0.02, **options)[[0, -1]].round(5)
    array([0.1042, 0.1042])
    >>> outliers(p, r, sigma_H=0.2, **options)  # a bulk of radius 0.38 holds them all
    array([], dtype=float64)
    """
    return outlier_equation.outliers(*curved(p, r, Gamma, sigma_E, D, sigma_H, groups)[:3]).position


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
    """Squared length of each outlier's unit eigenvector inside the span of the means.

    ``z_H'(u_j)/(1 - λ_j'(u_j))``, in the order of ``outliers``, whose parameters these are.
    """
    return outlier_equation.outliers(*curved(p, r, Gamma, sigma_E, D, sigma_H, groups)[:3]).transfer


def spikes(
    strength: ArrayLike, p: ArrayLike, r: ArrayLike, *, sigma_E: float, D: int, sigma_H: float
) -> Spikes:
    """Outliers of H, on either side, from eigenvalues that K has of its own.

    A direction orthogonal to the means that K stretches by θ has the root ``u = θ``: the outlier
    is ``z_H(θ)`` and its overlap with the direction ``z_H'(θ)``, if θ lies beyond the bulk's u.

    Parameters
    ----------
    strength : shape (...)
        Eigenvalues θ of the low-rank part of K, of either sign.
    p, r, sigma_E, D, sigma_H
        As for ``outliers``, with sigma_H above 0.
    """
    noise, *_ = curved(p, r, None, sigma_E, D, sigma_H, None, strict=True)
    flat = checks.array("strength", np.ravel(strength), ndim=1)
    low, high = noise.lower_edge(), noise.edge
    outside = (flat < low) | (flat > high)
    out = np.full((2, flat.size), np.nan)
    if outside.any():
        out[:, outside] = np.array([noise.map(theta)[:2] for theta in flat[outside]]).T
    position, overlap = out.reshape(2, *np.shape(strength))
    return Spikes(position, overlap)


def edges(p: ArrayLike, r: ArrayLike, *, sigma_E: float, D: int, sigma_H: float) -> Array:
    """Support intervals ``(m, 2)`` of the bulk of H, ascending; the first may be negative.

    For sigma_H above 0 the D eigenvalues of H all belong to it but for the outliers.

    Parameters
    ----------
    p, r, sigma_E, D, sigma_H
        As for ``outliers``; without noise and curvature there is no bulk.

    Raises
    ------
    InputError
        If an argument is out of its bounds, or sigma_W is below 1e-10 of the bulk's scale.
    """
    noise, *_ = curved(p, r, None, sigma_E, D, sigma_H, None)
    if noise.sigma_W == 0:
        return _bulk_of_G(noise).edges()
    law, offset, _ = noise.shifted
    return law.edges() + offset


def density(
    x: ArrayLike, p: ArrayLike, r: ArrayLike, *, sigma_E: float, D: int, sigma_H: float
) -> Array:
    """Bulk density of H at x, normalised to the share of the D eigenvalues; zero off the bulk.

    ``Im(-1/u)/π`` at ``z_H(u) = x``. Parameters and errors are those of ``edges``.
    """
    noise, *_ = curved(p, r, None, sigma_E, D, sigma_H, None)
    if noise.sigma_W == 0:
        law = _bulk_of_G(noise)
        return law.ratio * law.density(x)
    u = noise.root(x)
    return np.nan_to_num(u.imag / np.abs(u) ** 2 / np.pi)


def positive(p: ArrayLike, r: ArrayLike, *, sigma_E: float, D: int, sigma_H: float) -> float:
    """Fraction of the eigenvalues of H's bulk above zero, in closed form.

    With k outliers, ``k + (D - k) positive`` of the D eigenvalues of H are positive, to O(1).
    Without curvature it is G's rank over D. Parameters and errors are those of ``edges``.
    """
    noise, *_ = curved(p, r, None, sigma_E, D, sigma_H, None)
    if noise.sigma_W == 0:
        law = _bulk_of_G(noise)
        return float(law.ratio * (1 - law.cdf(0.0)))
    return noise.mass_above(0.0)


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
    """Fraction of ``‖g‖²`` on each outlier of H and on its bulk.

    As ``gradient.power`` with z_H' for z_G'; parameters and errors are those of ``outliers``.
    """
    return gradient.shares(*curved(p, r, Gamma, sigma_E, D, sigma_H, groups))


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
    """Density of the squared gradient over the bulk of H, as a fraction of ``‖g‖²``.

    Its integral is ``power(...).bulk``; parameters are those of ``outliers``, with sigma_H above 0.
    """
    noise, c, index, r = curved(p, r, Gamma, sigma_E, D, sigma_H, groups, strict=True)
    return gradient.shares_density(noise.root(x), noise, c, index, r)


def _bulk_of_G(noise: Curved) -> SampleCovariance:
    checks.real("sigma_E", noise.sigma_E, low=0, strict=True)
    return noise.law


def curved(
    p: ArrayLike,
    r: ArrayLike,
    Gamma: ArrayLike | None,
    sigma_E: float,
    D: int,
    sigma_H: float,
    groups: ArrayLike | None,
    *,
    strict: bool = False,
) -> tuple[Curved, Array, NDArray[np.int64], Array]:
    """The checked model: noise with curvature, factor of Γ, groups and residuals."""
    outputs = checks.probabilities(p)
    if Gamma is None:
        Gamma = np.zeros((outputs.shape[1],) * 2)
    noise, c, index = model(outputs, Gamma=Gamma, sigma_E=sigma_E, D=D, groups=groups)
    r = checks.residuals(r, shape=outputs.shape)
    sigma_H = checks.real("sigma_H", sigma_H, low=0, strict=strict)
    sigma_W = sigma_H * float(np.sqrt(np.mean(np.sum(r**2, axis=1))))
    curved = Curved(p=noise.p, sigma_E=noise.sigma_E, D=noise.D, N=noise.N, sigma_W=sigma_W)
    return curved, c, index, r
