"""Where the gradient's power lies in the spectrum of G, given softmax outputs and residuals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from theory import checks, signal, softmax
from theory.hessian import model
from theory.softmax import Array


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
    r = checks.residuals(r, shape=noise.p.shape)
    G = len(c)

    def pull(kappa: float) -> Array:
        return softmax.resolvent_apply_sum(noise.p, r, kappa=kappa, groups=index, G=G)

    mean_part = np.einsum("gki,gk->i", c, pull(0.0))
    total = float(noise.sigma_E**2 * np.sum(r * r) + mean_part @ mean_part)
    if total == 0:
        raise checks.InputError("r must give a gradient, got a gradient of zero")
    found = signal.outliers(noise, c, index)
    along = np.array(
        [np.sum(d * pull(-noise.s / u)) for d, u in zip(found.directions, found.u, strict=True)]
    )
    shares = found.transfer * along**2 / total
    return Power(shares, float(1 - shares.sum()), total**0.5 / noise.N)
