r"""Where the gradient's power lies in a spectrum of noise and fixed means.

``gᵀ(H - z)⁻¹g`` has the deterministic equivalent ``m q(m)``,

    q = (1/N²) [σ_E² rᵀ(I + msA)⁻¹ r + vᵀ Γ (I + mTΓ)⁻¹ v],   v = Uᵀ (I + msA)⁻¹ r,

whose residue at outlier j is ``z'(u)/(1 - λ_j'(u)) · (e_jᵀ cᵀ v)²/N²`` at ``u = u_j``, and
``E‖g‖² = q(0)``. Derived in docs/theory/outliers.md.

At finite D the noise's own gradient, the part ``n = σ_E² Σ|r|²/(N² E‖g‖²)`` of the whole, lies at a
random angle to each outlier's eigenvector: beside the residue's amplitude it adds an independent
Gaussian of mean square ``n Σ|(I + κ_jA)⁻¹r|²/(D Σ|r|²)``, ``κ_j = -s/u_j``, which is n/D far above
the bulk. A share is a mean of ratios, as ‖g‖² varies with the noise of few effective dimensions
(``spread.mean_share``). Both in docs/theory/fluctuations.md, section 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from theory import checks, softmax
from theory.arrays import Array
from theory.models.means import Means
from theory.models.noise import Noise
from theory.models.outlier_equation import Outliers
from theory.spread import mean_share, splitting
from theory.spread.mean_share import Rest
from theory.spread.splitting import Ordered


@dataclass(frozen=True)
class Power:
    """Shares of the squared gradient ``‖g‖²``.

    Attributes
    ----------
    outliers
        Mean fraction on each outlier, in the order of a model's ``outliers``, shape (k,): over
        draws, of the fraction of ‖g‖² in each. Sums over
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


class Pulled(Protocol):
    """Means that residuals pull on, as ``Means`` and those of many classes."""

    def pull(self, p: Array, r: Array, *, kappa: complex) -> NDArray:
        """``cᵀ Uᵀ (I + κA)⁻¹ r``, shape (rank,)."""
        ...


def shares(noise: Noise, means: Pulled, found: Outliers, r: Array, *, variance: Array) -> Power:
    """Fractions of ``‖g‖²`` on the outliers found and on the bulk.

    ``variance (k, k)`` is that of the fluctuation of the outliers, as for ``splitting.around``.
    """
    total, square = _square(noise, means, r), float(np.sum(r * r))
    kappas = [-noise.s / u for u in found.u]
    along = np.array(
        [
            e @ means.pull(noise.p, r, kappa=kappa)
            for e, kappa in zip(found.vectors, kappas, strict=True)
        ]
    )
    amplitude = np.sqrt(found.transfer / total) * along.reshape(found.u.shape)
    noisy = noise.sigma_E**2 * square / total
    pulled = [softmax.resolvent_square_sum(noise.p, r, kappa=kappa) / square for kappa in kappas]
    return joined(
        found.position,
        variance,
        amplitude,
        np.full(amplitude.shape, 1 / noise.D),
        np.array(pulled),
        noisy=noisy,
        dimension=noise.D,
        norm=total**0.5 / noise.N,
    )


def joined(
    position: Array,
    variance: Array,
    amplitude: Array,
    along_noise: Array,
    pulled: Array,
    *,
    noisy: float,
    dimension: float,
    norm: float,
) -> Power:
    """Shares from the gradient's components along the outliers' eigenvectors, all arrays (k,).

    ``amplitude`` are those that stay for ``D → ∞``, ``along_noise`` the parts of the noise's
    variance along the eigenvectors and ``pulled`` what the residuals make of them, ``noisy`` the
    noise's own part of the squared gradient and ``dimension`` its effective dimension.
    """
    whole = max(float(1 - amplitude @ amplitude), 0.0)
    noisy = min(noisy, whole)
    part = along_noise * pulled
    part /= max(float(part.sum()), 1.0)
    rest = Rest(
        fixed=whole - noisy,
        random=noisy * max(float(1 - part.sum()), 0.0),
        nu=_dimension_left(along_noise, dimension),
    )
    mean = mean_share.shares(amplitude, noisy * part, rest=rest)
    bulk = float(1 - mean.sum())
    std = mean_share.deviation(amplitude, noisy * part, rest=rest)
    ordered = splitting.shares(position, variance, amplitude, noisy * part, rest=rest)
    return Power(mean, bulk, norm, std, ordered, bulk / whole if whole > 0 else 1.0)


def _dimension_left(along_noise: Array, dimension: float) -> float:
    """Effective dimension of the noise off eigenvectors that hold these parts of its variance."""
    left = 1 / dimension - float(along_noise @ along_noise)
    return max(float(1 - along_noise.sum()) ** 2 / left, 1.0) if left > 0 else 1.0


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


def _square(noise: Noise, means: Pulled, r: Array) -> float:
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
