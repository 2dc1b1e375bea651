"""The limiting spectrum of a sample covariance matrix, for any population."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import checks
from theory.arrays import Array
from theory.bulk import curve, edges, free_cumulants, kernels, population, roots


class _Edges(NamedTuple):
    """Edges in ``u`` and, as high and low parts, in ``x``; shape (m, 2) each."""

    u: Array
    x: Array
    x_low: Array


@dataclass(frozen=True, eq=False)
class SampleCovariance:
    r"""Limiting law of the eigenvalues of ``(1/M) X Xᵀ`` for n rows and M independent columns.

    The covariance of a column has eigenvalues ``t_i`` in proportions ``w_i``, and ``n, M → ∞``
    with ``n/M = ratio`` (Marchenko and Pastur 1967; Silverstein and Choi 1995). With ``u = -1/m``,
    m the Stieltjes transform of the M×M companion,
    ``x(u) = u (1 + ratio Σ_i w_i t_i / (u - t_i))``: the support is where its root over x is not
    real. Derived in docs/theory/bulk.md. Off zero, the companion (a D×D Hessian whose N·C rows
    have these population eigenvalues) has ``ratio`` times this density.

    Parameters
    ----------
    atoms : shape (n,)
        Population eigenvalues ``t_i >= 0``, not all zero.
    weights : shape (n,)
        Their relative weights; equal by default.
    ratio
        Dimension over samples ``n/M``, positive.

    Raises
    ------
    InputError
        If an atom, a weight or the ratio is out of these bounds; if no positive atom has weight;
        if the positive atoms span a factor above 1e100; or if one has ``ratio × weight < 1e-24``
        (its interval would be narrower than rounding).
    ConvergenceError
        By a method, if a root does not settle; no population is known where it happens.

    Examples
    --------
    >>> law = SampleCovariance([1.0], ratio=0.25)
    >>> law.edges()
    array([[0.25, 2.25]])
    >>> float(law.density(1.25).round(6))
    0.509296
    """

    atoms: ArrayLike
    weights: ArrayLike | None = None
    _: KW_ONLY
    ratio: float

    def __post_init__(self) -> None:
        ratio = checks.real("ratio", self.ratio, low=0, strict=True)
        atoms, weights = population.check(self.atoms, self.weights, ratio=ratio)
        for name, value in (("atoms", atoms), ("weights", weights), ("ratio", ratio)):
            object.__setattr__(self, name, value)

    @property
    def mass_at_zero(self) -> float:
        """Mass of the atom at zero, ``1 - min(1/ratio, weight of the positive atoms)``."""
        return 1.0 - min(1.0 / self.ratio, 1.0 - self._null_weight)

    def edges(self) -> Array:
        """Support intervals of the continuous part, ascending; shape (m, 2).

        They are the images of the real u with ``x'(u) = 0``, to the last digit. The lowest edge
        is zero where ``ratio`` times the weight of the positive atoms is one to rounding. A gap
        that rounding closes is closed.
        """
        return self._edges.x * self._population.scale

    def masses(self) -> Array:
        """Share of the M×M companion's eigenvalues in each interval of ``edges``, shape (m,).

        The population's atoms between the real u of an interval's ends; ``ratio`` times that of
        the law itself.
        """
        return -np.diff(self._above)

    def density(self, x: ArrayLike) -> Array:
        """Density at ``x``, zero off the support; it integrates to ``1 - mass_at_zero``.

        ``Im(-1/u)/(π ratio)`` at the root u of ``x(u) = x`` in the upper half-plane, to 1e-11 of
        the peak, edges included. Where the lowest edge is zero it grows as ``x^{-1/2}`` there.

        Parameters
        ----------
        x : shape (...)
            Eigenvalues, finite, in the units of the atoms.
        """
        shape, flat = _points("x", x)
        a, b = self._curve(flat)
        off = b == 0
        rho = b / np.where(off, 1.0, a * a + b * b)
        return (rho / (math.pi * self.ratio * self._population.scale)).reshape(shape)

    def cdf(self, x: ArrayLike) -> Array:
        """Probability of an eigenvalue at most ``x``, the atom at zero included.

        In closed form, ``1 - cdf = (1/(π ratio)) [(1 - ratio) arg u + ratio Σ_i w_i
        (arg(u - t_i) - t_i b/|u - t_i|²)]`` with ``b = Im u``; in a gap, the weight of the atoms
        above it.

        Parameters
        ----------
        x : shape (...)
            Eigenvalues, finite, in the units of the atoms.
        """
        shape, flat = _points("x", x)
        a, b = self._curve(flat)
        above = self._above[np.searchsorted(self.edges()[:, 1], flat, side="right")]
        kernels.masses_above(a, b, self._population.t, self._population.p, above)
        out = np.clip(1.0 - above / self.ratio, self.mass_at_zero, 1.0)
        return np.where(flat < 0, 0.0, out).reshape(shape)

    def quantile(self, q: ArrayLike) -> Array:
        """The smallest x with ``cdf(x) >= q``; zero up to ``mass_at_zero``.

        Where q is the value of the cdf in a gap, to rounding, this is the gap's lower end.

        Parameters
        ----------
        q : shape (...)
            Probabilities in [0, 1].

        Raises
        ------
        InputError
            If a probability lies outside [0, 1].
        """
        shape, flat = _points("q", q)
        if flat.min() < 0 or flat.max() > 1:
            raise checks.InputError(f"q must lie in [0, 1], got {flat.min():g}..{flat.max():g}")
        population, edges, above = self._population, self._edges, self._above
        mass = (1.0 - flat) * self.ratio
        rounding = 1e-14 * above[0]
        interval = np.searchsorted(-above[1:], -mass - rounding)
        out = edges.x[interval, 1]
        bottom = mass >= above[0] - rounding
        inside = ~bottom & (mass > above[1 + interval])
        part = np.empty(int(inside.sum()))
        atoms = (population.t, population.p, population.c)
        _settled(curve.places(mass[inside], interval[inside], edges.u, edges.x, *atoms, part))
        out[inside] = part
        out[bottom] = 0.0 if self.mass_at_zero > 0 else edges.x[0, 0]
        return (out * population.scale).reshape(shape)

    def stieltjes(self, z: ArrayLike) -> NDArray[np.complex128]:
        """Stieltjes transform ``∫ dF(x)/(x - z)`` of the law, its atom at zero included.

        ``-(u/z) Σ_i w_i/(u - t_i)`` over all atoms, at the root u of ``x(u) = z`` that belongs to
        z: in the same half-plane, or in the same gap of the support.

        Parameters
        ----------
        z : shape (...)
            Points off the support, real or complex.

        Raises
        ------
        InputError
            If a real z lies on the support or on the atom at zero.
        """
        population = self._population
        shape, flat = np.shape(z), np.ravel(np.asarray(z, dtype=np.complex128))
        x = checks.array("z", flat.real, ndim=1) / population.scale
        y = checks.array("z", flat.imag, ndim=1) / population.scale
        real = y == 0
        u = np.empty(x.size, dtype=np.complex128)
        u[real] = self._real_line(x[real])
        a, b = np.empty((2, int((~real).sum())))
        _settled(roots.upper_plane(x[~real], np.abs(y[~real]), *population.law, a, b))
        u[~real] = a + 1j * b
        sums = np.empty((u.size, 2))
        kernels.weighted_resolvent(u.real, u.imag, population.t, population.p, sums)
        upper = x + 1j * np.abs(y)
        zero = upper == 0
        upper[zero] = 1.0
        factor = u / upper
        if zero.any():
            factor[zero] = 1.0 / (1.0 - (population.p / population.t).sum())
        out = -factor / self.ratio * (sums[:, 0] + 1j * sums[:, 1]) - self._null_weight / upper
        out.imag[y < 0] *= -1
        return (out / population.scale).reshape(shape)

    def root(self, x: ArrayLike) -> NDArray[np.complex128]:
        """The root ``u`` of ``x(u) = x`` in the upper half-plane, over x; nan off the support.

        ``-1/u`` is the boundary value of the companion's Stieltjes transform.

        Parameters
        ----------
        x : shape (...)
            Eigenvalues, finite, in the units of the atoms.
        """
        shape, flat = _points("x", x)
        a, b = self._curve(flat)
        return np.where(b > 0, (a + 1j * b) * self._population.scale, np.nan).reshape(shape)

    def moments(self, order: int) -> Array:
        """Moments ``∫ x^k dF(x)``, ``k = 1 … order``; shape (order,).

        From the companion's free cumulants ``ratio Σ_i w_i t_i^k``; all terms are positive.

        Parameters
        ----------
        order
            Highest power, at least 1.
        """
        order = checks.integer("order", order, low=1)
        population = self._population
        cumulants = population.t ** np.arange(order)[:, None] @ population.p
        scales = population.scale ** np.arange(1.0, order + 1)
        return free_cumulants.moments(cumulants) / self.ratio * scales

    @cached_property
    def _population(self) -> population.Population:
        return population.prepare(
            np.asarray(self.atoms), np.asarray(self.weights), ratio=self.ratio
        )

    @cached_property
    def _edges(self) -> _Edges:
        t, p, p_low, c, _ = self._population.law
        u, x, x_low = np.empty((3, t.size, 2))
        m = edges.support(t, p, p_low, c, u, x, x_low)
        if self._population.hard:
            u[0, 0] = x[0, 0] = x_low[0, 0] = 0.0
        _settled(int(np.isnan(x[[0, m - 1], [0, 1]]).sum()))
        return _Edges(u[:m], x[:m], x_low[:m])

    @cached_property
    def _above(self) -> Array:
        """Companion mass above zero, then above each interval."""
        t, mass = self._population.t, self._population.p / self._population.t
        tail = np.r_[mass[::-1].cumsum()[::-1], 0.0]
        return np.r_[min(1.0, tail[0]), tail[np.searchsorted(t, self._edges.u[:, 1])]]

    @cached_property
    def _null_weight(self) -> float:
        """Weight of the population's atoms at zero."""
        atoms, weights = np.asarray(self.atoms), np.asarray(self.weights)
        return float(weights[atoms == 0].sum() / weights.sum())

    def _curve(self, x: Array) -> tuple[Array, Array]:
        """``u = a + ib`` over each x, in units of the scale; ``b = 0`` off the support."""
        population, edges = self._population, self._edges
        order = np.argsort(x, kind="stable")
        a, b = np.zeros((2, x.size))
        _settled(curve.curve(x[order] / population.scale, *edges, *population.law, a, b))
        out = np.empty((2, x.size))
        out[:, order] = a, b
        return out[0], out[1]

    def _real_line(self, x: Array) -> Array:  # the real u over each x, in units of the scale
        population, edges = self._population, self._edges
        gap = np.searchsorted(edges.x[:, 1], x)
        on = np.r_[edges.x[:, 0], np.inf][gap] <= x
        on |= (x == 0) & (self.mass_at_zero > 0)
        if on.any():
            raise checks.InputError(
                "z must lie off the support and off the atom at zero, "
                f"got {x[on][0] * population.scale:g}"
            )
        low = np.where(gap == 0, x - population.p.sum() - 1.0, edges.u[gap - 1, 1])
        high = np.where(gap == len(edges.x), x, edges.u[gap % len(edges.x), 0])
        u = np.empty_like(x)
        _settled(roots.real_line(x, low, high, *population.law, u))
        return u


def _points(name: str, value: ArrayLike) -> tuple[tuple[int, ...], Array]:
    """Shape and flat copy of finite numbers of any shape."""
    shape = np.shape(value)
    return shape, checks.array(name, np.ravel(value), ndim=1)


def _settled(failures: int) -> None:
    if failures:
        raise checks.ConvergenceError(f"the bulk law did not converge at {failures} points")
