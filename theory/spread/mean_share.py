r"""Mean shares of squares of Gaussians in their sum: a mean of ratios, not a ratio of means.

For independent ``x_i = (a_i + √b_i ξ_i)²`` and a rest ``y = fixed + random χ²_ν/ν`` of the sum
``W = Σ x_i + y``, ``1/W = ∫ e^{-tW} dt`` over positive t makes each share a single integral,

    E x_i/W = ∫ [a_i²/(1 + 2tb_i)² + b_i/(1 + 2tb_i)] φ_y(t) Π_j φ_j(t) dt,
    φ_j = E e^{-tx_j} = e^{-t a_j²/(1 + 2tb_j)}/√(1 + 2tb_j),
    φ_y = E e^{-ty} = e^{-t fixed} (1 + 2t random/ν)^{-ν/2} ,

by the trapezoid rule after a double-exponential substitution, to 1e-9. The variance of the share
``X/W`` of all squares, ``X = Σ x_i`` and s its mean, has the numerator ``(1-s) X - s y`` in the
same way, with ``1/W² = ∫ t e^{-tW} dt``:

    Var X/W = ∫ t {[(1-s) f_X - s f_y]² + (1-s)² f'_X + s² f'_y} φ_y(t) Π_j φ_j(t) dt,
    f = -d ln φ/dt,   f' = d² ln φ/dt²:   f_X = Σ_i [a_i²/(1 + 2tb_i)² + b_i/(1 + 2tb_i)],
    f'_X = Σ_i [4a_i² b_i/(1 + 2tb_i)³ + 2b_i²/(1 + 2tb_i)²],   f_y and f'_y of fixed and χ² alike,

a sum of positive terms. Both depend on the a_i² alone, and on their sum where the b_i are equal: on
the eigenspaces, not on the vectors that span them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from theory.arrays import Array

NODES, REACH = 240, 4.0  # of the trapezoid rule in s, t = e^{(π/2) sinh s}


@dataclass(frozen=True)
class Rest:
    """What the sum holds beside the squares: ``fixed + random χ²_ν/ν``."""

    fixed: float
    random: float
    nu: float


def shares(amplitude: Array, variance: Array, *, rest: Rest) -> Array:
    """``E x_i/W``, shape (k,), of a_i = ``amplitude`` and b_i = ``variance``, W of order one."""
    t, weight = _nodes(amplitude, variance, rest)
    stretched = 1 + 2 * t[:, None] * variance
    return weight @ (amplitude**2 / stretched**2 + variance / stretched)


def deviation(amplitude: Array, variance: Array, *, rest: Rest) -> float:
    """Standard deviation of ``Σ x_i/W``."""
    t, weight = _nodes(amplitude, variance, rest)
    square, stretched = amplitude**2, 1 + 2 * t[:, None] * variance
    inside = np.sum(square / stretched**2 + variance / stretched, axis=1)
    curved = np.sum(4 * square * variance / stretched**3 + 2 * (variance / stretched) ** 2, axis=1)
    random = rest.random / (1 + 2 * t * rest.random / rest.nu)
    mean = float(weight @ inside)
    off = (1 - mean) * inside - mean * (rest.fixed + random)
    spread = (1 - mean) ** 2 * curved + mean**2 * 2 / rest.nu * random**2
    return float(np.sqrt((weight * t) @ (off**2 + spread)))


def _nodes(amplitude: Array, variance: Array, rest: Rest) -> tuple[Array, Array]:
    """Nodes t, and ``φ_y Π_j φ_j dt`` there."""
    s = np.linspace(-REACH, REACH, NODES)
    t = np.exp(np.pi / 2 * np.sinh(s))
    dt = t * np.pi / 2 * np.cosh(s) * (s[1] - s[0])
    stretched = 1 + 2 * t[:, None] * variance
    exponent = np.sum(t[:, None] * amplitude**2 / stretched + np.log(stretched) / 2, axis=1)
    exponent += t * rest.fixed + rest.nu / 2 * np.log1p(2 * t * rest.random / rest.nu)
    return t, dt * np.exp(-exponent)
