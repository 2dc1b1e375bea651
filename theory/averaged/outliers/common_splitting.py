r"""How the C-1 outliers of random logits split about their common position.

The matrix whose eigenvalues they are is, to leading order, on the C-1 dimensions,

    W^½ (b I + σ_c² ψ'/(1-λ') δT) W^½ + (ψ - b + δψ) I,    b = α √ψ',

``δT = (1/N) Σ_μ (B_μ - E B)`` of the N examples' blocks, W Wishart of D dimensions over D, ``δψ =
(σ_E²/D) tr δT`` what the same examples do to the spectral map; without noise ``ψ = b`` and this is
exact.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.special import expit, gammaincinv, ndtri

from theory import rem, softmax
from theory.arrays import Array
from theory.averaged.laws.logit_law import CommonOutlier, LogitLaw
from theory.spread import many_outliers, splitting
from theory.spread.many_outliers import Diagonal
from theory.spread.splitting import Ordered
from theory.streams import stream

POOL = 1024  # rows that the examples of a draw are taken from
NODES = 384  # atoms of the diagonal's law


def common(law: LogitLaw, root: CommonOutlier) -> Ordered:
    """Ordered outliers over logits, means and noise; without noise at most D of them."""
    params, k = law.params, law.params.C - 1
    if k > splitting.MOST_DRAWN:
        return many(law, root, groups=1, uneven=0.0)
    weights = example_weights(splitting.draws(k), min(POOL, len(law.p)), law.params.N)
    examples = root.transfer * root.strength * mean_blocks(law, root.kappa, weights)
    L = splitting.wishart_factor(k, D=params.D)
    means = L.transpose(0, 2, 1) @ (root.width * np.eye(k) + examples) @ L
    moved = (
        law.noise.sigma_E**2 / params.D * weights @ law.traces_of_rows(root.kappa, first=POOL)[0]
    )
    total = means + (root.position - root.width + moved)[:, None, None] * np.eye(k)
    return splitting.ordered(total, rank=min(k, params.D))


def mean_blocks(law: LogitLaw, kappa: float, weights: Array) -> Array:
    """Weighted sums of the rows' blocks in an orthonormal frame of the C-1 dimensions.

    ``weights (draws, rows)`` are those of the first ``POOL`` rows; scaled to the exact mean.
    """
    C, k = law.params.C, law.params.C - 1
    p = law.p[:POOL]
    d = p / (1 + kappa * p)
    frame = np.linalg.qr(np.column_stack([np.ones(C), np.eye(C)[:, :-1]]))[0][:, 1:]
    rotated, eta = d @ frame, d.sum(axis=1)[:, None]
    scale = law.t(kappa) * k / float(softmax.resolvent_trace_means(p, kappa=kappa)[0])
    row, column = np.tril_indices(k)
    weights = scale * weights
    products = weights @ (rotated[:, row] * (rotated / eta)[:, column])
    out = (frame.T * (weights @ d)[:, None, :]) @ frame
    out[:, row, column] -= products
    out[:, column, row] = out[:, row, column]
    return out


@lru_cache(maxsize=1)
def example_weights(draws: int, rows: int, N: int) -> Array:
    """Shares of the rows in N examples less their mean, ``(draws, rows)``, kept for the next.

    The examples are taken from the rows: drawn one by one where they are few, by the Gaussian
    limit of their counts where they are many.
    """
    rng = stream(0, "averages", "examples")
    if rows < N:
        out = rng.standard_normal((draws, rows)) / np.sqrt(rows * N)
        out -= out.mean(axis=1, keepdims=True)
        return out
    taken = [np.bincount(rng.integers(rows, size=N), minlength=rows) for _ in range(draws)]
    return np.array(taken) / N - 1 / rows


def many(law: LogitLaw, root: CommonOutlier, *, groups: int, uneven: float) -> Ordered:
    """The limit of many classes: diagonal of δT from a law of its skew, the rest a semicircle.

    Of ``groups`` blocks of N/groups examples each, with ``uneven`` the relative variance of the
    number of examples in a block.
    """
    params, k = law.params, law.params.C - 1
    N = params.N / groups
    strength = root.transfer * root.strength
    stretch = law.traces(root.kappa)[1] / law.trace_A_square  # of variances, from A to B
    variance, skew, off = _moments(law)
    deviation = strength * np.sqrt(stretch * variance / N + uneven * law.t(root.kappa) ** 2)
    levels = expit(np.linspace(1, -1, NODES + 1) * np.log(8 * k))
    levels[[0, -1]] = 1, 0
    nodes = root.position + deviation * _skewed(
        (levels[:-1] + levels[1:]) / 2, skew=skew / np.sqrt(N)
    )
    nu = Diagonal(nodes, -np.diff(levels), drawn=True)
    return many_outliers.ordered(
        nu,
        v=strength**2 * stretch * k * off / N,
        b=root.width,
        k=k * (k if groups > 1 else 1),
        D=params.D,
        common=strength**2 * law.trace_variance / (params.N * k**2),
    )


def _moments(law: LogitLaw) -> tuple[float, float, float]:
    """Variance and skewness of ``A_kk``, and variance of ``A_kl`` over the examples."""
    C, k = law.params.C, law.params.C - 1
    if law.params.labels == "margin":
        powers = [float(np.sum(law.p**n) / len(law.p)) for n in range(2, 7)]
        square = float(np.mean(np.sum(law.p**2, axis=1) ** 2))
    else:
        sigma_z = law.params.sigma_z
        powers = [float(rem.power_sum(sigma_z, C=C, order=float(n))) for n in range(2, 7)]
        square = float(rem.participation_square(sigma_z, C=C))
    second, third, fourth, fifth, sixth = (power / C for power in powers)
    mean = law.trace_A / C
    raw_square = second - 2 * third + fourth
    raw_cube = third - 3 * fourth + 3 * fifth - sixth
    variance = max(raw_square - mean**2, 0.0)
    cube = raw_cube - 3 * mean * raw_square + 2 * mean**3
    skew = cube / variance**1.5 if variance > 1e-12 * mean**2 else 0.0
    off = max((square - powers[2]) / (C * k) - (mean / k) ** 2, 0.0)
    return variance, skew, off


def _skewed(levels: Array, *, skew: float) -> Array:
    """Quantiles of a standardised gamma law of this skewness."""
    if skew < 1e-3:
        return ndtri(levels)
    shape = 4 / skew**2
    return (gammaincinv(shape, levels) - shape) / np.sqrt(shape)
