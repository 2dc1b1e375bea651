"""The outlier equation with anisotropic noise: poles of the resolvent above the bulk."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import optimize

from theory.arrays import Array
from theory.bulk.separable_covariance import SeparableLaw
from theory.models.outlier_equation import interpolant
from theory.models.separable.examples import Examples, between
from theory.models.separable.weights import Weights

MAX_WEIGHTS = 2000  # along which means have components, for T to be diagonalised off their span


class Solved(NamedTuple):
    """Outliers, descending, and what is known of their eigenvectors w; the first axis counts them.

    Attributes
    ----------
    v, position
        Roots v, and eigenvalues ``z(v)``.
    residue : shape (k, R)
        ``(w·cᵀx)² ≃ (residue·x)²`` for x of length R.
    overlap
        Squared length of w in the span of the means.
    noise
        ``wᵀ T w``.
    weight_variance, example_variance
        The noise's variance on its two sides along the part of w that is not random: ``wᵀ T w``
        and ``-(v²/z) wᵀ cᵀ (dT_A/dv) c w``.
    """

    v: Array
    position: Array
    residue: Array
    overlap: Array
    noise: Array
    weight_variance: Array
    example_variance: Array


class _Point(NamedTuple):
    """The equivalents at one real v beyond all atoms."""

    v: float
    S: Array
    S_slope: Array
    a: float
    a_slope: float
    z: float


def bulk(examples: Examples, weights: Weights) -> SeparableLaw:
    """The law of the bulk.

    It is that of T off the span of the means where they leave the bulk, which they do if more
    directions rise above that bulk than T alone would lift. The mean of those eigenvalues stands
    for each direction of the span, which is exact for isotropic T.
    """
    b, b_count = examples.atoms()
    law = SeparableLaw(b, b_count, np.ones(1), np.ones(1)).with_t(weights.every)
    rank, inside = weights.span.shape
    isotropic = np.ptp(weights.every) == 0
    if rank == 0 or inside > MAX_WEIGHTS or rank + 1 >= weights.D or isotropic:
        return law
    rest = weights.off_span()
    off = law.with_t(np.append(rest, np.full(rank, rest.mean())))
    T_A, a = examples.T_A(off.edge)
    S = between(weights.along, T_A)
    z = off.z(off.edge, a.real)
    lifted, alone = (
        np.sum(np.linalg.eigvalsh(weights.schur(X, a.real, z)[0]) > 0) for X in (S, 0 * S)
    )
    return off if lifted > alone else law


def solve(examples: Examples, weights: Weights, law: SeparableLaw) -> Solved:
    """The outliers above the law's upper edge, descending.

    Raises
    ------
    ConvergenceError
        If the interpolation of S misses its tolerance.
    """
    if len(weights.span) == 0:
        return _none(weights)

    def S(v: float) -> tuple[Array, float]:
        T_A, a = examples.T_A(float(v))
        return between(weights.along, T_A), a.real

    S_edge, a = S(law.edge)
    at_edge = np.linalg.eigvalsh(weights.schur(S_edge, a, law.z(law.edge, a))[0])
    count = int((at_edge > 0).sum())
    if count == 0:
        return _none(weights)
    highest = a * weights.every.max() + np.linalg.eigvalsh(S_edge)[-1]
    far = law.edge
    while law.z(far, float(law.a(np.array(far))[0])) < highest:
        far *= 2
    series = interpolant(S, float(law.b[-1]), law.edge, far)

    def at(v: float) -> _Point:
        matrix, slope, (a,), (a_slope,) = series(np.array([v]))
        z = law.z(v, float(a))
        shape = S_edge.shape
        return _Point(v, matrix.reshape(shape), slope.reshape(shape), float(a), float(a_slope), z)

    def gap(v: float, rank: int) -> float:
        here = at(v)
        F, _ = weights.schur(here.S, here.a, here.z)
        return float(np.linalg.eigvalsh(F)[-1 - rank] / here.z)

    found = []
    for rank in range(count):
        root = optimize.root_scalar(
            gap, args=(rank,), bracket=(law.edge, far), xtol=1e-14 * law.edge, rtol=1e-13
        ).root
        found.append(_outlier(at(float(root)), rank, weights=weights, law=law))
    return Solved(*map(np.array, zip(*found, strict=True)))


def _outlier(here: _Point, rank: int, *, weights: Weights, law: SeparableLaw) -> Solved:
    """The outlier at a root, an array of no axis each."""
    v, z, T = here.v, here.z, weights.T
    z_slope = law.slope(v, here.a, here.a_slope, z)
    F, V = weights.schur(here.S, here.a, z)
    y = np.linalg.eigh(F)[1][:, -1 - rank]
    turned = (np.linalg.solve(V, y) @ weights.span / (z - here.a * T)) ** 2
    pulled = weights.along @ y
    shrinking = -y @ here.S_slope @ y
    kept = z_slope / (turned @ (z_slope - here.a_slope * T) + shrinking)
    t = weights.every
    rest = t / (z - here.a * t) ** 2  # how the random part of w lies along the weights
    rest *= (1 - kept * turned.sum()) / rest.sum()
    return Solved(
        v=np.array(v),
        position=np.array(z),
        residue=np.sqrt(kept) * pulled,
        overlap=kept + np.sum(weights.span**2 @ rest[: len(T)]),
        noise=kept * turned @ T + rest @ t,
        weight_variance=kept * turned @ T,
        example_variance=kept * shrinking * v**2 / z,
    )


def _none(weights: Weights) -> Solved:
    none = np.empty(0)
    return Solved(none, none, np.empty((0, len(weights.means))), none, none, none, none)
