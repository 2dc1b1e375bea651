r"""The law of the gradient's share on the outliers, a function of the Gaussian that labels draw.

Derived in docs/theory/fluctuations.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from theory.arrays import Array
from theory.averaged.laws import label_law
from theory.averaged.laws.logit_law import ENTRIES, common_outlier, logit_law
from theory.params import Params
from theory.spread.chi_square import gamma_nodes

LABELS, MEANS, NOISE = 128, 12, 12  # midpoint nodes of the three sources of the share's spread
EDGE = 8  # and of the edge's, near the threshold


@dataclass(frozen=True, eq=False)
class ShareLaw:
    """The law of the gradient's share on the outliers over draws.

    Attributes
    ----------
    mean, std
        Over logits, labels, means and noise.
    nodes
        Equally likely values, ascending.
    """

    mean: float
    std: float
    nodes: Array

    def quantile(self, q: ArrayLike) -> Array:
        """Quantiles at q in [0, 1]."""
        return np.quantile(self.nodes, np.asarray(q, dtype=np.float64))


def share(params: Params, *, near: Array | None = None, entries: int = ENTRIES) -> ShareLaw:
    r"""Fraction of ‖g‖² on the outliers, over logits, labels, means and noise.

    ``v = Σ_μ (I + κA_μ)⁻¹ r_μ`` is Gaussian with C-1 equal variances N V(κ)/(C-1), so that with
    ``x ~ χ²_{C-1}/(C-1)`` for the labels and ``y ~ χ²_D/D`` for the means the share is

        s = σ_c² τ V(-s/α) xy / [σ_E² E|r|² + σ_c² V(0) xy],

    of the rest the outliers' eigenvectors take ``(C-1)/D E|(I + κA)⁻¹ r|²/E|r|²``, and the noise's
    own gradient, at a random angle to the means', adds a Gaussian of standard deviation ``2 (1-s)
    √(s(1-s)/D)``. V
    depends on the labels: ``balanced`` ones leave only the fluctuation of the outputs. ``near`` the
    threshold τ has equally likely values of its own. Zero below the threshold.

    Raises
    ------
    InputError
        As ``averages.outliers``.
    """
    law = logit_law(params, entries=entries)
    root = common_outlier(law)
    if root is None:
        return ShareLaw(0.0, 0.0, np.zeros(1))
    x = gamma_nodes(LABELS, shape=(params.C - 1) / 2)[:, None, None, None]
    y = gamma_nodes(MEANS, shape=params.D / 2)[:, None, None]
    signal_part = params.sigma_c**2 * x * y
    total = params.sigma_E**2 * label_law.residual_square(law)
    total = total + signal_part * label_law.variance(law, kappa=0.0)
    if not np.all(total > 0):
        return ShareLaw(0.0, 0.0, np.zeros(1))
    transfer = np.array([[root.transfer]])
    if near is not None:
        transfer = np.quantile(near, (np.arange(EDGE) + 0.5) / EDGE)[:, None]
    s = transfer * signal_part * label_law.variance(law, kappa=root.kappa) / total
    of_noise = label_law.pulled_square(law, kappa=root.kappa) / label_law.residual_square(law)
    s = np.minimum(s + (1 - s) * of_noise * (params.C - 1) / params.D, 1)
    angle = ndtri((np.arange(NOISE) + 0.5) / NOISE)
    nodes = np.clip(s + 2 * (1 - s) * np.sqrt(s * (1 - s) / params.D) * angle, 0, 1)
    return ShareLaw(float(nodes.mean()), float(nodes.std()), np.sort(nodes, axis=None))
