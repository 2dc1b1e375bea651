r"""Where the gradient's power lies in a spectrum of noise and fixed means.

``gᵀ(H - z)⁻¹g`` has the deterministic equivalent ``m q(m)``,

    q = (1/N²) [σ_E² rᵀ(I + msA)⁻¹ r + vᵀ Γ (I + mTΓ)⁻¹ v],   v = Uᵀ (I + msA)⁻¹ r,

whose residue at outlier j is ``z'(u)/(1 - λ_j'(u)) · (e_jᵀ cᵀ v)²/N²`` at ``u = u_j``, and
``E‖g‖² = q(0)``. Derived in docs/theory/outliers.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from theory import checks, softmax
from theory.arrays import Array
from theory.models.means import Means
from theory.models.noise import Noise
from theory.models.outlier_equation import Outliers


@dataclass(frozen=True)
class Power:
    """Shares of the squared gradient ``‖g‖²``.

    Attributes
    ----------
    outliers
        Fraction on each outlier, in the order of a model's ``outliers``, shape (k,).
    bulk
        Fraction on the rest of the spectrum.
    norm
        ``√E‖g‖²``, the RMS length of the gradient over the noise.
    """

    outliers: Array
    bulk: float
    norm: float


def shares(noise: Noise, means: Means, found: Outliers, r: Array) -> Power:
    """Fractions of ``‖g‖²`` on the outliers found and on the bulk."""
    total = _square(noise, means, r)
    along = np.array(
        [
            e @ means.pull(noise.p, r, kappa=-noise.s / u)
            for e, u in zip(found.vectors, found.u, strict=True)
        ]
    )
    part = found.transfer * along**2 / total
    return Power(part, float(1 - part.sum()), total**0.5 / noise.N)


def density(noise: Noise, means: Means, r: Array, u: NDArray[np.complex128]) -> Array:
    """Density of ``‖g‖²`` as a fraction, at the roots u of ``z(u) = x``; zero where u is nan."""
    total = _square(noise, means, r)
    out = np.zeros(u.shape)
    for place, root in np.ndenumerate(u):
        if np.isnan(root):
            continue
        kappa = complex(-noise.s / root)
        S, _ = means.resolvent(noise.p, kappa=kappa)
        v = means.pull(noise.p, r, kappa=kappa)
        noisy = noise.sigma_E**2 * softmax.resolvent_power_sum(noise.p, r, kappa=kappa)
        signal = v @ np.linalg.solve(S - root * np.eye(len(S)), v) if len(S) else 0.0
        out[place] = (-noisy / root + signal).imag / (np.pi * total)
    return out


def _square(noise: Noise, means: Means, r: Array) -> float:
    """``N² E‖g‖²``."""
    pull = means.pull(noise.p, r, kappa=0.0)
    total = float(noise.sigma_E**2 * np.sum(r * r) + pull @ pull)
    if total == 0:
        raise checks.InputError("r must give a gradient, got a gradient of zero")
    return total
