r"""The spectrum of the G-term ``G = (1/N) Σ_μ J_μᵀ A_μ J_μ``, given the softmax outputs.

The logit gradients are ``J_{μk} = c_{g(μ),k} + E_{μk}``: fixed means with Gram matrix Γ, Gaussian
noise of RMS length σ_E in D dimensions. ``groups=None`` is the Fort-Ganguli level, one mean per
logit, Γ (C, C). With ``groups (N,)`` the mean of row (μ, k) has index ``groups[μ]·C + k`` and Γ
is (C², C²): the cluster level.

Deterministic equivalents: corrections to an outlier are Gaussian of relative order ``1/√D``, to
the bulk edges of relative order ``(N C)^{-2/3}``.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import checks, softmax
from theory.arrays import Array
from theory.bulk import SampleCovariance
from theory.models import outlier_equation
from theory.models.noise import Noise


def outliers(
    p: ArrayLike, *, Gamma: ArrayLike, sigma_E: float, D: int, groups: ArrayLike | None = None
) -> Array:
    """Eigenvalues of G above its bulk, descending.

    Solves ``det(I + m Γ T(m)) = 0`` for ``z(m)`` above the upper bulk edge (model of spiked
    covariance; Benaych-Georges and Nadakuditi 2011, Bai and Yao 2012). Means too short to leave
    the bulk give no outlier, so the length tells how many do.

    Parameters
    ----------
    p : shape (N, C)
        Softmax outputs.
    Gamma : shape (C, C), or (C², C²) with groups
        Gram matrix of the mean logit gradients.
    sigma_E
        RMS length of the noise of one logit gradient.
    D
        Number of weights (or the noise's effective dimension).
    groups : shape (N,)
        Class of each example, for the cluster level.

    Raises
    ------
    InputError
        If an argument is out of its bounds.
    ConvergenceError
        If the root search misses its tolerance of 1e-13.

    Examples
    --------
    >>> p = np.full((300, 10), 0.1)
    >>> outliers(p, Gamma=np.eye(10), sigma_E=0.7, D=1000).round(5)
    array([0.10061, 0.10061, 0.10061, 0.10061, 0.10061, 0.10061, 0.10061,
           0.10061, 0.10061])
    """
    noise, c, index = model(p, Gamma=Gamma, sigma_E=sigma_E, D=D, groups=groups)
    return outlier_equation.outliers(noise, c, index).position


def edges(p: ArrayLike, *, sigma_E: float, D: int) -> Array:
    """Support intervals ``(m, 2)`` of the bulk of G, ascending; the zero eigenvalues apart.

    Zeros of ``z'(u)`` on the real axis (Silverstein and Choi 1995).

    Parameters
    ----------
    p : shape (N, C)
        Softmax outputs.
    sigma_E
        RMS length of the noise of one logit gradient, above 0.
    D
        Number of weights.
    """
    return _noise(p, sigma_E=sigma_E, D=D).law.edges()


def law(p: ArrayLike, *, sigma_E: float, D: int) -> SampleCovariance:
    """The law of the bulk's ``N (C-1)`` eigenvalues, zeros included where D is less.

    Parameters
    ----------
    p, sigma_E, D
        As for ``edges``.
    """
    return _noise(p, sigma_E=sigma_E, D=D).law


def masses(p: ArrayLike, *, sigma_E: float, D: int) -> Array:
    """Share of the D eigenvalues in each interval of ``edges``, shape (m,)."""
    law = _noise(p, sigma_E=sigma_E, D=D).law
    below = law.cdf(law.edges())
    return law.ratio * (below[:, 1] - below[:, 0])


def density(x: ArrayLike, p: ArrayLike, *, sigma_E: float, D: int) -> Array:
    """Bulk density of G at x, normalised to the bulk's share of the D eigenvalues.

    ``Im m(x + i0)/π`` from Silverstein's equation: its integral is ``min(1, N(C-1)/D)``, up to
    softmax outputs frozen to zero.

    Parameters
    ----------
    x : any shape
        Eigenvalues at which to evaluate.
    p : shape (N, C)
        Softmax outputs.
    sigma_E
        RMS length of the noise of one logit gradient, above 0.
    D
        Number of weights.
    """
    law = _noise(p, sigma_E=sigma_E, D=D).law
    return law.ratio * law.density(x)


def trace(
    p: ArrayLike, *, Gamma: ArrayLike, sigma_E: float, groups: ArrayLike | None = None
) -> float:
    """``E Tr G = tr Γ T₀ + σ_E² (1/N) Σ_μ tr A_μ`` over the noise; exact at every size."""
    noise, c, index = model(p, Gamma=Gamma, sigma_E=sigma_E, D=1, groups=groups)
    T = softmax.resolvent_mean(noise.p, kappa=0.0, groups=index, G=len(c))
    return float(np.einsum("gki,gkl,gli->", c, T, c) + noise.sigma_E**2 * np.einsum("gkk->", T))


def frobenius(
    p: ArrayLike, *, Gamma: ArrayLike, sigma_E: float, D: int, groups: ArrayLike | None = None
) -> float:
    r"""``√E‖G‖_F²`` over the noise; exact at every size.

    With ``t₁ = (1/N) Σ tr A``, ``T₀ = (1/N) Uᵀ A U`` and Q the same of ``A²``,

        E‖G‖_F² = tr(ΓT₀)² + (2σ_E²/N) tr ΓQ + (2σ_E²/D)(t₁ tr ΓT₀ + tr ΓQ/N)
                  + σ_E⁴ [ tr Q/N + (tr Q/N + t₁²)/D ].

    Wick's theorem on the noise; derived in docs/theory.md.
    """
    noise, c, index = model(p, Gamma=Gamma, sigma_E=sigma_E, D=D, groups=groups)
    T = softmax.resolvent_mean(noise.p, kappa=0.0, groups=index, G=len(c))
    Q = softmax.square_mean(noise.p, groups=index, G=len(c)) / noise.N
    signal_part = np.einsum("gki,gkl,glj->ij", c, T, c)
    t, q = np.einsum("gkk->", T), np.einsum("gkk->", Q)
    mixed = np.einsum("gki,gkl,gli->", c, Q, c)
    variance = noise.sigma_E**2
    square = (
        np.sum(signal_part**2)
        + 2 * variance * mixed
        + 2 * variance / noise.D * (t * np.trace(signal_part) + mixed)
        + variance**2 * (q + (q + t**2) / noise.D)
    )
    return math.sqrt(square)


def _noise(p: ArrayLike, *, sigma_E: float, D: int) -> Noise:
    outputs = checks.probabilities(p)
    return Noise(
        p=outputs,
        sigma_E=checks.real("sigma_E", sigma_E, low=0, strict=True),
        D=checks.integer("D", D, low=1),
        N=len(outputs),
    )


def model(
    p: ArrayLike, *, Gamma: ArrayLike, sigma_E: float, D: int, groups: ArrayLike | None
) -> tuple[Noise, Array, NDArray[np.int64]]:
    """The checked model: noise, factor of Γ, and the group of each example."""
    outputs = checks.probabilities(p)
    N, C = outputs.shape
    noise = Noise(
        p=outputs,
        sigma_E=checks.real("sigma_E", sigma_E, low=0),
        D=checks.integer("D", D, low=1),
        N=N,
    )
    if groups is None:
        index = np.zeros(N, dtype=np.int64)
        Gamma = checks.gram(Gamma, size=C)
    else:
        index = checks.classes("groups", groups, N=N, C=C)
        Gamma = checks.gram(Gamma, size=C * C)
    return noise, outlier_equation.factor(Gamma, C=C), index
