r"""The gradient's share on the outliers over random logits, at every level of the model.

``v_y = Σ_{μ in y} (I + κA_μ)⁻¹ r_μ``. What the classes share of it, ``Σ_y v_y/√C``, pulls on the
first family of means, as at level FG: Gaussian, of variance ``N V(κ)/C`` over C-1 dimensions. What
tells them apart pulls on the second and has a mean, ``-(N/C)(1 - κt) (I - 11ᵀ/C) e_y``: the logit
of the true class is pushed up. With ``q = (1 - κt)²/C`` its square is N times

    m = N q (C-1)/C,    and its variance N times  (V - q) (C-1)/C  for uniform labels,

``V (C-1)/C`` for balanced ones. With x, y near one for the fluctuation of labels and of lengths,

    share = Σ_f transfer_f S_f(κ_f) x_f y_f / [σ_E² E|r|² + Σ_f S_f(0) x_f y_f],
    S_f(κ) = C strength_f |v_f(κ)|²/N .

Of what is left, an outlier's eigenvector takes the share that the noise has on it, times ``E|(I +
κA)⁻¹r|²/E|r|²``. Derived in docs/theory/parameters.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from theory.arrays import Array
from theory.averaged.gradient_share import ShareLaw
from theory.averaged.laws import label_law
from theory.averaged.laws.logit_law import CommonOutlier, LogitLaw
from theory.averaged.outliers import families
from theory.models.spectral_map import SpectralMap
from theory.spread.chi_square import gamma_nodes

LABELS, LENGTHS, ANGLES = 16, 8, 8  # nodes of the sources of the share's spread, for each family
SMALLEST = 1e-12  # variance below which a gradient counts as sure


@dataclass(frozen=True)
class Pull:
    """``C |v_f|²/N`` of a family: its mean and relative variance."""

    mean: float
    variance: float


def share(law: LogitLaw, curve: SpectralMap, found: tuple[CommonOutlier, ...]) -> ShareLaw:
    """Fraction of ``‖g‖²`` on the outliers, over logits, labels, means and noise.

    Zero where no family leaves the bulk. Errors of the mean are of order 1/N and k/D_eff, k the
    number of outliers and D_eff the noise's effective dimension.
    """
    strengths, params = families.strengths(law), law.params.as_seen_by_G
    rest = params.sigma_E**2 * label_law.residual_square(law)
    start = [pull(law, family=f, kappa=0.0) for f in range(len(strengths))]
    if not found or rest + sum(s * x.mean for s, x in zip(strengths, start, strict=True)) == 0:
        return ShareLaw(0.0, 0.0, np.zeros(1))
    kept, total = np.zeros(()), np.full((), rest)
    axes = 2 * len(strengths) + 1
    for f, (strength, at_zero) in enumerate(zip(strengths, start, strict=True)):
        x = _along(gamma_nodes(LABELS, shape=1 / max(at_zero.variance, SMALLEST)), 2 * f, axes)
        y = _along(gamma_nodes(LENGTHS, shape=params.D / 2), 2 * f + 1, axes)
        total = total + strength * at_zero.mean * x * y
        if f < len(found):
            root = found[f]
            here = pull(law, family=f, kappa=root.kappa).mean
            kept = kept + strength * root.transfer * here * x * y
    s = kept / total
    of_noise = sum(
        n
        * curve.along_noise(curve.at(root.alpha), transfer=root.transfer)
        * label_law.pulled_square(law, kappa=root.kappa)
        / label_law.residual_square(law)
        for n, root in zip(families.multiplicities(law), found, strict=False)
    )
    s = np.minimum(s + (1 - s) * of_noise, 1)
    angle = _along(ndtri((np.arange(ANGLES) + 0.5) / ANGLES), axes - 1, axes)
    nodes = np.clip(s + 2 * (1 - s) * np.sqrt(s * (1 - s) / params.D) * angle, 0, 1)
    return ShareLaw(float(nodes.mean()), float(nodes.std()), np.sort(nodes, axis=None))


def pull(law: LogitLaw, *, family: int, kappa: float) -> Pull:
    """The pull of the labels on a family at κ; times its strength it is squared gradient."""
    C, uniform = law.params.C, law.params.labels == "uniform"
    if family == 0:
        return Pull(label_law.variance(law, kappa=kappa), 2 / (C - 1))
    q = (1 - kappa * law.t(kappa)) ** 2 / C
    fixed = law.params.N * q * (C - 1)
    spread = (C - 1) * (label_law.variance(law, kappa=kappa) - (q if uniform else 0.0))
    mean = fixed + spread
    each = spread / (C - 1) ** 2
    return Pull(mean, (4 * fixed * each + 2 * spread * each) / mean**2)


def _along(values: Array, axis: int, axes: int) -> Array:
    shape = [1] * axes
    shape[axis] = -1
    return values.reshape(shape)
