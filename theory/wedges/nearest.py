"""The distance of a random point from the nearest coordinate n-plane, the toy's loss at a start."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import betainc, betaincinv, gammainc, gammainccinv, ndtr
from scipy.stats import chi2

from theory import checks
from theory.arrays import Array

LARGEST = 10**8  # beyond, of D - n = 1, 1 less the share of what is kept is lost to rounding
SCORES = np.linspace(-8.0, 8.0, 81)
WEIGHTS = np.exp(-(SCORES**2) / 2) / np.exp(-(SCORES**2) / 2).sum()


@dataclass(frozen=True)
class Nearest:
    r"""Law of the distance L from ``P ~ N(0, σ² I_D)`` to the nearest coordinate n-plane.

    ``L² = Σ_{i ≤ D-n} P²_(i)``, the squares in ascending order: the loss of Fort and Jastrzebski
    (arXiv:1906.04724). Given the smallest coordinate kept, u, the others are independent normals
    within ±u, and the share of all that lies below u is Beta(D-n+1, n); derived in
    docs/theory/wedges.md, section 1.

    ``mean_square`` and ``variance_square`` are exact (relative error below 1e-8). ``probability``
    and ``quantile`` take the sum given u for a Beta law of its mean and variance: exact for
    ``n = 0``, for ``D - n = 1`` as D → ∞, and as ``D - n → ∞``; between, probabilities are off by
    at most 0.01.

    Parameters
    ----------
    D
        Dimensions of the landscape, at least 1; for the law and its moments at most 10⁸.
    n
        Dimensions of a plane, 0 to D-1.
    sigma
        Standard deviation of a coordinate, above 0.

    Raises
    ------
    InputError
        If an argument is out of its bounds.

    Examples
    --------
    >>> start = Nearest(D=1000, n=950)
    >>> round(start.mean_square, 4), round(start.quantile(0.5), 3)
    (0.0693, 0.258)
    """

    D: int
    n: int
    sigma: float = 1.0

    def __post_init__(self) -> None:
        checks.integer("n", self.n, low=0, high=checks.integer("D", self.D, low=1) - 1)
        checks.real("sigma", self.sigma, low=0, strict=True)

    @property
    def codimension(self) -> int:
        """``D - n``, how many coordinates must vanish."""
        return self.D - self.n

    @cached_property
    def _given_kept(self) -> tuple[Array, Array, Array]:
        """Of the smallest kept square at each score: its value, mean and variance of one below."""
        checks.integer("D", self.D, low=1, high=LARGEST)
        above = betaincinv(self.n, self.codimension + 1, ndtr(-SCORES))
        largest = 2 * gammainccinv(0.5, above)
        below = gammainc(0.5, largest / 2)
        mean = gammainc(1.5, largest / 2) / below
        return largest, mean, 3 * gammainc(2.5, largest / 2) / below - mean**2

    @cached_property
    def mean_square(self) -> float:
        """``E L²``."""
        if self.n == 0:
            return self.sigma**2 * self.D
        _, mean, _ = self._given_kept
        return self.sigma**2 * self.codimension * float(WEIGHTS @ mean)

    @cached_property
    def variance_square(self) -> float:
        """``Var L²``."""
        if self.n == 0:
            return self.sigma**4 * 2 * self.D
        _, mean, variance = self._given_kept
        spread = float(WEIGHTS @ (mean - WEIGHTS @ mean) ** 2)
        within = float(WEIGHTS @ variance)
        return self.sigma**4 * self.codimension * (within + self.codimension * spread)

    def probability(self, loss: ArrayLike) -> Array:
        """Probability that L is at most ``loss``, of the same shape."""
        square = np.maximum(np.asarray(loss, dtype=float) / self.sigma, 0) ** 2
        if self.n == 0:
            return chi2.cdf(square, self.D)
        largest, mean, variance = self._given_kept
        share = mean / largest
        size = share * (1 - share) / (variance / self.codimension / largest**2) - 1
        at = np.minimum(square[..., None] / (self.codimension * largest), 1)
        return betainc(share * size, (1 - share) * size, at) @ WEIGHTS

    def quantile(self, probability: float) -> float:
        """The loss that L stays below with this probability, above 0 and below 1.

        Raises
        ------
        InputError
            If the probability is out of its bounds.
        """
        wanted = checks.real("probability", probability, low=0, strict=True)
        if wanted >= 1:
            raise checks.InputError(f"probability must be below 1, got {wanted:g}")
        if self.n == 0:
            return self.sigma * math.sqrt(chi2.ppf(wanted, self.D))
        largest = self.sigma * math.sqrt(self.codimension * float(self._given_kept[0].max()))

        def excess(log_loss: float) -> float:
            return float(self.probability(math.exp(log_loss))) - wanted

        found = brentq(excess, math.log(largest) - 100, math.log(largest), xtol=1e-12)
        return math.exp(float(found))  # pyright: ignore[reportArgumentType]
