r"""The spectrum of G with anisotropic noise ``E_μ = K_C^{1/2} Z_μ T^{1/2}``: logits × weights.

With ``e``, ``ẽ`` the scalars of the noise (``_separable_law``), ``a = -zẽ`` and
``T_A(e) = (1/N) Uᵀ A (I + (e/N) K_C A)⁻¹ U``, the resolvent of G has the equivalent

    Q(z) = [a T - z + cᵀ T_A(e) c]⁻¹ .

Its poles above the bulk are the outliers, counted by the whole of Q. Where T has few large
eigenvalues and means lie along them, the outliers take these directions out of the bulk; so, for
means along up to 2000 of T's eigenvectors, the scalars are those of T off the span of the means, if
the means raise more of it than T alone would. With ``K_C = I`` and ``T ∝ I`` each function is its
namesake for G. Derived in docs/theory/levels.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize

from theory import checks
from theory.arrays import Array
from theory.gradient import Power
from theory.models.outlier_equation import interpolant
from theory.models.separable_means import Model, block_diagonal
from theory.models.separable_means import model as build


@dataclass(frozen=True, eq=False)
class Solved:
    """Roots v and z of the outliers.

    Of their eigenvectors w: ``residue (k, R)``, with ``(w·cᵀx)² ≃ (residue·x)²``; the squared
    length in the span of the means; ``wᵀ (T - fill) w``; and the noise's variance along w on
    its two sides, ``wᵀ T w`` and ``-(v²/z) wᵀ cᵀ (dT_A/dv) c w``.
    """

    v: Array
    position: Array
    residue: Array
    span: Array
    excess: Array
    weights: Array
    examples: Array


def outliers(
    p: ArrayLike,
    *,
    means: ArrayLike,
    sigma_E: float,
    T: ArrayLike,
    K_C: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> Array:
    """Eigenvalues of G above its bulk, descending.

    Poles of Q above the upper edge, ``edges(..., means=means)[0, 1]``, by a Schur complement on the
    span of the means. Relative errors are of order ``R tr T²/(tr T)²``.

    Parameters
    ----------
    p : shape (N, C)
        Softmax outputs.
    means : shape (C, D), or (C², D) with groups
        Mean logit gradients along the eigenvectors of T.
    sigma_E
        RMS length of the noise of one logit gradient, above 0.
    T : shape (D,)
        Eigenvalues of the weight covariance of the noise, of any scale: taken to sum to sigma_E².
    K_C : shape (C, C)
        Covariance of the noise across logits, of any scale: taken to have trace C; the identity by
        default.
    groups : shape (N,)
        Class of each example, for the cluster level.

    Raises
    ------
    InputError
        If an argument is out of its bounds.
    ConvergenceError
        If a root search misses its tolerance.

    Examples
    --------
    >>> p = np.full((60, 3), 1 / 3)
    >>> T = np.arange(1, 301) ** -0.5
    >>> outliers(p, means=np.eye(3, 300), sigma_E=1.0, T=T).round(4)  # along the first of T
    array([0.3568, 0.3517])
    """
    return solve(build(p, means, sigma_E, T, K_C, groups)).position


def overlaps(
    p: ArrayLike,
    *,
    means: ArrayLike,
    sigma_E: float,
    T: ArrayLike,
    K_C: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> Array:
    """Squared length of each outlier's unit eigenvector inside the span of the means.

    In the order of ``outliers``, whose parameters and errors these are.
    """
    return solve(build(p, means, sigma_E, T, K_C, groups)).span


def power(
    p: ArrayLike,
    r: ArrayLike,
    *,
    means: ArrayLike,
    sigma_E: float,
    T: ArrayLike,
    K_C: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> Power:
    r"""Fraction of ``‖g‖²`` on each outlier of G and on its bulk.

    ``gᵀ(G - z)⁻¹ g ≃ (1/N²) [e rᵀ K_C (I + (e/N) A K_C)⁻¹ r + vᵀ c Q cᵀ v]`` with
    ``v = Uᵀ (I + (e/N) A K_C)⁻¹ r``, and ``N² E‖g‖² = σ_E² Σ rᵀ K_C r + ‖cᵀ Uᵀ r‖²``. What T has
    more along an outlier than off the span of the means adds its own part.

    Parameters
    ----------
    r : shape (N, C)
        Residuals ``p - onehot(y)``.
    p, means, sigma_E, T, K_C, groups
        As for ``outliers``.

    Raises
    ------
    InputError
        If an argument is out of its bounds, or the gradient is zero.
    """
    model = build(p, means, sigma_E, T, K_C, groups)
    r = checks.residuals(r, shape=model.p.shape)
    found = solve(model)
    total = model.gradient_square(r)
    shares = np.empty(len(found.v))
    for j, v in enumerate(found.v):
        pull, noisy = model.pulled(r, float(v))
        shares[j] = ((found.residue[j] @ pull) ** 2 + found.excess[j] * noisy) / total
    return Power(shares, float(1 - shares.sum()), total**0.5 / len(model.p))


def power_density(
    x: ArrayLike,
    p: ArrayLike,
    r: ArrayLike,
    *,
    means: ArrayLike,
    sigma_E: float,
    T: ArrayLike,
    K_C: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> Array:
    """Density of the squared gradient over the bulk, as a fraction of ``‖g‖²``; zero off it.

    Its integral is ``power(...).bulk`` to order ``R tr T²/(tr T)²``. Parameters and errors are
    those of ``power`` and ``density``.
    """
    model = build(p, means, sigma_E, T, K_C, groups)
    r = checks.residuals(r, shape=model.p.shape)
    points = checks.array("x", np.ravel(x), ndim=1)
    out = np.zeros(points.size)
    for k, v in enumerate(model.law.v(points)):
        if np.isnan(v):
            continue
        T_A, a = model.T_A(complex(v))
        pull, noisy = model.pulled(r, complex(v))
        W = model.means / (points[k] - a * model.T) @ model.means.T
        signal_part = -pull @ np.linalg.solve(np.eye(len(W)) - W @ block_diagonal(T_A), W @ pull)
        out[k] = (-noisy / v + signal_part).imag / np.pi
    return (out / model.gradient_square(r)).reshape(np.shape(x))


def edges(
    p: ArrayLike,
    *,
    sigma_E: float,
    T: ArrayLike,
    K_C: ArrayLike | None = None,
    means: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> Array:
    """Lowest and highest edge of the bulk above zero, shape (1, 2); gaps are not resolved.

    Without means, of the noise alone; with them, of what they leave in the bulk. Parameters and
    errors are those of ``outliers``.
    """
    law = build(p, means, sigma_E, T, K_C, groups).law
    return np.array([[law.lower_edge(), law.upper_edge()]])


def density(
    x: ArrayLike,
    p: ArrayLike,
    *,
    sigma_E: float,
    T: ArrayLike,
    K_C: ArrayLike | None = None,
    means: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> Array:
    """Density of the bulk at x, normalised to its share of the D eigenvalues.

    Without means, of the noise alone; with them, of what they leave in the bulk.

    Parameters
    ----------
    x : any shape
        Eigenvalues at which to evaluate.
    p, sigma_E, T, K_C, means, groups
        As for ``outliers``.

    Raises
    ------
    InputError
        If an argument is out of its bounds.
    ConvergenceError
        If the equations are not solved at a point.
    """
    model = build(p, means, sigma_E, T, K_C, groups)
    law = model.law
    points = checks.array("x", np.ravel(x), ndim=1)
    v = law.v(points)
    inside = ~np.isnan(v)
    a, _ = law.a(v[inside])
    terms = law.t_count / (a[:, None] * law.t - points[inside, None])
    rho = np.zeros(points.size)
    rho[inside] = np.sum(terms.imag, axis=1) / (np.pi * model.D)
    return rho.reshape(np.shape(x))


def solve(model: Model) -> Solved:
    """The outliers of a checked model, descending."""
    c, T, law, span = model.means, model.T, model.law, model.span
    along = c @ span.T

    def real_T_A(v: float) -> tuple[Array, float]:
        T_A, a = model.T_A(float(v))
        return T_A, a.real

    T_A, a = real_T_A(law.edge)
    at_edge = np.linalg.eigvalsh(model.schur(T_A, a, law.z(law.edge, a))[0])
    count = int((at_edge > 0).sum())
    if count == 0:
        none = np.empty(0)
        return Solved(none, none, np.empty((0, len(c))), none, none, none, none)
    highest = a * max(T.max(), model.others.max(initial=0)) + np.linalg.eigvalsh(
        block_diagonal(T_A)
    )[-1] * np.sum(c * c)
    far = law.edge
    while law.z(far, float(law.a(np.array(far))[0])) < highest:
        far *= 2
    series = interpolant(real_T_A, float(law.b[-1]), law.edge, far)
    shape = (model.G, *[model.p.shape[1]] * 2)

    def at(v: float) -> tuple[Array, Array, float, float, float]:
        T_A, T_slope, a, a_slope = (x[0] for x in series(np.array([v])))
        return (
            T_A.reshape(shape),
            T_slope.reshape(shape),
            float(a),
            float(a_slope),
            law.z(v, float(a)),
        )

    roots, positions, spans, excess, weights, examples = np.zeros((6, count))
    residues = np.empty((count, len(c)))
    for j in range(count):

        def gap(v: float, j: int = j) -> float:
            T_A, _, a, _, z = at(v)
            return float(np.linalg.eigvalsh(model.schur(T_A, a, z)[0])[-1 - j] / z)

        found = optimize.root_scalar(
            gap, bracket=(law.edge, far), xtol=1e-14 * law.edge, rtol=1e-13
        )
        v = float(found.root)
        T_A, T_slope, a, a_slope, z = at(v)
        z_slope = law.slope(v, a, a_slope, z)
        F, V = model.schur(T_A, a, z)
        y = np.linalg.eigh(F)[1][:, -1 - j]
        turned = np.linalg.solve(V, y) @ span / (z - a * T)
        pulled = along @ y
        shrinking = -pulled @ block_diagonal(T_slope) @ pulled
        falling = turned**2 @ (z_slope - a_slope * T) + shrinking
        roots[j], positions[j], spans[j] = v, z, z_slope / falling
        weights[j], examples[j] = spans[j] * turned**2 @ T, spans[j] * shrinking * v**2 / z
        residues[j] = np.sqrt(spans[j]) * pulled
        if not np.isnan(model.fill):
            excess[j] = spans[j] * turned**2 @ (T - model.fill)
    return Solved(roots, positions, residues, spans, excess, weights, examples)
