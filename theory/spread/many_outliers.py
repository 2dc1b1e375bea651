r"""Many outliers: the limiting law of the matrix that they are the eigenvalues of.

In k dimensions that matrix is ``W^½ (M - x̄ + b) W^½ + x̄ - b`` with W Wishart of D over D, M a
diagonal of law ν (mean x̄) plus a Wigner matrix of variance v/k. Its law is the sample-covariance
law (``theory.bulk``, ratio k/D) of the free convolution of ν with a semicircle (Biane 1997): with
``G(ω) = ∫ ν(dt)/(ω - t)``,

    x = ω + v G(ω),   1 - F(x) = Im[∫ ln(ω - t) ν(dt) + v G²/2]/π,   density = Im ω/(π v),

where ``ω = a + ib`` solves ``∫ ν(dt)/((a-t)² + b²) = 1/v``. The ordered eigenvalues lie at the
quantiles ``(j - ½)/k``. Derived in docs/theory/averages.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from theory.arrays import Array
from theory.bulk import SampleCovariance
from theory.spread.splitting import Ordered

GRID = 384
SHALLOW = -14.0  # ln(b/√v) below which a point counts as off the support


@dataclass(frozen=True, eq=False)
class Diagonal:
    """The law ν: atoms, descending, with weights of sum one.

    ``drawn`` says that M's diagonal is drawn from ν, up to its mean; else it is fixed.
    """

    atoms: Array
    weights: Array
    drawn: bool

    @property
    def mean(self) -> float:
        """Mean of ν."""
        return float(self.atoms @ self.weights)


def ordered(nu: Diagonal, *, v: float, b: float, k: int, D: int, common: float) -> Ordered:
    """Ordered eigenvalues, with ``common`` the variance of a shift that all share.

    The standard deviation is that of the counting function over the density, as if W were
    Gaussian. The j-th from the nearer end has ``(ln j + 2.84)/π²`` counts: the logarithm is the
    GOE's (O'Rourke 2010), the constant Tracy and Widom's at j = 1. A drawn diagonal adds k times
    the variance over ν of ``arg(ω - t)/π``, less its part along t.
    """
    cells = np.r_[1.0, expit(np.linspace(1, -1, GRID) * np.log(8 * k)), 0.0]  # probability above
    few, mass = (cells[1:] + cells[:-1]) / 2, -np.diff(cells)
    nodes, mass = (_quantiles(nu, v, few), mass) if v > 0 else (nu.atoms, nu.weights)
    population = np.maximum(nodes - nu.mean + b, 1e-12 * b)
    found = SampleCovariance(population, mass, ratio=k / D).quantile(1 - few)
    odds = -logit(few)
    spacing = np.gradient(found, odds) / (k * few * (1 - few))
    deviation = np.sqrt(_counts(nu, v + b**2 * k / D, k, odds)) * spacing
    level = -logit((np.arange(k) + 0.5) / k)
    mean = np.interp(level, odds, found) + nu.mean - b
    return Ordered(mean, np.hypot(np.interp(level, odds, deviation), np.sqrt(common)))


def _quantiles(nu: Diagonal, v: float, above: Array) -> Array:
    """Quantiles of ν ⊞ semicircle at probabilities above, ascending."""
    a, b = _subordination(nu, v)
    x, level = _curve(nu, v, a + 1j * b)
    return np.interp(-logit(above), -logit(level[::-1]), x[::-1])


def _counts(nu: Diagonal, v: float, k: int, odds: Array) -> Array:
    """Variance of the number of eigenvalues above, at log-odds ``odds`` of lying below."""
    nearer = np.maximum(k * expit(-np.abs(odds)), 1)
    counts = (np.log(nearer) + 2.84) / np.pi**2
    if not nu.drawn:
        return counts
    a, b = _subordination(nu, v)
    omega = a + 1j * b
    _, above = _curve(nu, v, omega)
    arg = np.angle(omega[:, None] - nu.atoms) / np.pi
    arg -= (arg @ nu.weights)[:, None]
    t = nu.atoms - nu.mean
    along = (arg @ (nu.weights * t)) ** 2 / max(nu.weights @ t**2, np.finfo(float).tiny)
    variance = np.maximum(arg**2 @ nu.weights - along, 0)
    return counts + k * np.interp(-odds, logit(above), variance)


def _curve(nu: Diagonal, v: float, omega: NDArray[np.complex128]) -> tuple[Array, Array]:
    """``x`` and the probability above it at each ω, within (0, 1)."""
    w = omega[:, None] - nu.atoms
    G = (1 / w) @ nu.weights
    above = (np.log(w) @ nu.weights + v * G**2 / 2).imag / np.pi
    tiny = np.finfo(float).tiny
    return omega.real + v * G.real, np.clip(above, tiny, 1 - np.finfo(float).epsneg)


def _subordination(nu: Diagonal, v: float) -> tuple[Array, Array]:
    """``a``, descending, and ``b`` over the support, by bisection in ln b; b ≤ √v."""
    reach = np.sqrt(v)
    even = np.linspace(nu.atoms[0] + reach, nu.atoms[-1] - reach, GRID + 2)[1:-1]
    a = np.sort(np.r_[even, nu.atoms])[::-1]
    squares = (a[:, None] - nu.atoms) ** 2
    low, high = np.full(a.size, SHALLOW), np.zeros(a.size)
    for _ in range(40):
        middle = (low + high) / 2
        inside = v * (1 / (squares + (v * np.exp(2 * middle))[:, None]) @ nu.weights) > 1
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    keep = low > SHALLOW
    return a[keep], reach * np.exp((low + high)[keep] / 2)
