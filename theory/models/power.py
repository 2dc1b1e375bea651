r"""Where the gradient's power lies in a spectrum of noise and fixed means.

``gᵀ(H - z)⁻¹g`` has the deterministic equivalent ``m q(m)``,

    q = (1/N²) [σ_E² rᵀ(I + msA)⁻¹ r + vᵀ Γ (I + mTΓ)⁻¹ v],   v = Uᵀ (I + msA)⁻¹ r,

whose residue at outlier j is ``z'(u)/(1 - λ_j'(u)) · (e_jᵀ cᵀ v)²/N²`` at ``u = u_j``, and
``E‖g‖² = q(0)``. Derived in docs/theory/outliers.md.

At finite D the noise's own gradient, the part ``n = σ_E² Σ|r|²/(N² E‖g‖²)`` of the whole, lies at a
random angle to each outlier's eigenvector: beside the residue's amplitude it adds an independent
Gaussian of mean square n/D (docs/theory/fluctuations.md).
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
from theory.spread import splitting
from theory.spread.splitting import Ordered


@dataclass(frozen=True)
class Power:
    """Shares of the squared gradient ``‖g‖²``.

    Attributes
    ----------
    outliers
        Mean fraction on each outlier, in the order of a model's ``outliers``, shape (k,). Sums over
        outliers that are close hold; single ones mix in a draw as their eigenvectors do: see
        ``ordered``.
    bulk
        Mean fraction on the rest of the spectrum.
    norm
        ``√E‖g‖²``, the RMS length of the gradient over the noise.
    std
        Standard deviation of the fraction on all outliers over draws of the noise.
    ordered
        Mean and standard deviation of the fraction on each of the ordered outliers of one draw.
    kept
        What is left of the bulk's fraction for ``D → ∞``, over that fraction.
    """

    outliers: Array
    bulk: float
    norm: float
    std: float
    ordered: Ordered
    kept: float


def shares(noise: Noise, means: Means, found: Outliers, r: Array, *, variance: Array) -> Power:
    """Fractions of ``‖g‖²`` on the outliers found and on the bulk.

    ``variance (k, k)`` is that of the fluctuation of the outliers, as for ``splitting.around``.
    """
    total = _square(noise, means, r)
    along = np.array(
        [
            e @ means.pull(noise.p, r, kappa=-noise.s / u)
            for e, u in zip(found.vectors, found.u, strict=True)
        ]
    )
    amplitude = np.sqrt(found.transfer / total) * along.reshape(found.u.shape)
    noisy = noise.sigma_E**2 * float(np.sum(r * r)) / total
    along_noise = np.full(amplitude.shape, 1 / noise.D)
    norm = total**0.5 / noise.N
    return joined(found.position, variance, amplitude, along_noise, noisy=noisy, norm=norm)


def joined(
    position: Array,
    variance: Array,
    amplitude: Array,
    along_noise: Array,
    *,
    noisy: float,
    norm: float,
) -> Power:
    """Shares from the gradient's components along the outliers' eigenvectors, all arrays (k,).

    ``amplitude`` are those that stay for ``D → ∞``, ``along_noise`` the parts of the noise's
    variance along the eigenvectors, ``noisy`` the noise's own part of the squared gradient.
    """
    whole = max(float(1 - amplitude @ amplitude), 0.0)
    added = min(noisy, whole) * along_noise
    mean = amplitude**2 + added
    bulk = float(1 - mean.sum())
    ordered, std = splitting.shares(position, variance, amplitude, added)
    return Power(mean, bulk, norm, std, ordered, bulk / whole if whole > 0 else 1.0)


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
    """``N² E‖g‖²``.

    Raises
    ------
    InputError
        If it is zero.
    """
    pull = means.pull(noise.p, r, kappa=0.0)
    total = float(noise.sigma_E**2 * np.sum(r * r) + pull @ pull)
    if total == 0:
        raise checks.InputError("r must give a gradient, got a gradient of zero")
    return total
