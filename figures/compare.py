"""Measured, predicted and sampled spectra of one network, side by side."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray as xr

from figures.judge.levels import Isotropic, isotropic
from simulate.replicates import conditional
from theory import checks, gradient, hessian
from theory.arrays import Array
from theory.record import variable

LEVELS = ("FG", "cluster")
PREDICTED = ("outliers", "gradient_power", "trace", "frobenius", "gradient_norm")
SAMPLED = ("eigenvalues", "gradient_power")
GRID = 400


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
        Record of ``empirical.trajectory``, with its axis ``epoch``.
    seed
        Root of the samples.
    replicates
        Draws for each epoch and level.
    workers
        Threads that draw.
    progress
        Called with 1 after each draw.

    Returns
    -------
    xr.Dataset
        The measured observables under their own names; ``predicted_*`` with axes (epoch, level),
        padded with NaN where an epoch or level has fewer outliers; ``sampled_*`` with axes
        (epoch, level, replicate).
    """
    checks.integer("replicates", replicates, low=2)
    measured = measured.sel(level=list(LEVELS))
    points: list[xr.Dataset] = []
    for epoch in measured.epoch.values:
        point = measured.sel(epoch=epoch)
        grid = _grid(point)
        levels: list[xr.Dataset] = []
        for level in LEVELS:
            here = isotropic(point, level=level)
            drawn = conditional(
                **here._asdict(),
                seed=seed,
                replicates=replicates,
                workers=workers,
                progress=progress,
            )
            sampled = {
                f"sampled_{name}": drawn[name].rename(rank="sampled_rank") for name in SAMPLED
            }
            one = _predict(here, grid).assign(sampled)
            ragged = {dim: np.arange(one.sizes[dim]) + 1 for dim in ("outlier", "sampled_rank")}
            levels.append(one.assign_coords(ragged))
        level_axis = xr.Variable("level", list(LEVELS))
        points.append(xr.concat(levels, dim=level_axis, join="outer").assign_coords(epoch=epoch))
    theory = xr.concat(points, dim="epoch", join="outer")
    return xr.merge([measured, theory], compat="no_conflicts", join="exact")


def _grid(point: xr.Dataset) -> Array:
    """Eigenvalues for the density: those of the measured bulk above 1e-6 of the largest."""
    top = float(point.eigenvalues.max())
    return np.geomspace(1e-6 * top, 1.5 * top, GRID)


def _predict(here: Isotropic, grid: Array) -> xr.Dataset:
    noise = {"sigma_E": here.sigma_E, "D": here.D}
    means = {"Gamma": here.Gamma, "groups": here.groups}
    power = gradient.power(here.p, here.r, **noise, **means)
    edges = hessian.edges(here.p, **noise)
    values = {
        "outliers": hessian.outliers(here.p, **noise, **means),
        "gradient_power": power.outliers,
        "gradient_norm": power.norm,
        "trace": hessian.trace(here.p, sigma_E=here.sigma_E, **means),
        "frobenius": hessian.frobenius(here.p, **noise, **means),
    }
    arrays = {}
    for name in PREDICTED:
        array = variable(name, values[name])
        arrays[f"predicted_{name}"] = array.rename(dict.fromkeys(array.dims, "outlier"))
    arrays["predicted_bulk_edge"] = xr.DataArray(edges[-1, 1], attrs={"units": "nat/weight^2"})
    density = here.D * hessian.density(grid, here.p, **noise)
    arrays["predicted_counts"] = xr.DataArray(
        grid * density,
        dims="bin",
        attrs={"long_name": "predicted bulk eigenvalues per unit of ln λ", "units": "1"},
    )
    arrays["grid"] = xr.DataArray(
        grid, dims="bin", attrs={"long_name": "λ", "units": "nat/weight^2"}
    )
    return xr.Dataset(arrays)
