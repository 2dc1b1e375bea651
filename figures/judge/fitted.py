"""Every level's parameters fitted to the spectra of a record, beside those from other examples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import xarray as xr

from figures.judge.free_levels import PARAMETERS, free
from figures.judge.minimum_distance import Estimate, estimate
from theory.arrays import Array
from theory.levels import ISOTROPIC
from theory.observables import SLOPE

SIGNIFICANT = 0.05  # p-value from which on a misfit counts as seen
NEEDED = ("logits", "spectrum", "model")

Misfit = Literal["none", "of the parameters", "of the model", "not settled"]


def fitted(
    measured: xr.Dataset, *, seed: int = 0, progress: Callable[[int], object] | None = None
) -> xr.Dataset:
    """Parameters of the levels of isotropic noise by the measured spectrum, and what is left.

    ``figures.judge.minimum_distance`` says how, ``figures.judge.free_levels`` what is free. The
    means' shape keeps the error with which it was estimated; no interval or p-value has it in it.

    Parameters
    ----------
    measured
        Record of ``empirical.trajectory`` with the groups ``NEEDED``.
    seed
        Root of all draws.
    progress
        Called with 1 after each epoch and level.

    Returns
    -------
    xr.Dataset
        By epoch, level and parameter ``fitted_start`` (from the held-out examples),
        ``fitted_value`` and the ends of its 95 % interval ``fitted_low``, ``fitted_high``, NaN
        where a level has no such parameter; by epoch and level ``fitted_distance`` and
        ``fitted_p``, each at (``stage``) ``start`` and ``end``, and ``fitted_settled``.
    """
    points = []
    for epoch in measured.epoch.values:
        point = measured.sel(epoch=epoch)
        found = []
        for level in ISOTROPIC:
            start, draw = free(point, level=level)
            spectrum, C = point.eigenvalues.values, point.sizes["logit"]
            found.append(estimate(spectrum, start=start, draw=draw, C=C, seed=seed))
            if progress is not None:
                progress(1)
        points.append(_dataset(found))
    return xr.concat(points, dim=measured.epoch)


@dataclass(frozen=True)
class Told:
    """The fit of one level at one epoch, as a report tells it.

    ``misfit`` is ``none`` where the estimates from held-out examples make this spectrum, ``of the
    parameters`` where others do, ``of the model`` where none do: by p-values below 0.05.
    """

    start: dict[str, float]
    value: dict[str, float]
    interval: dict[str, tuple[float, float]]
    distance: tuple[float, float]
    p: tuple[float, float]
    misfit: Misfit


def told(found: xr.Dataset, *, epoch: float, level: str) -> Told:
    """One fit of what ``fitted`` returns."""
    own = found.sel(epoch=epoch, level=level)
    kept = own.sel(parameter=own.parameter[np.isfinite(own.fitted_start.values)])
    names = [str(name) for name in kept.parameter.values]
    ends = zip(kept.fitted_low.values.tolist(), kept.fitted_high.values.tolist(), strict=True)
    before, after = own.fitted_p.values.tolist()
    if before >= SIGNIFICANT:
        misfit: Misfit = "none"
    elif not own.fitted_settled:
        misfit = "not settled"
    else:
        misfit = "of the parameters" if after >= SIGNIFICANT else "of the model"
    first, last = own.fitted_distance.values.tolist()
    return Told(
        start=dict(zip(names, kept.fitted_start.values.tolist(), strict=True)),
        value=dict(zip(names, kept.fitted_value.values.tolist(), strict=True)),
        interval=dict(zip(names, ends, strict=True)),
        distance=(first, last),
        p=(before, after),
        misfit=misfit,
    )


def _dataset(found: list[Estimate]) -> xr.Dataset:
    arrays = {}
    for name in ("start", "value", "low", "high"):
        values = [_by_name(each.names, getattr(each, name)) for each in found]
        attrs = {"long_name": f"parameter: {name} of the fit", "units": f"{SLOPE}; D: 1"}
        arrays[f"fitted_{name}"] = (("level", "parameter"), values, attrs)
    pairs = {
        "distance": [(each.distance_before, each.distance_after) for each in found],
        "p": [(each.p_before, each.p_after) for each in found],
    }
    meanings = {"distance": "root-mean-square difference of logarithms", "p": "p-value"}
    for name, rows in pairs.items():
        attrs = {"long_name": meanings[name], "units": "1"}
        arrays[f"fitted_{name}"] = (("level", "stage"), rows, attrs)
    arrays["fitted_settled"] = ("level", [each.settled for each in found])
    coords = {"level": list(ISOTROPIC), "parameter": list(PARAMETERS), "stage": ["start", "end"]}
    return xr.Dataset(arrays, coords=coords)


def _by_name(names: tuple[str, ...], values: Array) -> list[float]:
    own = dict(zip(names, values.tolist(), strict=True))
    return [own.get(name, np.nan) for name in PARAMETERS]
