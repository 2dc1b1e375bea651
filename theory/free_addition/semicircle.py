"""Wigner's semicircle."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from theory import checks
from theory.arrays import Array
from theory.free_addition.law import Complex, Law


class Semicircle(Law):
    """``√(4σ² - (x - mean)²)/(2πσ²)``, the law of a large GOE matrix.

    Parameters
    ----------
    sigma
        Standard deviation, half the radius; positive.
    mean
        Centre.

    Raises
    ------
    InputError
        If sigma is not positive or a number not finite.

    Examples
    --------
    >>> Semicircle(0.5).support
    array([[-1.,  1.]])
    """

    def __init__(self, sigma: float, *, mean: float = 0.0) -> None:
        self.sigma = checks.real("sigma", sigma, low=0, strict=True)
        self._mean = checks.real("mean", mean)

    @property
    def support(self) -> Array:
        """``mean ± 2σ``."""
        return np.array([[self._mean - 2 * self.sigma, self._mean + 2 * self.sigma]])

    @cached_property
    def _central(self) -> tuple[float, float, float]:
        return self._mean, 0.0, self.sigma**2

    def cauchy(self, z: Complex) -> tuple[Complex, Complex]:
        """``G = 2/(y + √(y - 2σ) √(y + 2σ))`` with ``y = z - mean``, and ``G' = -G/√(…)√(…)``."""
        y = z - self._mean
        # + 0.0 takes the sign off a zero: the limit is from above
        root = np.sqrt(y - 2 * self.sigma + 0.0) * np.sqrt(y + 2 * self.sigma + 0.0)
        G = 2 / (y + root)
        with np.errstate(divide="ignore", invalid="ignore"):
            return G, -G / root

    def log_potential(self, z: Complex) -> Complex:
        """``σ²G²/2 - log G``."""
        G = self.cauchy(z)[0]
        return (self.sigma * G) ** 2 / 2 - np.log(G)
