r"""The outliers' common positions over random logits, at every level of the model.

Labels that are independent of the logits give each class's blocks the mean ``t(κ)/C (I - 11ᵀ/C)``,
and the means the covariance ``(σ_c² 11ᵀ + σ_y² I) ⊗ I`` over (class, logit). Their product has two
eigenvalues, hence two families of equal outliers, solutions of ``strength t(κ(w)) = u(w)``:

    C-1      of strength σ_c² + σ_y²/C,  what the classes share,
    (C-1)²   of strength σ_y²/C,         what tells them apart.

Derived in docs/theory/parameters.md.
"""

from __future__ import annotations

import numpy as np
from scipy import optimize

from theory.averaged import refusals
from theory.averaged.laws import label_law
from theory.averaged.laws.logit_law import (
    CommonOutlier,
    LogitLaw,
    check_separable,
    check_undecided,
)
from theory.averaged.laws.logit_rows import trace_means
from theory.bulk import power_law
from theory.models.spectral_map import SpectralMap


def curve(law: LogitLaw) -> SpectralMap:
    """The spectral map of the noise and the curvature, averaged over the random rows."""
    params = law.params.as_seen_by_G
    sigma_W = 0.0
    if params.sigma_H > 0:
        sigma_W = params.sigma_H * float(np.sqrt(label_law.residual_square(law)))

    def traces(kappa: float) -> tuple[float, float]:
        first, second, _ = trace_means(law.rows, kappa)
        return float(first), float(second)

    return SpectralMap(
        traces=traces,
        largest=law.rows.largest,
        N=params.N,
        T=power_law.eigenspaces(params.D, exponent=params.T_exponent, trace=params.sigma_E**2),
        sigma_W=sigma_W,
    )


def strengths(law: LogitLaw) -> tuple[float, ...]:
    """Strength of each family of means, descending."""
    params = law.params
    own = params.sigma_y**2 / params.C
    shared = params.sigma_c**2 + own
    return (shared, own) if own > 0 else (shared,)


def multiplicities(law: LogitLaw) -> tuple[int, ...]:
    """Number of equal means in each family."""
    k = law.params.C - 1
    return (k, k * k)[: len(strengths(law))]


def roots(law: LogitLaw, curve: SpectralMap) -> tuple[CommonOutlier, ...]:
    """The families that leave the bulk, descending; as ``common_outlier`` at each level.

    Raises
    ------
    InputError
        If the labels depend on the outputs and the means on the labels, or means and noise do not
        separate (``check_separable``), or too few examples are undecided (``check_undecided``).
    """
    refusals.require_independent_labels(law.params)
    check_separable(law.params, averaged=True)
    check_undecided(law)
    found = [root(law, curve, strength) for strength in strengths(law)]
    return tuple(one for one in found if one is not None)


def above_edge(law: LogitLaw, curve: SpectralMap, strength: float) -> float:
    """The outlier equation's left side over its right at the bulk's edge; infinite without one."""
    if curve.edge == 0:
        return np.inf
    edge = curve.at(curve.edge)
    return strength * law.t(edge.kappa) / edge.u


def root(law: LogitLaw, curve: SpectralMap, strength: float) -> CommonOutlier | None:
    """The common outlier of one family, None below its threshold."""
    if strength == 0 or above_edge(law, curve, strength) <= 1:
        return None
    highest = strength * law.t(-curve.s / curve.edge if curve.edge else 0.0)

    def gap(w: float) -> float:
        point = curve.at(w)
        return strength * law.t(point.kappa) - point.u

    w = highest
    if curve.edge:
        far = max(highest * (1 + 1e-12), 2 * curve.edge)  # beyond the root, which is at u >= w
        found = optimize.brentq(gap, curve.edge, far, xtol=1e-15 * far, rtol=1e-14)  # pyright: ignore[reportArgumentType]
        w = float(found)  # pyright: ignore[reportArgumentType]
    point = curve.at(w)
    if not law.resolves(point.kappa):
        return None
    exact = law.traces(point.kappa)[0] - curve.traces(point.kappa)[0]  # as at level FG
    slope = -strength * law.traces(point.kappa)[1] / (law.params.C - 1) * curve.s / w**2
    return CommonOutlier(
        strength=strength,
        alpha=w,
        position=point.z + curve.rise(point) * curve.variance / curve.D * exact,
        slope=point.z_slope,
        transfer=point.z_slope / (point.u_slope - slope),
        kappa=point.kappa,
        width=curve.width(point, slope=slope),
    )
