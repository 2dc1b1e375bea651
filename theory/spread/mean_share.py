r"""Mean shares of squares of Gaussians in their sum: a mean of ratios, not a ratio of means.

For independent ``x_i = (a_i + √b_i ξ_i)²`` and a rest ``y = fixed + random χ²_ν/ν`` of the sum
``W = Σ x_i + y``, ``1/W = ∫ e^{-tW} dt`` over positive t makes each share a single integral,

    E x_i/W = ∫ [a_i²/(1 + 2tb_i)² + b_i/(1 + 2tb_i)] φ_y(t) Π_j φ_j(t) dt,
    φ_j = E e^{-tx_j} = e^{-t a_j²/(1 + 2tb_j)}/√(1 + 2tb_j),
    φ_y = E e^{-ty} = e^{-t fixed} (1 + 2t random/ν)^{-ν/2} ,

by the trapezoid rule after a double-exponential substitution, to 1e-9.
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
    s = np.linspace(-REACH, REACH, NODES)
    t = np.exp(np.pi / 2 * np.sinh(s))[:, None]
    dt = t[:, 0] * np.pi / 2 * np.cosh(s) * (s[1] - s[0])
    square, stretched = amplitude**2, 1 + 2 * t * variance
    exponent = np.sum(t * square / stretched + np.log(stretched) / 2, axis=1) + t[:, 0] * rest.fixed
    exponent += rest.nu / 2 * np.log1p(2 * t[:, 0] * rest.random / rest.nu)
    return (dt * np.exp(-exponent)) @ (square / stretched**2 + variance / stretched)
