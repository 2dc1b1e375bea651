"""The limiting spectrum of a sample covariance matrix, for any population."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import _bulk_kernels as kernels
from theory import checks

LIGHTEST = 1e-24  # ratio × weight below which the interval around an atom is not resolved
WIDEST = 1e100  # largest over smallest positive atom

Array = NDArray[np.float64]


class _Population(NamedTuple):
    """Distinct positive atoms in units of ``scale``, with ``p = ratio w t`` and ``c = p t``."""

    scale: float
    t: Array
    p: Array
    p_low: Array
    c: Array
    spread: float


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
    ``x(u) = u (1 + ratio Σ_i w_i t_i / (u - t_i))``. Derived in docs/theory/bulk.md.

    Parameters
    ----------
    atoms : shape (n,)
        Population eigenvalues ``t_i >= 0``, not all zero.
    weights : shape (n,)
        Their weights, normalised to one; equal by default.
    ratio
        Dimension over samples ``n/M``, positive.

    Raises
    ------
    InputError
        If an atom, a weight or the ratio is out of these bounds; if no positive atom has weight;
        if the positive atoms span a factor above 1e100; or if one has ``ratio × weight < 1e-24``
        (its interval would be narrower than rounding).

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
        atoms = _non_negative("atoms", self.atoms)
        if self.weights is None:
            weights = np.ones_like(atoms)
        else:
            weights = _non_negative("weights", self.weights)
            if weights.shape != atoms.shape:
                raise checks.InputError(
                    f"weights must have the shape of atoms, {atoms.shape}, got {weights.shape}"
                )
        positive = (atoms > 0) & (weights > 0)
        if not positive.any():
            raise checks.InputError("atoms must include a positive one with positive weight")
        heaviest = weights.max()
        lightest = ratio * (weights[positive].min() / heaviest) / (weights / heaviest).sum()
        if lightest < LIGHTEST:
            raise checks.InputError(
                f"weights of positive atoms must be at least {LIGHTEST:g}/ratio, "
                f"got ratio × weight = {lightest:g}"
            )
        if atoms[positive].min() < atoms.max() / WIDEST:
            raise checks.InputError(
                f"atoms must be zero or within a factor {WIDEST:g} of the largest, "
                f"got {atoms[positive].min():g}"
            )
        for array in (atoms, weights):
            array.setflags(write=False)
        object.__setattr__(self, "ratio", ratio)
        object.__setattr__(self, "atoms", atoms)
        object.__setattr__(self, "weights", weights)

    @cached_property
    def _population(self) -> _Population:
        atoms, weights = np.asarray(self.atoms), np.asarray(self.weights)
        order = np.argsort(atoms, kind="stable")
        order = order[(atoms[order] > 0) & (weights[order] > 0)]
        scale = math.ldexp(1.0, math.frexp(atoms[order[-1]])[1])
        unit = math.ldexp(1.0, math.frexp(weights.max())[1])
        weights = weights / unit
        total = math.fsum(weights)
        total_low = math.fsum([*weights, -total])
        t, p, p_low = np.empty((3, order.size))
        size = kernels.merge(
            atoms[order] / scale, weights[order], self.ratio, total, total_low, t, p, p_low
        )
        t, p, p_low = t[:size], p[:size], p_low[:size]
        return _Population(scale, t, p, p_low, p * t, 1.0 + math.sqrt((p / t).sum()))

    @cached_property
    def _edges(self) -> _Edges:
        population = self._population
        u, x, x_low = np.empty((3, population.t.size, 2))
        m = kernels.support(
            population.t, population.p, population.p_low, population.c, u, x, x_low
        )
        return _Edges(u[:m], np.maximum(x[:m], 0.0), x_low[:m])

    @property
    def mass_at_zero(self) -> float:
        """Mass of the atom at zero, ``1 - min(1/ratio, weight of the positive atoms)``."""
        atoms, weights = np.asarray(self.atoms), np.asarray(self.weights)
        positive = float(weights[atoms > 0].sum() / weights.sum())
        return 1.0 - min(1.0 / self.ratio, positive)

    def edges(self) -> Array:
        """Support intervals of the continuous part, ascending; shape (m, 2).

        They are the images of the real ``u`` with ``x'(u) = 0``, correctly rounded but for the
        last digit. Gaps below rounding are closed.
        """
        return self._edges.x * self._population.scale

    def density(self, x: ArrayLike) -> Array:
        """Density at ``x``, zero off the support; it integrates to ``1 - mass_at_zero``.

        ``Im(-1/u)/(π ratio)`` at the root u of ``x(u) = x`` in the upper half-plane, to 1e-11 of
        the interval's peak. Infinite at ``x = 0`` where ``ratio`` times the weight of the positive
        atoms is one.

        Parameters
        ----------
        x : shape (...)
            Eigenvalues, finite, in the units of the atoms.
        """
        shape, flat = _points("x", x)
        a, b = self._curve(flat)
        with np.errstate(invalid="ignore"):
            rho = np.where(b > 0, b / (a * a + b * b), 0.0)
        return (rho / (math.pi * self.ratio * self._population.scale)).reshape(shape)

    def _curve(self, x: Array) -> tuple[Array, Array]:
        """``u = a + ib`` over each x, in units of the scale; ``b = 0`` off the support."""
        population, edges = self._population, self._edges
        order = np.argsort(x, kind="stable")
        a, b = np.zeros((2, x.size))
        failures = kernels.curve(
            x[order] / population.scale, edges.u, edges.x, edges.x_low, *population[1:], a, b
        )
        if failures:
            raise ArithmeticError(f"the bulk law did not converge at {failures} points")
        out = np.empty((2, x.size))
        out[0, order], out[1, order] = a, b
        return out[0], out[1]


def _non_negative(name: str, value: ArrayLike) -> Array:
    """A copy of ``value (n)``, finite and non-negative."""
    out = checks.array(name, value, ndim=1).copy()
    if out.min() < 0:
        raise checks.InputError(f"{name} must be non-negative, got {out.min():g}")
    return out


def _points(name: str, value: ArrayLike) -> tuple[tuple[int, ...], Array]:
    """Shape and flat copy of finite numbers of any shape."""
    shape = np.shape(value)
    return shape, checks.array(name, np.ravel(value), ndim=1)
