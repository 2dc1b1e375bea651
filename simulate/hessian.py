"""The Hessian of one draw: its full spectrum and the gradient's power on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike

from simulate import dual, primal
from simulate.ensemble import Ensemble, Model, ensemble
from theory import checks
from theory.arrays import Array

LARGEST = 50_000  # rows of the matrix: 20 GB, and hours


@dataclass(frozen=True, eq=False, kw_only=True)
class Spectrum:
    """The spectrum of the Hessian and the gradient's power on it.

    Attributes
    ----------
    eigenvalues : shape (min(D, N(C-1)),), or (D,) with curvature
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
        """Trace of the Hessian."""
        return float(self.eigenvalues.sum())

    @property
    def frobenius(self) -> float:
        """Frobenius norm of the Hessian."""
        return float(np.linalg.norm(self.eigenvalues))

    @property
    def lambda_max(self) -> float:
        """Largest eigenvalue."""
        return float(self.eigenvalues[0])


def spectrum(
    p: ArrayLike, r: ArrayLike, *, rng: np.random.Generator, **model: Unpack[Model]
) -> Spectrum:
    """The full spectrum of the Hessian and the gradient's power on it, in one draw of the noise.

    The logit gradients of example μ are ``J_μ = means + K_C^{1/2} Z_μ T^{1/2}`` with Z_μ of unit
    normals. Exact in distribution; in weight space where D < N(C-1) or with curvature, else in
    sample space at a cost that does not depend on D.

    Parameters
    ----------
    p : shape (N, C)
        Softmax outputs.
    r : shape (N, C)
        Residuals ``p - onehot(y)``.
    Gamma : shape (C, C), or (C², C²) with ``groups``
        Gram matrix of the mean logit gradients.
    means : shape (C, D), or (C², D) with ``groups``
        The mean logit gradients themselves, in place of Gamma; with T, along its eigenvectors.
    sigma_E
        RMS length of the noise of one logit gradient.
    D
        Weights.
    groups : shape (N,), integers in 0 … C-1
        Class of each example at the cluster level, where the mean of row (μ, k) has index
        ``groups[μ]·C + k`` in Gamma; without it that index is k.
    K_C : shape (C, C)
        Covariance of the noise across logits, scaled here to trace C; without it the identity.
    T : shape (D,)
        Eigenvalues of the noise's covariance across weights, scaled here to sum to ``sigma_E²``;
        without it all are equal. In sample space each large set of equal ones costs as much as an
        isotropic noise.
    sigma_H
        Strength of the logits' curvature: the Hessian is ``H = G + σ_H √(mean ‖r‖²) W`` with W a
        D by D GOE matrix whose semicircle has radius 2.

    Raises
    ------
    InputError
        If an argument is out of its bounds, the means have a rank above D, T comes without means,
        or there are more than 50,000 eigenvalues (D of them with curvature).

    Examples
    --------
    >>> from theory import stream
    >>> p = np.full((60, 3), 1 / 3)
    >>> r = p - np.eye(3)[np.arange(60) % 3]
    >>> sample = spectrum(p, r, Gamma=np.eye(3), sigma_E=0.0, D=10**9, rng=stream(0))
    >>> sample.eigenvalues[:3].round(6)  # all p = 1/C: eigenvalues σ_c²/C, C-1 of them
    array([0.333333, 0.333333, 0.      ])
    """
    return sample(ensemble(p, r, **model), rng=rng)


def sample(e: Ensemble, *, rng: np.random.Generator) -> Spectrum:
    """``spectrum`` of an ensemble that has been checked."""
    check_size(e)
    N, C = e.p.shape
    path = primal if e.sigma_W or e.D < N * (C - 1) else dual
    eigenvalues, power, norm = path.spectrum(e, rng=rng)
    return normalised(eigenvalues, power, norm, semidefinite=not e.sigma_W)


def check_size(e: Ensemble) -> None:
    """Refuse an ensemble whose full spectrum is too long.

    Raises
    ------
    InputError
        If it has more than ``LARGEST`` eigenvalues.
    """
    if e.rank > LARGEST:
        size = "D" if e.sigma_W else "min(D, N(C-1))"
        raise checks.InputError(
            f"{size} must be at most {LARGEST} for a full spectrum, got {e.rank}: ask for the top"
        )


def normalised(eigenvalues: Array, power: Array, norm: float, *, semidefinite: bool) -> Spectrum:
    """The spectrum from ``(v_i·g)²`` and ``‖g‖``; both arrays are overwritten."""
    if norm > 0:
        power /= norm**2
    if semidefinite:
        eigenvalues.clip(min=0, out=eigenvalues)
        lost = eigenvalues <= len(eigenvalues) * np.finfo(float).eps * eigenvalues[0]
        if norm > 0 and lost.any():
            power[lost] = max(1 - power[~lost].sum(), 0) / lost.sum()
    if norm > 0:
        power /= power.sum()
    return Spectrum(eigenvalues=eigenvalues, gradient_power=power, gradient_norm=norm)
