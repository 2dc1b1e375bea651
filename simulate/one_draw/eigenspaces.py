"""The weight space of one draw: coordinates that the means fill, and the noise's other dimensions.

Within an eigenspace of the noise's weight covariance T no direction is preferred. It can be turned
until the R means fill its first coordinates, at most R; of the others only their number counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulate.one_draw.draws import gaussian_rows, over_classes
from theory import Params, checks
from theory.arrays import Array
from theory.bulk import power_law

RANK_TOLERANCE = 1e-12  # directions of Gamma below this share of its largest eigenvalue are none


@dataclass(frozen=True, eq=False)
class Axes:
    """``means (R, q)``, noise ``spread (q,)`` there, ``rest``: (deviation, dimension) elsewhere."""

    means: Array
    spread: Array
    rest: tuple[tuple[float, int], ...]


def isotropic(Gamma: Array, *, sigma_E: float, D: int) -> Axes:
    """All of weight space as one eigenspace; the means enter by their Gram matrix alone.

    Raises
    ------
    InputError
        If the rank of Gamma is above D.
    """
    means = _coordinates(Gamma)
    q = means.shape[1]
    if q > D:
        raise checks.InputError(f"Gamma must have rank at most D = {D}, got {q}")
    deviation = sigma_E / np.sqrt(D)
    return Axes(means, np.full(q, deviation), ((deviation, D - q),) if q < D else ())


def split(means: Array, *, variances: Array) -> Axes:
    """Weight space by the equal ones among the eigenvalues ``variances (D,)`` of T."""
    values, member, sizes = np.unique(variances, return_inverse=True, return_counts=True)
    small = (sizes <= len(means))[member]
    columns, spread, rest = [means[:, small]], [np.sqrt(variances[small])], []
    for i in np.flatnonzero(sizes > len(means)):
        part = means[:, member == i]
        turned = _coordinates(part @ part.T)
        deviation = float(np.sqrt(values[i]))
        columns.append(turned)
        spread.append(np.full(turned.shape[1], deviation))
        rest.append((deviation, int(sizes[i]) - turned.shape[1]))  # at least 1
    return Axes(np.concatenate(columns, axis=1), np.concatenate(spread), tuple(rest))


def drawn(params: Params, *, rng: np.random.Generator) -> Axes:
    """Weight space of a power-law T, with the means of ``params`` drawn in each eigenspace.

    Of the R means only the first R coordinates of a larger eigenspace are drawn, by Bartlett's
    factor, so that no vector is D long.
    """
    R = params.C if params.sigma_y == 0 else params.C**2
    T = power_law.eigenspaces(params.D, exponent=params.T_exponent, trace=params.sigma_E**2)
    columns, spread, rest = [], [], []
    for value, size in zip(T.values.tolist(), T.sizes.astype(int).tolist(), strict=True):
        columns.append(gaussian_rows(R, size, rng=rng))
        spread.append(np.full(min(R, size), np.sqrt(value)))
        if size > R:
            rest.append((float(np.sqrt(value)), size - R))
    rows = np.concatenate(columns, axis=1) / np.sqrt(params.D)
    means = over_classes(params, rows) if params.sigma_y > 0 else params.sigma_c * rows
    return Axes(means, np.concatenate(spread), tuple(rest))


def _coordinates(Gamma: Array) -> Array:
    """Vectors (R, rank) with the Gram matrix Gamma, in an orthonormal basis of their span."""
    power, direction = np.linalg.eigh(Gamma)
    kept = power > RANK_TOLERANCE * power[-1]
    return direction[:, kept] * np.sqrt(power[kept])
