"""Measured, predicted and sampled spectra of one network, side by side."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray as xr

from figures.fit import fit
from figures.judge.levels import anisotropic, isotropic
from simulate.replicates import conditional
from theory import checks
from theory.levels import ISOTROPIC, LEVELS

SAMPLED = ("eigenvalues", "gradient_power")
COSTLY = (
    10  # draws at an isotropic level to one with the noise's covariance, a hundred times as long
)


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
        all of ``figures.fit.fit``; and ``sampled_eigenvalues``, ``sampled_gradient_power`` (epoch,
        level, replicate, sampled_rank), NaN where a level has fewer.
    """
    checks.integer("replicates", replicates, low=2)
    predicted = fit(measured, progress=progress)
    points: list[xr.Dataset] = []
    for epoch in measured.epoch.values:
        point = measured.sel(epoch=epoch)
        levels: list[xr.Dataset] = []
        for level in LEVELS:
            if level in ISOTROPIC:
                model = isotropic(point, level=level)._asdict()
            else:
                model = anisotropic(point)._asdict()
                model["D"] = model["T"].size
            drawn = conditional(
                **model,
                seed=seed,
                replicates=draws(level, replicates=replicates),
                workers=workers,
                progress=progress,
            )
            levels.append(
                xr.Dataset(
                    {
                        f"sampled_{name}": drawn[name].rename(rank="sampled_rank")
                        for name in SAMPLED
                    },
                    coords={
                        "sampled_rank": np.arange(drawn.sizes["rank"]) + 1,
                        "replicate": np.arange(drawn.sizes["replicate"]),
                    },
                )
            )
        axis = xr.Variable("level", list(LEVELS))
        points.append(xr.concat(levels, dim=axis, join="outer").assign_coords(epoch=epoch))
    samples = xr.concat(points, dim="epoch", join="outer")
    own = measured.drop_vars([name for name in measured if name in predicted])
    whole = own.reindex(level=list(LEVELS))
    joined = xr.merge([whole, predicted, samples], compat="no_conflicts", join="exact")
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
