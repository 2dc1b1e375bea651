"""Where the gradient's power lies in the spectrum of G, given softmax outputs and residuals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import checks, softmax
from theory.arrays import Array
from theory.hessian import model
from theory.models import outlier_equation
from theory.models.noise import Noise


@dataclass(frozen=True)
class Power:
    """Shares of the squared gradient ``‖g‖²``.

    Attributes
    ----------
    outliers
        Fraction on each outlier, in the order of ``hessian.outliers``, shape (k,).
    bulk
        Fraction on the rest of the spectrum.
    norm
        ``√E‖g‖²``, the RMS length of the gradient over the noise.
    """

    outliers: Array
    bulk: float
    norm: float


def power(
    p: ArrayLike,
    r: ArrayLike,
    *,
    Gamma: ArrayLike,
    sigma_E: float,
    D: int,
    groups: ArrayLike | None = None,
) -> Power:
    r"""Fraction of ``‖g‖²`` on each outlier of G and on its bulk.

    ``gᵀ(G - z)⁻¹ g`` has the deterministic equivalent ``m q(m)``,

        q = (1/N²) [σ_E² rᵀ(I + msA)⁻¹ r + vᵀ Γ (I + mTΓ)⁻¹ v],   v = Uᵀ (I + msA)⁻¹ r,

    whose residue at outlier j is ``z'(u)/(1 - λ_j'(u)) · (e_jᵀ cᵀ v)²/N²`` at ``u = u_j``, and
    ``E‖g‖² = q(0)``. The fluctuation of a single draw about it is of relative order ``1/√D``
    and, through the noise's own part of the gradient, ``1/√(N C)``. Derived in docs/theory.md.

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
    >>> p = np.full((10, 2), 0.5)
    >>> r = p - np.eye(2)[[0] * 10]
    >>> result = power(p, r, Gamma=np.eye(2), sigma_E=0.1, D=100)
    >>> bool(abs(result.outliers.sum() + result.bulk - 1) < 1e-12)
    True
    """
    noise, c, index = model(p, Gamma=Gamma, sigma_E=sigma_E, D=D, groups=groups)
    return shares(noise, c, index, checks.residuals(r, shape=noise.p.shape))


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
    r"""Density of the squared gradient over the bulk of G, as a fraction of ``‖g‖²``.

    ``Im[m q(m)]/(π‖g‖²)`` at ``m(x + i0)``, q as in ``power``; zero off the bulk. Its integral is
    ``power(...).bulk``, less what eigenvalues in the bulk's gaps hold. Divided by
    ``hessian.density`` and D it is the mean fraction on one eigenvector at x. Costs O(N C²) for
    each x in the bulk.

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
    >>> p = np.full((30, 3), 1 / 3)
    >>> r = p - np.eye(3)[np.arange(30) % 3]  # balanced: the means drop out of the gradient
    >>> round(float(density(0.01, p, r, Gamma=np.eye(3), sigma_E=1.0, D=60)), 3)
    23.926
    """
    checks.real("sigma_E", sigma_E, low=0, strict=True)
    noise, c, index = model(p, Gamma=Gamma, sigma_E=sigma_E, D=D, groups=groups)
    return shares_density(
        noise.law.root(x), noise, c, index, checks.residuals(r, shape=noise.p.shape)
    )


def shares(noise: Noise, c: Array, groups: NDArray[np.int64], r: Array) -> Power:
    """``power`` of a model that has been checked."""
    total = _square(noise, c, groups, r)
    found = outlier_equation.outliers(noise, c, groups)
    along = np.array(
        [
            np.sum(d * _pull(noise, r, groups, len(c), -noise.s / u))
            for d, u in zip(found.directions, found.u, strict=True)
        ]
    )
    part = found.transfer * along**2 / total
    return Power(part, float(1 - part.sum()), total**0.5 / noise.N)


def shares_density(
    u: NDArray[np.complex128], noise: Noise, c: Array, groups: NDArray[np.int64], r: Array
) -> Array:
    """``density`` at the roots u of ``z(u) = x``, nan off the bulk, of a model that was checked."""
    total = _square(noise, c, groups, r)
    rows = c.reshape(c.shape[0] * c.shape[1], c.shape[2])
    out = np.zeros(u.shape)
    for place, root in np.ndenumerate(u):
        if np.isnan(root):
            continue
        kappa = complex(-noise.s / root)
        T = softmax.resolvent_mean(noise.p, kappa=kappa, groups=groups, G=len(c))
        S = rows.T @ (T @ c).reshape(rows.shape)
        v = _pull(noise, r, groups, len(c), kappa).ravel() @ rows
        noisy = noise.sigma_E**2 * softmax.resolvent_power_sum(noise.p, r, kappa=kappa)
        signal_part = v @ np.linalg.solve(S - root * np.eye(len(S)), v) if len(S) else 0.0
        out[place] = (-noisy / root + signal_part).imag / (np.pi * total)
    return out


def _pull(noise: Noise, r: Array, groups: NDArray[np.int64], G: int, kappa: complex) -> NDArray:
    return softmax.resolvent_apply_sum(noise.p, r, kappa=kappa, groups=groups, G=G)


def _square(noise: Noise, c: Array, groups: NDArray[np.int64], r: Array) -> float:
    """``N² E‖g‖²``."""
    mean_part = np.einsum("gki,gk->i", c, _pull(noise, r, groups, len(c), 0.0))
    total = float(noise.sigma_E**2 * np.sum(r * r) + mean_part @ mean_part)
    if total == 0:
        raise checks.InputError("r must give a gradient, got a gradient of zero")
    return total
