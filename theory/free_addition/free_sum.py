"""The spectrum of ``A + U B Uᵀ``, U a random rotation: free additive convolution of two laws."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from theory import checks
from theory.arrays import Array
from theory.free_addition import gaps
from theory.free_addition.law import Complex, Law
from theory.free_addition.subordination import subordination

FAR = 1e-5  # of |g| times the width: below it K - 1/g is its series, mean + variance g


class Outliers(NamedTuple):
    """Eigenvalues off the support, descending, shape (k,): see ``FreeSum.outliers``."""

    position: Array
    overlap: Array
    strength: Array


class FreeSum:
    r"""The law of the eigenvalues of ``A + B``, for A and B large and free.

    Free are matrices whose eigenvectors lie at random to each other, as A and ``U B Uᵀ`` with U
    uniform on the rotations (Voiculescu 1991). The law depends on the two laws alone. With
    subordination functions ``ω_1 + ω_2 = z + F(z)``, ``F = F_1(ω_1) = F_2(ω_2)``, ``F = 1/G``
    (Biane 1998; Belinschi and Bercovici 2007). Derived in docs/theory/addition.md.

    Parameters
    ----------
    first, second
        Laws of A and B: ``Atoms`` (eigenvalues), ``GridDensity``, ``Semicircle``, ``Transform``.

    Raises
    ------
    ConvergenceError
        By a method, if a root is not found.

    Examples
    --------
    Two fair coins make the arcsine law, ``1/(π √(4 - x²))``:

    >>> from theory.free_addition import Atoms, FreeSum, Semicircle
    >>> coin = Atoms([-1.0, 1.0])
    >>> law = FreeSum(coin, coin)
    >>> law.edges.round(9), law.density([0.0, 1.0]).round(6)
    (array([[-2.,  2.]]), array([0.159155, 0.183776]))

    An eigenvalue 2 of A among noise of semicircle law is seen at ``2 + 1/2``:

    >>> FreeSum(Atoms([0.0]), Semicircle(1.0)).outliers([2.0]).position
    array([2.5])
    """

    def __init__(self, first: Law, second: Law) -> None:
        self.first, self.second = first, second

    @cached_property
    def edges(self) -> Array:
        """Support intervals ``(m, 2)`` of the continuous part, ascending.

        Raises
        ------
        InputError
            If the laws have more than 10⁴ pairs of gaps; ``ends`` is known all the same.
        """
        return gaps.support(self.first, self.second)

    @cached_property
    def ends(self) -> tuple[float, float]:
        """Lowest and highest point of the support."""
        return gaps.ends(self.first, self.second)

    @cached_property
    def atoms(self) -> tuple[Array, Array]:
        """Positions and masses of the atoms: two whose masses exceed 1 together leave the excess.

        Bercovici and Voiculescu 1998.
        """
        (x1, w1), (x2, w2) = self.first.atoms, self.second.atoms
        mass = w1[:, None] + w2 - 1
        some = mass > 1e-12
        return (x1[:, None] + x2)[some], mass[some]

    def cauchy(self, z: ArrayLike) -> Complex:
        """``G(z) = ∫ dμ(x)/(z - x)`` at z above the real line, or on it: the limit from above.

        Parameters
        ----------
        z : any shape
            Complex, with imaginary part of at least 0.

        Raises
        ------
        InputError
            If z lies below the real line or is not finite.
        """
        at: Complex = np.asarray(z, dtype=np.complex128)
        if not np.isfinite(at).all() or (at.imag < 0).any():
            raise checks.InputError("z must be finite and not below the real line")
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            return (1 / self._reciprocal(at.ravel())[0]).reshape(at.shape)

    def density(self, x: ArrayLike) -> Array:
        """Density of the continuous part at x, per unit of x.

        ``-Im G/π``, to 1e-12 of its scale, but for ``1e-6`` at the edges, where it has an infinite
        slope.

        Parameters
        ----------
        x : any shape
            Eigenvalues at which to evaluate.

        Raises
        ------
        InputError
            If x is not finite.
        """
        G = self.cauchy(checks.array("x", np.ravel(x), ndim=1))
        return np.maximum(np.nan_to_num(-G.imag), 0.0).reshape(np.shape(x)) / np.pi

    def cdf(self, x: ArrayLike) -> Array:
        r"""Mass at or below x, in closed form.

        ``1 - Im[L_1(ω_1) + L_2(ω_2) - log F]/π`` with ``L = ∫ log(z - x) dμ(x)``, whose derivative
        along z is G. An atom at x counts for half.

        Parameters
        ----------
        x : any shape
            Eigenvalues at which to evaluate.

        Raises
        ------
        InputError
            If x is not finite, or a law does not know its L.
        """
        flat = checks.array("x", np.ravel(x), ndim=1)
        F, omega1, omega2 = self._reciprocal(flat.astype(np.complex128))
        logs = self.first.log_potential(omega1), self.second.log_potential(omega2)
        if logs[0] is None or logs[1] is None:
            raise checks.InputError("first and second must know ∫ log(z - x), to give the cdf")
        above = (logs[0] + logs[1]).imag - np.angle(F)
        return (1 - above / np.pi).clip(0, 1).reshape(np.shape(x))

    def outliers(self, strength: ArrayLike) -> Outliers:
        r"""Outliers of the sum from a few eigenvalues that A has besides its law.

        An eigenvalue θ of A off its support is seen where ``ω_1(x) = θ`` off the sum's support: at
        ``x = θ + ω_2 - F`` with ``F_2(ω_2) = F = F_1(θ)``, once for each gap of B's law that holds
        such an ``ω_2`` and leaves x off the support, ``ω_1' > 0``. Its eigenvector has the squared
        overlap ``1/ω_1'(x)`` with that of θ (Capitaine 2013; Belinschi, Bercovici, Capitaine and
        Février 2017). For eigenvalues of B, exchange the two.

        Parameters
        ----------
        strength : shape (k,)
            Eigenvalues θ of A.

        Returns
        -------
        Outliers
            Position, overlap and the θ that each comes from; fewer or more than k.

        Raises
        ------
        InputError
            If one lies on the support of A's law.
        """
        theta = checks.array("strength", np.ravel(strength), ndim=1)
        low, high = self.first.support.T
        on = ((theta[:, None] >= low) & (theta[:, None] <= high)).any(axis=1)
        if on.any():
            raise checks.InputError(
                f"strength must lie off the support of the first law, got {theta[on][0]:g}"
            )
        G, slope = (each.real for each in self.first.cauchy(theta.astype(np.complex128)))
        count = len(self.second.gaps)
        which, gap = (each.ravel() for each in np.indices((theta.size, count)))
        K, fall = self.second.inverse(G[which], gap)
        g, own = G[which], 1 / -slope[which]
        shift = K - 1 / np.where(g == 0, 1, g)
        rest = fall - 1 / np.where(g == 0, 1, g) ** 2
        far = np.abs(g) * (self.second.width or 1.0) < FAR
        outermost = np.where(g >= 0, gap == count - 1, gap == 0)
        shift = np.where(far & outermost, self.second.mean + self.second.variance * g, shift)
        rest = np.where(far & outermost, -self.second.variance, rest)
        overlap = (own + rest) / own
        kept = np.flatnonzero(overlap > 0)  # nan where the gap has no such point
        position = theta[which] + shift
        kept = kept[np.argsort(-position[kept], kind="stable")]
        return Outliers(position[kept], overlap[kept], theta[which[kept]])

    def moments(self, count: int) -> Array:
        """``∫ x^k dμ(x)`` for k from 1 to ``count``: free cumulants add.

        With ``M(z) = 1 + Σ m_k z^k`` they are the ``κ_k`` of ``M = 1 + Σ κ_k (zM)^k``.

        Raises
        ------
        InputError
            If count is below 1.
        """
        checks.integer("count", count, low=1)
        total = sum(_cumulants(law.moments(count)) for law in (self.first, self.second))
        return _moments(np.asarray(total))

    def _reciprocal(self, z: Complex) -> tuple[Complex, Complex, Complex]:
        """``F``, ``ω_1`` and ``ω_2``; + 0.0 takes the sign off a zero imaginary part."""
        omega1, omega2 = subordination(self.first, self.second, z)
        return omega1 + omega2 - z + 0.0, omega1 + 0.0, omega2 + 0.0


def _cumulants(moments: Array) -> Array:
    kappa = np.zeros(moments.size)
    for n in range(moments.size):
        kappa[n] = moments[n] - _term(kappa, moments, n)
    return kappa


def _moments(kappa: Array) -> Array:
    moments = np.zeros(kappa.size)
    for n in range(kappa.size):
        moments[n] = kappa[n] + _term(kappa, moments, n)
    return moments


def _term(kappa: Array, moments: Array, n: int) -> float:
    """Coefficient of ``z^{n+1}`` in ``Σ_{k<=n} κ_k (zM)^k``, of the moments below ``m_{n+1}``."""
    M = np.r_[1.0, moments[:n], 0.0]
    power, total = np.r_[1.0, np.zeros(n + 1)], 0.0
    for k in range(n):
        power = np.convolve(power, np.r_[0.0, M])[: n + 2]
        total += kappa[k] * power[n + 1]
    return total
