"""How equal or near outliers split: ordered eigenvalues of small random matrices, averaged."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from theory.arrays import Array
from theory.spread.mean_share import Rest
from theory.streams import stream

MOST_DRAWN = 64  # dimensions up to which matrices are drawn
DEGENERATE = 1e-9  # of the largest position, within which two are one
MOST_MATRIX = 400  # where each has a class of its own


@dataclass(frozen=True, eq=False)
class Ordered:
    """Mean and standard deviation of each ordered eigenvalue, descending."""

    mean: Array
    std: Array


NONE = Ordered(np.empty(0), np.empty(0))


def draws(k: int) -> int:
    """Number of matrices of k dimensions to average over."""
    return int(np.clip(2**16 // k**2, 128, 4096))


def ordered(matrices: Array, *, rank: int) -> Ordered:
    """The ``rank`` largest eigenvalues of matrices ``(draws, k, k)``, averaged."""
    values = np.linalg.eigvalsh(matrices)[:, ::-1][:, :rank]
    return Ordered(values.mean(axis=0), values.std(axis=0))


def orthogonal_gaussian(k: int) -> Array:
    """Draws of the GOE with variances 1 off and 2 on the diagonal, ``(draws, k, k)``."""
    normal = stream(0, "splitting", "goe").standard_normal((draws(k), k, k))
    return (normal + normal.transpose(0, 2, 1)) / np.sqrt(2)


def around(position: Array, variance: Array) -> Ordered:
    """Ordered eigenvalues of ``diag(position)`` plus a GOE-like matrix of these variances.

    ``variance (k, k)`` is that of the entries off the diagonal, those on it have twice theirs. More
    than 64 keep their positions and take the diagonal's deviation alone.
    """
    k = len(position)
    if k == 0:
        return NONE
    if k > MOST_DRAWN:
        return Ordered(position, np.sqrt(2 * np.diag(variance)))
    return ordered(_around(position, variance), rank=k)


def shares(
    position: Array, variance: Array, amplitude: Array, added: Array, *, rest: Rest
) -> Ordered:
    """Shares of a vector on the ordered eigenvectors of such matrices.

    The vector's component along direction i is ``amplitude[i]`` plus a Gaussian of variance
    ``added[i]``, and ``rest`` the square of what it has elsewhere. More than 64 directions do not
    mix. The sign of a component changes nothing, nor does another basis of directions of one
    position.
    """
    k = len(position)
    if k == 0:
        return NONE
    noise = stream(0, "splitting", "shares").standard_normal((draws(k), k))
    along = _lengths(position, amplitude) + np.sqrt(added) * noise
    gamma = stream(0, "splitting", "rest").standard_gamma(rest.nu / 2, draws(k))
    elsewhere = rest.fixed + rest.random * 2 / rest.nu * gamma
    whole = (along**2).sum(axis=1) + elsewhere
    if k <= MOST_DRAWN:
        frames = np.linalg.eigh(_around(position, variance))[1][:, :, ::-1]
        along = np.einsum("nij,ni->nj", frames, along)
    each = along**2 / whole[:, None]
    return Ordered(each.mean(axis=0), each.std(axis=0))


def _lengths(position: Array, amplitude: Array) -> Array:
    """Components of the vector in bases that depend on the spaces of equal positions alone."""
    apart = np.abs(np.diff(position)) > DEGENERATE * np.abs(position).max()
    space = np.concatenate(([0], np.cumsum(apart)))
    return np.sqrt(np.bincount(space, amplitude**2) / np.bincount(space))[space]


def _around(position: Array, variance: Array) -> Array:
    """``diag(position)`` plus draws of the GOE-like matrix of these variances, (draws, k, k)."""
    return np.diag(position) + np.sqrt(variance) * orthogonal_gaussian(len(position))


@lru_cache(maxsize=2)
def wishart_factor(k: int, *, D: int, count: int | None = None) -> Array:
    """Draws of Bartlett's factor L, ``L Lᵀ = X Xᵀ/D`` with X (k, D) standard Gaussian.

    Scaled to the exact mean trace, and kept for the next call. ``count`` is their number, by
    default ``draws(k)``.
    """
    rng = stream(0, "splitting", "means")
    count = draws(k) if count is None else count
    L = np.tril(rng.standard_normal((count, k, k)), -1)
    freedom = np.maximum(D - np.arange(k), 0)
    L[:, np.arange(k), np.arange(k)] = np.sqrt(2 * rng.standard_gamma(freedom / 2, (count, k)))
    L[:, :, min(D, k) :] = 0
    L *= np.sqrt(k / np.einsum("nij,nij->n", L, L).mean())
    L.setflags(write=False)
    return L


def wishart_around(position: Array, b: Array, *, D: int) -> Ordered:
    """Ordered eigenvalues of ``diag(position) + √b (W - I) √b``, W Wishart of D over D."""
    k = len(position)
    L = np.sqrt(b)[:, None] * wishart_factor(k, D=D)
    return ordered(np.diag(position - b) + L @ L.transpose(0, 2, 1), rank=k)
