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

from theory import checks
from theory.arrays import Array
from theory.averaged import label_law, refusals
from theory.averaged.logit_law import logit_law
from theory.averaged.model import averaged
from theory.checks import ConvergenceError
from theory.params import Params

DEEPEST = 1e-13  # height above the real line, over the spectrum's scale, taken as on it


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


def cut(params: Params, *, sigma_H: float, d: int, positive: bool = True) -> Cut:
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
    G, trace = averaged(plane).frobenius, averaged(plane).trace
    v = curvature**2 * label_law.residual_square(logit_law(params)) * plane.D / params.D
    K = math.sqrt((plane.D + 1) * v)
    dominance = G / K if K else math.inf
    fraction = _positive(plane, v) if positive else math.nan
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


def mean_convexity(p: ArrayLike, *, sigma_c: float, sigma_E: float, d: int) -> float:
    r"""``Tr/‖·‖_F`` of the G-term over d weights, given the outputs; lengths per component.

    ``√d(σ_E²+σ_c²)/√(σ_E⁴ + 2σ_E²σ_c² + dσ_c⁴/Γ²)``, ``Γ = tr(Ā)/‖Ā‖_F``, Ā the mean block: the
    condition of Vysogorets, Dawid and Kempe (arXiv:2402.03579), who compare it with the H-term's
    zero trace. At most √d.

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
        If an argument is out of its bounds, or both lengths are zero.
    """
    outputs = checks.probabilities(p)
    c2 = checks.real("sigma_c", sigma_c, low=0) ** 2
    E2 = checks.real("sigma_E", sigma_E, low=0) ** 2
    d = checks.integer("d", d, low=1)
    if c2 + E2 == 0:
        raise checks.InputError("sigma_c and sigma_E must not both be 0")
    mean = np.diag(outputs.mean(axis=0)) - outputs.T @ outputs / len(outputs)
    spread = float(np.sum(mean**2) / np.trace(mean) ** 2)
    return math.sqrt(d) * (E2 + c2) / math.sqrt(E2**2 + 2 * E2 * c2 + d * c2**2 * spread)


def _positive(plane: Params, v: float) -> float:
    """Fraction of positive eigenvalues of G plus a semicircle of variance v, in d = D dimensions.

    With ``g`` the resolvent's trace at zero, ``1/g + v g + (1/d) Σ τ/(1 - τg) = 0`` in the lower
    half-plane and the fraction is ``Im[-ln g - v g²/2 + (1/d) Σ ln(1 - τg)]/π``.
    """
    law, d, k = logit_law(plane), plane.D, plane.C - 1
    if v == 0:
        return min(1.0, plane.N * k / d if plane.sigma_E else k / d)
    atoms, shares = law.spectrum
    tau = np.append(law.noise.s * atoms, plane.sigma_c**2 * law.trace_A / k)
    weight = np.append(shares * plane.N * k, k) / d
    scale = math.sqrt(v) + float(weight @ tau)
    tau, v = tau / scale, v / scale**2
    g, height = 1 / 100j, 100.0
    while True:
        level = height if height > DEEPEST else 0.0
        g = _resolvent(g, level, tau, weight, v)
        if level == 0:
            break
        height /= 2
    g = complex(g.real, -abs(g.imag))  # off the bulk it is real: the limit from below
    value = -np.log(g) - v * g**2 / 2 + weight @ np.log(1 - tau * g)
    return float(np.clip(value.imag / math.pi, 0, 1))


def _resolvent(g: complex, height: float, tau: Array, weight: Array, v: float) -> complex:
    """Root of ``1/g + v g + Σ wτ/(1 - τg) = i height`` next to g, by Newton.

    Raises
    ------
    ConvergenceError
        If 50 steps do not reach it; not on the real axis, where the last iterate is returned.
    """
    for _ in range(50):
        part = weight * tau / (1 - tau * g)
        value = 1 / g + v * g + part.sum() - 1j * height
        slope = -1 / g**2 + v + (part * tau / (1 - tau * g)).sum()
        step = value / slope
        while abs(step) > abs(g) / 2:
            step /= 2
        g -= step
        if abs(step) <= 1e-12 * abs(g):
            return g
    if height == 0:
        return g
    raise ConvergenceError(f"the hyperplane's resolvent was not found at height {height:g}")
