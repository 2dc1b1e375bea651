r"""The Goldilocks zone: excess of positive curvature on a random hyperplane, against the radius.

The Hessian is ``H = G + K`` with ``K = σ_H √(E|r|²) W``, W a D×D GOE matrix of semicircle radius 2
(the curvature level). Its cut by a random d-dimensional hyperplane is the same model in d
dimensions at the same component variance. In a homogeneous network of degree L at weight radius ρ,
``σ_z ∝ ρ^L``, ``σ_c, σ_E ∝ ρ^{L-1}`` and ``σ_H ∝ ρ^{L-2}``: K dominates at small ρ, and at large
ρ, where the softmax freezes, G stops gaining on it. Derived in docs/theory/goldilocks.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from theory import checks, softmax
from theory.arrays import Array
from theory.averaged import refusals
from theory.averaged.laws import label_law
from theory.averaged.laws.logit_law import ENTRIES, logit_law
from theory.averaged.model import averaged
from theory.averaged.positive_fraction import positive_fraction
from theory.params import Params


@dataclass(frozen=True)
class Cut:
    """Curvature of the loss on a random d-dimensional hyperplane.

    Attributes
    ----------
    trace
        ``E Tr H_d``, in nats per unit of weight squared.
    frobenius
        ``√E‖H_d‖_F²``.
    positive
        Fraction of the d eigenvalues above zero.
    dominance
        ``√(E‖G_d‖_F²/E‖K_d‖_F²)``, the G-term over the H-term: infinite without curvature.
    """

    trace: float
    frobenius: float
    positive: float
    dominance: float

    @property
    def convexity(self) -> float:
        """``Tr H_d/‖H_d‖_F``, at most √d."""
        return self.trace / self.frobenius


@dataclass(frozen=True, eq=False)
class Zone:
    """Cuts at each radius, and the shell in which convexity is near its maximum.

    Attributes
    ----------
    radii : shape (n,)
        Weight radii.
    cuts
        Curvature at each.
    peak
        The radius, of those given, of the largest convexity.
    inner, outer
        The radii around it where convexity is the asked fraction of that maximum; 0 and infinity
        where it stays above it up to the end of the radii.
    """

    radii: Array
    cuts: tuple[Cut, ...]
    peak: float
    inner: float
    outer: float


def cut(
    params: Params,
    *,
    sigma_H: float,
    d: int,
    positive: bool = True,
    entries: int = ENTRIES,
) -> Cut:
    """Trace, norm and positive fraction of H on a random d-dimensional hyperplane.

    ``E Tr`` and ``E‖·‖_F²`` are exact but for margin labels; the positive fraction is the limit of
    large d, with corrections of order 1/d.

    Parameters
    ----------
    params
        The model in all D dimensions.
    sigma_H
        Half the spectral radius of K in units of ``√(E|r|²)``.
    d
        Dimension of the hyperplane, 1 to D.
    positive
        Whether to find the positive fraction, the slower part; nan without.
    entries
        Logits that the law of the outputs is averaged over (``theory.averaged.model.Averaged``).

    Raises
    ------
    InputError
        If an argument is out of its bounds, or the logits are frozen (``logit_law``).

    Examples
    --------
    >>> params = Params(N=300, C=10, D=1000, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7)
    >>> flat = cut(params, sigma_H=0.0, d=50)
    >>> round(flat.convexity, 2), flat.positive
    (3.74, 1.0)
    """
    curvature = checks.real("sigma_H", sigma_H, low=0)
    refusals.require_FG(params, by="a cut, which takes its own sigma_H")
    plane = on_hyperplane(params, d=d)
    G, trace = averaged(plane, entries=entries).frobenius, averaged(plane, entries=entries).trace
    law = logit_law(params, entries=entries)
    v = curvature**2 * label_law.residual_square(law) * plane.D / params.D
    K = math.sqrt((plane.D + 1) * v)
    dominance = G / K if K else math.inf
    fraction = positive_fraction(plane, v) if positive else math.nan
    return Cut(trace, math.hypot(G, K), fraction, dominance)


def on_hyperplane(params: Params, *, d: int) -> Params:
    """The model on a random d-dimensional hyperplane: D → d at the same component variance.

    Raises
    ------
    InputError
        If d is no integer from 1 to D.
    """
    d = checks.integer("d", d, low=1)
    if d > params.D:
        raise checks.InputError(f"d must be at most D = {params.D}, got {d}")
    scale = math.sqrt(d / params.D)
    return replace(params, D=d, sigma_c=params.sigma_c * scale, sigma_E=params.sigma_E * scale)


def at_radius(
    params: Params, *, sigma_H: float, radius: float, degree: int
) -> tuple[Params, float]:
    """The model and ``σ_H`` at ``radius`` times the weight radius of ``params``.

    Of a network homogeneous of this degree in its weights: the number of layers, without biases.
    """
    rho = checks.real("radius", radius, low=0, strict=True)
    L = checks.integer("degree", degree, low=1)
    lengths = rho ** (L - 1)
    moved = replace(
        params,
        sigma_z=params.sigma_z * rho**L,
        sigma_c=params.sigma_c * lengths,
        sigma_E=params.sigma_E * lengths,
    )
    return moved, sigma_H * rho ** (L - 2)


def zone(
    params: Params,
    *,
    sigma_H: float,
    d: int,
    degree: int,
    radii: ArrayLike,
    fraction: float = 0.5,
) -> Zone:
    """Curvature on a d-dimensional hyperplane against weight radius, with the zone's two edges.

    Parameters
    ----------
    params, sigma_H, d
        As for ``cut``, at radius 1.
    degree
        Degree of homogeneity L of the network.
    radii : shape (n,)
        Weight radii in units of that of ``params``, strictly increasing, at least 2.
    fraction
        Of the largest convexity on these radii: what is left of it at the edges, below 1.

    Raises
    ------
    InputError
        As ``cut``; or if the radii do not increase from above zero.
    """
    rho = checks.array("radii", radii, ndim=1)
    left = checks.real("fraction", fraction, low=0, strict=True)
    if left >= 1:
        raise checks.InputError(f"fraction must be below 1, got {left:g}")
    if len(rho) < 2 or rho[0] <= 0 or np.any(np.diff(rho) <= 0):
        raise checks.InputError(f"radii must be at least 2, positive and increasing, got {rho}")

    def at(radius: float, *, positive: bool = True) -> Cut:
        moved, curvature = at_radius(params, sigma_H=sigma_H, radius=radius, degree=degree)
        return cut(moved, sigma_H=curvature, d=d, positive=positive)

    cuts = tuple(at(float(x)) for x in rho)
    convexity = np.array([c.convexity for c in cuts])
    peak = int(convexity.argmax())
    level = left * convexity[peak]

    def crossing(i: int) -> float:
        def excess(log_radius: float) -> float:
            return at(math.exp(log_radius), positive=False).convexity - level

        found = brentq(excess, math.log(rho[i]), math.log(rho[i + 1]), xtol=1e-10)
        return math.exp(float(found))  # pyright: ignore[reportArgumentType]

    below = np.flatnonzero(convexity[:peak] < level)
    beyond = np.flatnonzero(convexity[peak:] < level) + peak
    inner = crossing(int(below[-1])) if below.size else 0.0
    outer = crossing(int(beyond[0]) - 1) if beyond.size else math.inf
    return Zone(rho, cuts, float(rho[peak]), inner, outer)


def convexity(p: ArrayLike, *, sigma_c: float, sigma_E: float, d: int) -> float:
    r"""``E Tr G/√E‖G‖_F²`` over d weights, given the outputs; lengths per component.

    ``√d t₁/√(t₁² + (d+1) t₂)`` with ``t₁ = (σ_c² + σ_E²) tr Ā`` and
    ``t₂ = σ_c⁴ tr Ā² + (2σ_c²σ_E² + σ_E⁴) tr Q``, Ā the mean block and ``Q = (1/N²) Σ_μ A_μ²``:
    over Gaussian means and noise, exact at every size. At most √d, and the root of G's rank.

    Parameters
    ----------
    p : shape (N, C)
        Softmax outputs.
    sigma_c, sigma_E
        Standard deviations of one component of the means and of the noise, not both zero.
    d
        Number of weights.

    Raises
    ------
    InputError
        If an argument is out of its bounds, both lengths are zero or all outputs are one-hot.

    Examples
    --------
    >>> p = np.full((50, 10), 0.1)
    >>> one = {"sigma_c": 0.0, "sigma_E": 1.0, "d": 3000}
    >>> round(convexity(p, **one), 1), round(mean_convexity(p, **one), 1)  # G has rank 450
    (19.8, 54.8)
    """
    outputs, c2, E2, d = _per_component(p, sigma_c, sigma_E, d)
    trace, square = _of_mean_block(outputs)
    each = np.zeros(len(outputs), dtype=np.int64)
    Q = float(np.trace(softmax.square_mean(outputs, groups=each, G=1)[0])) / len(outputs)
    t1, t2 = (c2 + E2) * trace, c2**2 * square + (2 * c2 * E2 + E2**2) * Q
    return math.sqrt(d) * t1 / math.sqrt(t1**2 + (d + 1) * t2)


def mean_convexity(p: ArrayLike, *, sigma_c: float, sigma_E: float, d: int) -> float:
    r"""``Tr/‖·‖_F`` of the G-term's mean over the noise, given the outputs; lengths per component.

    ``√d(σ_E²+σ_c²)/√(σ_E⁴ + 2σ_E²σ_c² + dσ_c⁴/Γ²)``, ``Γ = tr(Ā)/‖Ā‖_F``, Ā the mean block: the
    condition of Vysogorets, Dawid and Kempe (arXiv:2402.03579), who compare it with the H-term's
    zero trace. At most √d. It is not that of G, whose rank is at most ``N (C-1)``: see
    ``convexity``, which it meets for N ≫ d ≫ 1. Parameters and errors are those.
    """
    outputs, c2, E2, d = _per_component(p, sigma_c, sigma_E, d)
    trace, square = _of_mean_block(outputs)
    spread = square / trace**2
    return math.sqrt(d) * (E2 + c2) / math.sqrt(E2**2 + 2 * E2 * c2 + d * c2**2 * spread)


def _per_component(
    p: ArrayLike, sigma_c: float, sigma_E: float, d: int
) -> tuple[Array, float, float, int]:
    """Checked outputs, variances and dimension.

    Raises
    ------
    InputError
        If one is out of its bounds, both lengths are zero or all outputs are one-hot.
    """
    outputs = checks.probabilities(p)
    c2 = checks.real("sigma_c", sigma_c, low=0) ** 2
    E2 = checks.real("sigma_E", sigma_E, low=0) ** 2
    if c2 + E2 == 0:
        raise checks.InputError("sigma_c and sigma_E must not both be 0")
    if softmax.largest_eigenvalue(outputs) == 0:
        raise checks.InputError("p must leave an example undecided, got one-hot outputs")
    return outputs, c2, E2, checks.integer("d", d, low=1)


def _of_mean_block(p: Array) -> tuple[float, float]:
    """Trace and squared norm of the mean softmax block."""
    mean = np.diag(p.mean(axis=0)) - p.T @ p / len(p)
    return float(np.trace(mean)), float(np.sum(mean**2))
