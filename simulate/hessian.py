"""The G-term of one draw: its spectrum, the gradient's power on it, and its top eigenpairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulate import direct, dual
from simulate.ensemble import Ensemble, ensemble
from theory import checks

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class Spectrum:
    """The spectrum of ``G = (1/N) Σ_μ J_μᵀ A_μ J_μ`` and the gradient's power on it.

    Attributes
    ----------
    eigenvalues : shape (min(D, N(C-1)),)
        All eigenvalues that are not zero by rank, descending, in nats per unit of weight squared.
    gradient_power : same shape
        Fraction of ``‖g‖²`` on each eigenvector, summing to one (all zero where g vanishes).
        Eigenvalues below ``n ε λ_max`` are lost in rounding; their total power is right, and is
        spread over them evenly.
    gradient_norm
        ``‖g‖``, in nats per unit of weight.
    """

    eigenvalues: Array
    gradient_power: Array
    gradient_norm: float

    @property
    def trace(self) -> float:
        """``Tr G``."""
        return float(self.eigenvalues.sum())

    @property
    def frobenius(self) -> float:
        """``‖G‖_F``."""
        return float(np.linalg.norm(self.eigenvalues))

    @property
    def lambda_max(self) -> float:
        """Largest eigenvalue."""
        return float(self.eigenvalues[0])


@dataclass(frozen=True, eq=False, kw_only=True)
class Top:
    """The top k eigenpairs of G.

    Attributes
    ----------
    eigenvalues : shape (k,)
        Descending.
    coefficients : shape (k, N, C)
        Sample-space form ``a`` of the unit eigenvectors ``v_i = Σ_{μk} a_{iμk} J_{μk}``, signed
        so that ``v_i·g ≥ 0``; each example's C coefficients sum to zero.
    gradient_power : shape (k,)
        Fraction of ``‖g‖²`` on each eigenvector.
    """

    eigenvalues: Array
    coefficients: Array
    gradient_power: Array


def spectrum(
    p: ArrayLike,
    r: ArrayLike,
    *,
    Gamma: ArrayLike,
    sigma_E: float,
    D: int,
    groups: ArrayLike | None = None,
    rng: np.random.Generator,
) -> Spectrum:
    """The full spectrum of G and the gradient's power on it, in one draw of the noise.

    Exact in distribution; in weight space where D < N(C-1), else in sample space at a cost that
    does not depend on D.

    Parameters
    ----------
    p : shape (N, C)
        Softmax outputs.
    r : shape (N, C)
        Residuals ``p - onehot(y)``.
    Gamma : shape (C, C), or (C², C²) with ``groups``
        Gram matrix of the mean logit gradients.
    sigma_E
        RMS length of the noise of one logit gradient.
    D
        Weights.
    groups : shape (N,), integers in 0 … C-1
        Class of each example at the cluster level, where the mean of row (μ, k) has index
        ``groups[μ]·C + k`` in Gamma; without it that index is k.

    Raises
    ------
    InputError
        If an argument is out of its bounds, or Gamma has a rank above D.

    Examples
    --------
    >>> from theory import stream
    >>> p = np.full((60, 3), 1 / 3)
    >>> r = p - np.eye(3)[np.arange(60) % 3]
    >>> sample = spectrum(p, r, Gamma=np.eye(3), sigma_E=0.0, D=10**9, rng=stream(0))
    >>> sample.eigenvalues[:3].round(6)  # all p = 1/C: eigenvalues σ_c²/C, C-1 of them
    array([0.333333, 0.333333, 0.      ])
    """
    return sample(ensemble(p, r, Gamma=Gamma, sigma_E=sigma_E, D=D, groups=groups), rng=rng)


def sample(e: Ensemble, *, rng: np.random.Generator) -> Spectrum:
    """``spectrum`` of an ensemble that has been checked."""
    path = direct if _in_weight_space(e) else dual
    eigenvalues, power, norm = path.spectrum(e, rng=rng)
    eigenvalues.clip(min=0, out=eigenvalues)
    if norm > 0:
        power /= norm**2
        lost = eigenvalues <= len(eigenvalues) * np.finfo(float).eps * eigenvalues[0]
        if lost.any():
            power[lost] = max(1 - power[~lost].sum(), 0) / lost.sum()
        power /= power.sum()
    return Spectrum(eigenvalues=eigenvalues, gradient_power=power, gradient_norm=norm)


def top(
    p: ArrayLike,
    r: ArrayLike,
    *,
    k: int,
    Gamma: ArrayLike,
    sigma_E: float,
    D: int,
    groups: ArrayLike | None = None,
    rng: np.random.Generator,
) -> Top:
    """The k largest eigenvalues of G with their eigenvectors, in one draw of the noise.

    The parameters are those of ``spectrum``; the same ``rng`` gives the same draw.

    Raises
    ------
    InputError
        If an argument is out of its bounds, or G has fewer than k non-zero eigenvalues.
    """
    e = ensemble(p, r, Gamma=Gamma, sigma_E=sigma_E, D=D, groups=groups)
    if checks.integer("k", k, low=1) > e.rank:
        raise checks.InputError(f"k must be at most min(D, N(C-1)) = {e.rank}, got {k}")
    path = direct if _in_weight_space(e) else dual
    eigenvalues, coefficients, slopes, norm = path.top(e, k=k, rng=rng)
    coefficients *= np.where(slopes < 0, -1, 1)[:, None, None]
    power = (slopes / norm) ** 2 if norm > 0 else np.zeros(k)
    return Top(eigenvalues=eigenvalues, coefficients=coefficients, gradient_power=power)


def _in_weight_space(e: Ensemble) -> bool:
    N, C = e.p.shape
    return e.D < N * (C - 1)
