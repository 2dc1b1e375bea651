"""Measured, predicted and sampled spectra of one network, side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import xarray as xr

from figures.fit import assembled, predictions
from figures.judge.levels import Prediction, parameters, residuals
from simulate.replicates import conditional
from theory import checks
from theory.arrays import Array
from theory.levels import ISOTROPIC, LEVELS
from theory.observables import CURVATURE

SAMPLED = ("eigenvalues", "gradient_power")
COSTLY = 10  # times fewer draws at a level of noise with a covariance: each takes 100 times as long
GRID = 400  # points of the bulk's density
COARSE = 5  # of them to one at which that of noise with a covariance is solved
LOWEST, HIGHEST = 1e-6, 1.5  # of the largest eigenvalue: where it is asked for
COUNTS = {"long_name": "predicted bulk eigenvalues per unit of ln λ", "units": "1"}


def compare(
    measured: xr.Dataset,
    *,
    seed: int,
    replicates: int = 20,
    workers: int = 1,
    progress: Callable[[int], object] | None = None,
) -> xr.Dataset:
    """What theory predicts and sampling draws for each epoch of a measured trajectory.

    Parameters
    ----------
    measured
        Record of ``empirical.trajectory`` with the groups ``observable_groups.COMPARED``.
    seed
        Root of the samples.
    replicates
        Draws for each epoch and level of isotropic noise; ``draws`` says how many at others.
    workers
        Threads that draw.
    progress
        Called with 1 after each prediction and draw.

    Returns
    -------
    xr.Dataset
        The measured observables under their own names, those that a level has no value of as NaN;
        all of ``figures.fit.fit``; ``predicted_counts`` (epoch, level, bin), the bulk per unit of
        ln λ on ``grid`` (epoch, bin); and ``sampled_eigenvalues``, ``sampled_gradient_power``
        (epoch, level, replicate, sampled_rank), NaN where a level has fewer.
    """
    checks.count("replicates", replicates, low=2)
    found = predictions(measured, progress=progress)
    predicted = assembled(measured, found)
    points: list[xr.Dataset] = []
    for epoch, each in zip(measured.epoch.values, found, strict=True):
        point = measured.sel(epoch=epoch)
        top = float(point.eigenvalues.max())
        grid = np.geomspace(LOWEST * top, HIGHEST * top, GRID)
        levels: list[xr.Dataset] = []
        for level in LEVELS:
            own = _sampled(
                point,
                each[level],
                level=level,
                seed=seed,
                replicates=draws(level, replicates=replicates),
                workers=workers,
                progress=progress,
            )
            counts = _counts(each[level], level=level, grid=grid)
            levels.append(own.assign(predicted_counts=("bin", counts, COUNTS)))
        axis = xr.Variable("level", list(LEVELS))
        one = xr.concat(levels, dim=axis, join="outer")
        points.append(one.assign(grid=("bin", grid, {"long_name": "λ", "units": CURVATURE})))
    drawn = xr.concat(points, dim=measured.epoch, join="outer")
    own = measured.drop_vars([name for name in measured if name in predicted])
    own = own.reindex(level=list(LEVELS))
    joined = xr.merge([own, predicted, drawn], compat="no_conflicts", join="exact")
    for name in SAMPLED:  # mostly padding
        joined[f"sampled_{name}"].encoding = {"zlib": True, "complevel": 1}
    return joined


def draws(level: str, *, replicates: int) -> int:
    """How many spectra are drawn at a level: fewer, but at least two, where noise has a covariance.

    Examples
    --------
    >>> draws("cluster", replicates=20), draws("anisotropic", replicates=20)
    (20, 2)
    """
    return replicates if level in ISOTROPIC else max(2, replicates // COSTLY)


def _sampled(
    point: xr.Dataset,
    found: Prediction,
    *,
    level: str,
    seed: int,
    replicates: int,
    workers: int,
    progress: Callable[[int], object] | None,
) -> xr.Dataset:
    options: dict[str, Any] = parameters(point, level=level) | {"D": found.model.D}
    drawn = conditional(
        found.model.p,
        residuals(point),
        **options,
        seed=seed,
        replicates=replicates,
        workers=workers,
        progress=progress,
    )
    return xr.Dataset(
        {f"sampled_{name}": drawn[name].rename(rank="sampled_rank") for name in SAMPLED},
        coords={
            "sampled_rank": np.arange(drawn.sizes["rank"]) + 1,
            "replicate": np.arange(replicates),
        },
    )


def _counts(found: Prediction, *, level: str, grid: Array) -> Array:
    """Predicted eigenvalues of the bulk per unit of ln λ."""
    if level in ISOTROPIC:
        return grid * found.model.D * found.model.density(grid)
    solved = np.unique(np.append(grid[::COARSE], grid[-1]))
    counts = solved * found.model.D * found.model.density(solved)
    return np.interp(np.log(grid), np.log(solved), counts)
