"""What the levels of the model predict of a language model: outliers, and the gradient on them."""

from __future__ import annotations

import numpy as np

from empirical.language.measure import Estimates, Kind
from theory.arrays import Array
from theory.models.many_classes import ManyClasses, diagonal_plus_low_rank

LEVELS = {
    "lengths": Kind("curvature", False),
    "FG": Kind("equal", False),
    "FG weighted": Kind("curvature", False),
    "cluster": Kind("equal", True),
    "weighted": Kind("curvature", True),
    "anisotropic": Kind("curvature", True),
}
"""``lengths`` has orthogonal means of one length, ``anisotropic`` noise with a covariance across
logits; the others are those of ``theory.levels``."""


def predicted(
    p: Array, r: Array, model: Estimates, name: str, *, groups: Array, top: int
) -> tuple[Array, Array, float]:
    """Outliers and the gradient's share on each, (top,) with NaN where there are fewer; the edge.

    Parameters
    ----------
    p, r : shape (N, C)
        Softmax outputs and residuals of the measured examples.
    model
        Estimates from held-out windows.
    name
        One of ``LEVELS``.
    groups : shape (N,)
        Of the measured examples, as ``model.classes`` has them.
    """
    level = LEVELS[name]
    noise, means = model.noise[level], model.means[level]
    length = max(noise.sigma_E2.value, 0.0)
    if name == "lengths":
        means = diagonal_plus_low_rank(np.full(p.shape[1], max(noise.sigma_c2.value, 0.0)))
    if name == "anisotropic":
        length = model.across_logits.sigma_E2.value
    solved = ManyClasses(
        p,
        means=means,
        sigma_E=length**0.5,
        D=max(2, round(noise.effective_dimension.value)),
        top=top,
        groups=groups if level.by_class else None,
        K_C=model.across_logits.covariance if name == "anisotropic" else None,
    )
    rows = np.full((2, top), np.nan)
    count = len(solved.outliers)
    rows[0, :count] = solved.outliers
    rows[1, :count] = solved.power(r).outliers
    return rows[0], rows[1], solved.upper_edge
