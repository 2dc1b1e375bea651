"""The law of H as a free sum of those of G and K, against H as it is measured."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from figures.judge.levels import Prediction
from theory.arrays import Array
from theory.free_addition import Atoms, FreeSum, Law, Semicircle
from theory.levels import LEVELS
from theory.records.record import variable

SUMS = ("measured", "G ⊞ K", "G ⊞ semicircle", "predicted G ⊞ K")
CLEARLY = 0.01  # of λ_max(G): an eigenvalue of H below minus that is clearly negative


def free_sums(point: xr.Dataset, levels: Mapping[str, Prediction]) -> xr.Dataset:
    """``hessian_top``, ``hessian_bottom`` and ``hessian_negative`` along the axis ``sum``.

    ``measured`` is H on the measured examples; the others are free sums: of the measured spectrum
    of G and K's law on held-out examples, or a semicircle of its mean and variance in its place;
    and of the G that the last level predicts. Also ``freeness`` and its error.

    Parameters
    ----------
    point
        One epoch of a record with the group ``addition``.
    levels
        Predictions of G.
    """
    D = int(point.weights)
    K = quadrature(point, "curvature")
    G = spectrum(point.eigenvalues.values, D=D)
    model = levels[list(LEVELS)[-1]].model
    sums = (
        FreeSum(G, K),
        FreeSum(G, Semicircle(K.variance**0.5, mean=K.mean) if K.width else K),
        FreeSum(spectrum(model.eigenvalues, D=D), K),
    )
    threshold = -CLEARLY * float(point.eigenvalues[0])
    H = quadrature(point, "hessian")
    rows = [(H.positions[-1], H.positions[0], H.weights[H.positions <= threshold].sum())]
    rows += [(each.ends[1], each.ends[0], each.cdf([threshold])[0]) for each in sums]
    columns: list[Array] = list(np.array(rows, dtype=float).T)
    names = ("hessian_top", "hessian_bottom", "hessian_negative")
    found = {
        name: variable(name, column, dims=("sum",))
        for name, column in zip(names, columns, strict=True)
    }
    found |= {name: variable(name, float(point[name])) for name in ("freeness", "freeness_error")}
    return xr.Dataset(found, coords={"sum": list(SUMS)})


def quadrature(point: xr.Dataset, of: str) -> Atoms:
    """The mean of the probes' quadratures, ``of`` the Hessian or its curvature term."""
    nodes, weights = (point[f"{of}_{name}"].values.ravel() for name in ("nodes", "weights"))
    kept = weights > 1e-12  # a probe that ended early is filled up with zeros
    return Atoms(nodes[kept], weights[kept])


def spectrum(eigenvalues: Array, *, D: int) -> Law:
    """Of a matrix of D dimensions with these eigenvalues, the others 0."""
    count = min(D, len(eigenvalues))
    zeros = max(D - count, 0)
    return Atoms(
        np.r_[eigenvalues[:count], np.zeros(min(zeros, 1))],
        np.r_[np.ones(count), [zeros] * min(zeros, 1)],
    )
