r"""The noise's covariance across weights as a power law: eigenvalues ``∝ i^{-α}``, i = 1 … D.

The first 64 are taken one by one, the others in blocks ``(a, b]`` whose ends grow by a quarter,
each block at its mean: 75 blocks at D = 10⁹. A block of relative width ¼ has a relative variance of
``(α/4)²/12``, so that ``tr T²`` of the blocks is low by that share and ``tr T`` exact.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from theory import checks
from theory.arrays import Array

LEADING = 64
GROWTH = 1.25
SUMMED = 4096  # indices up to which powers are summed one by one


class Eigenspaces(NamedTuple):
    """Eigenvalues, descending, and the dimension of the eigenspace of each."""

    values: Array
    sizes: Array

    @property
    def effective_dimension(self) -> float:
        """``(tr T)²/tr T²``."""
        return float((self.values @ self.sizes) ** 2 / (self.values**2 @ self.sizes))


def eigenspaces(D: int, *, exponent: float, trace: float) -> Eigenspaces:
    """Eigenspaces of T with eigenvalues ``∝ i^{-exponent}``, i = 1 … D, of this trace.

    One eigenspace where the exponent is zero. The sums of a block are exact to 1e-12
    (Euler-Maclaurin beyond 4096).

    Parameters
    ----------
    D
        Number of weights, at least 1.
    exponent
        At least 0.
    trace
        ``tr T``, at least 0.

    Raises
    ------
    InputError
        If an argument is out of its bounds.

    Examples
    --------
    >>> T = eigenspaces(10**9, exponent=0.5, trace=1.0)
    >>> len(T.values), int(T.sizes.sum()), round(float(T.values @ T.sizes), 12)
    (139, 1000000000, 1.0)
    """
    D = checks.integer("D", D, low=1)
    alpha = checks.real("exponent", exponent, low=0)
    total = checks.real("trace", trace, low=0)
    if alpha == 0:
        return Eigenspaces(np.array([total / D]), np.array([float(D)]))
    ends = [*range(min(D, LEADING) + 1)]
    while ends[-1] < D:
        ends.append(min(D, int(GROWTH * ends[-1])))
    sizes = np.diff(np.array(ends, dtype=np.float64))
    sums = np.array([_powers(a, b, alpha) for a, b in pairwise(ends)])
    return Eigenspaces(sums / sizes * (total / sums.sum()), sizes)


def _powers(a: int, b: int, alpha: float) -> float:
    """``Σ_{a < i <= b} i^{-α}``."""
    if b <= SUMMED:
        return float(np.sum(np.arange(a + 1, b + 1, dtype=np.float64) ** -alpha))
    if a < SUMMED:
        return _powers(a, SUMMED, alpha) + _powers(SUMMED, b, alpha)
    ratio = np.log(b / a)
    power = (1 - alpha) * ratio
    integral = a ** (1 - alpha) * ratio * (np.expm1(power) / power if power else 1.0)
    ends = b**-alpha - a**-alpha
    slopes = -alpha * (b ** (-alpha - 1) - a ** (-alpha - 1))
    return float(integral + ends / 2 + slopes / 12)
