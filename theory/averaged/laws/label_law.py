r"""What the labels add: the residuals ``r = p - onehot(y)`` under each law of the labels.

The gradient's mean part is ``v = Σ_μ (I + κA_μ)⁻¹ r_μ``. By symmetry and the central limit it is
Gaussian on the C-1 dimensions, with equal variances ``N V(κ)/(C-1)``.
"""

from __future__ import annotations

import numpy as np

from theory import softmax
from theory.arrays import Array
from theory.averaged.laws.logit_law import LogitLaw


def residual_square(law: LogitLaw) -> float:
    """``E|r|²`` of one example; exact but for margin labels."""
    C, labels = law.params.C, law.params.labels
    if labels == "calibrated":
        return law.trace_A
    if labels == "margin":
        return float(np.mean(np.sum(_margin_residuals(law) ** 2, axis=1)))
    return 2 - law.trace_A - 2 / C


def pulled_square(law: LogitLaw, *, kappa: float) -> float:
    """``E|(I + κA)⁻¹ r|²`` of one example."""
    C, spread = law.params.C, variance(law, kappa=kappa)
    if law.params.labels == "balanced":
        return spread + (C - 1) / C * (1 - kappa * law.t(kappa)) ** 2
    return spread


def variance(law: LogitLaw, *, kappa: float) -> float:
    """``V(κ)``: variance of one example's part of v, summed over the C-1 dimensions.

    Exact at κ = 0 but for margin labels. ``balanced`` labels leave only the fluctuation of the
    outputs.
    """
    C, labels = law.params.C, law.params.labels
    if labels == "margin":
        return _on_rows(law, kappa)
    exact = {
        "calibrated": law.trace_A,
        "uniform": 2 - law.trace_A - 2 / C,
        "balanced": 1 - law.trace_A - 1 / C,
    }[labels]
    return max(exact + _on_rows(law, kappa) - _on_rows(law, 0.0), 0.0)


def _on_rows(law: LogitLaw, kappa: float) -> float:
    """``V(κ)`` over the rows."""
    p, C, labels = law.p, law.params.C, law.params.labels
    B1, B2, _ = softmax.resolvent_trace_means(p, kappa=kappa)
    if labels == "calibrated":
        return float(B1 - kappa * B2)
    d = p / (1 + kappa * p)
    eta = d.sum(axis=1, keepdims=True)
    if labels == "margin":
        r = _margin_residuals(law)
        pulled = r - kappa * d * (r - np.sum(d * r, axis=1, keepdims=True) / eta)
        return float(np.mean(np.sum(pulled**2, axis=1)))
    pulled = p - kappa * d * (p - np.sum(d * p, axis=1, keepdims=True) / eta)
    outputs = float(np.mean(np.sum(pulled**2, axis=1))) - 1 / C
    square = C - 2 * kappa * B1 + kappa**2 * B2 - 1
    if labels == "balanced":
        square -= (C - 1) * (1 - kappa * B1 / (C - 1)) ** 2
    return float(outputs + square / C)


def _margin_residuals(law: LogitLaw) -> Array:
    """``p - onehot(y)`` on the rows, the true class's entry without cancellation."""
    r = law.p.copy()
    each = np.arange(len(r))
    r[each, law.y] = 0
    r[each, law.y] = -r.sum(axis=1)
    return r
