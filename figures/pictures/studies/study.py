"""The results of a parameter study on any two of its axes: predictions and samples."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from numpy.typing import NDArray

from figures.network_studies import kinds
from figures.pictures import scales, symbols
from figures.pictures.studies import slices
from simulate.studies import integrity
from theory import InputError, checks
from theory.levels import LEVELS

WIDE = 30.0  # values that span a larger factor have a logarithmic scale


def open_study(path: str | Path) -> xr.Dataset:
    """The results of ``fort-ganguli sweep``, read as they are needed.

    Raises
    ------
    InputError
        If there are none at ``path``, or some of them were lost.
    """
    try:
        results = xr.open_zarr(path, chunks=None, mask_and_scale=False)
        _ = results.attrs["study"]
    except (OSError, KeyError, ValueError) as error:
        raise InputError(f"{path} is not the store of a study") from error
    except RuntimeError as error:  # an axis that cannot be read
        raise InputError(integrity.told(path, "an axis")) from error
    integrity.check(kinds.read(Path(path)))
    return results


def compute(
    results: xr.Dataset,
    *,
    observable: str,
    x: str,
    y: str | None = None,
    at: Mapping[str, Any] | None = None,
    level: str | None = None,
) -> xr.Dataset:
    """What a picture shows of the results of a study.

    Parameters
    ----------
    observable
        Name of the registry, without its prefix.
    x, y
        Axes: a parameter of the grid, ``outlier`` or ``rank``; of a list of points, ``x`` alone.
    at
        Values of the other axes; of ``outlier`` and ``rank`` the first is shown unless given.
    level
        Of a study of networks: the level whose prediction is shown, in the mean over networks. The
        study must hold it as ``<observable>_<level>``.

    Returns
    -------
    xr.Dataset
        With axes (x, y): ``predicted`` and its ``predicted_std``, the ``sampled_mean``,
        ``sampled_std`` and ``sampled_sem`` over replicates, and ``spike_strength``, as far as the
        study has them; of draws that are 0 or 1 without the deviation. The attribute ``drawn`` says
        what the replicates are: ``sampled`` from the model, or networks that were ``measured``;
        ``predictor`` what predicts.

    Raises
    ------
    InputError
        If an axis, a value, the observable or the level is not in the study, or an axis is left
        over.
    """
    known = {str(v).partition("_")[2] for v in results} - {"status", "error", "seed"}
    checks.choice("observable", observable, sorted(known))
    drawn = "measured" if any(str(v).startswith("measured_") for v in results) else "sampled"
    wanted = {f"{prefix}_{observable}" for prefix in ("predicted", drawn)} & {*results}
    by_level = f"{drawn}_{observable}_{level}"
    if level is not None:
        checks.choice("level", level, tuple(LEVELS))
        checks.choice(f"observable of level {level}", f"{observable}_{level}", sorted(known))
        wanted.add(by_level)
    if x == y:
        raise InputError(f"y must be another axis than x, got {y!r} for both")
    axes = [x] if y is None else [x, y]
    chosen = slices.along(results, axes)
    companions = (f"predicted_{observable}_std", "predicted_spike_strength")
    names = sorted(wanted) + [name for name in companions if name in chosen]
    chosen = loaded(slices.at(chosen[names], axes, at or {}))
    shown: dict[str, xr.DataArray] = {}
    if f"predicted_{observable}" in chosen:
        shown["predicted"] = chosen[f"predicted_{observable}"]
    if companions[0] in chosen:
        shown["predicted_std"] = chosen[companions[0]]
    if companions[1] in chosen:
        shown["spike_strength"] = chosen[companions[1]]
    if level is not None:
        shown["predicted"] = chosen[by_level].mean("replicate", skipna=True, keep_attrs=True)
    if f"{drawn}_{observable}" in chosen:
        each = chosen[f"{drawn}_{observable}"]
        spread = each.std("replicate", ddof=1, skipna=True) if each.sizes["replicate"] > 1 else None
        shown["sampled_mean"] = each.mean("replicate", skipna=True, keep_attrs=True)
        if spread is not None:
            yes_or_no = bool(each.isin([0, 1]).where(each.notnull(), True).all())
            if not yes_or_no:  # of which no band tells the draws
                shown["sampled_std"] = spread
            shown["sampled_sem"] = spread / np.sqrt(each.notnull().sum("replicate"))
    data = xr.Dataset(shown).transpose(*axes, missing_dims="ignore")
    return data.assign_attrs(
        observable=observable,
        x=x,
        y=y or "",
        drawn=drawn,
        predictor=f"predicted by level {level}" if level is not None else "predicted",
    )


def loaded(chosen: xr.Dataset) -> xr.Dataset:
    """What was chosen of a study, read.

    Raises
    ------
    InputError
        If some of it was lost.
    """
    try:
        return chosen.load()
    except RuntimeError as error:
        source = chosen.encoding.get("source", "the store")
        raise InputError(integrity.told(source, "results, which cannot be read")) from error


def spans_decades(values: NDArray) -> bool:
    """Whether values are drawn on a logarithmic scale unless it is asked for: wide, above zero.

    Raises
    ------
    InputError
        If none of them is finite.
    """
    finite = values[np.isfinite(values)]
    if not finite.size:
        raise InputError("nothing to draw: no cell of this choice is computed yet")
    return bool(finite.min() > 0 and finite.max() > WIDE * finite.min())


def has_log_spacing(values: NDArray) -> bool:
    """Whether the values of an axis are evenly spaced in their logarithm, or wide."""
    if values.dtype.kind not in "if" or values.min() <= 0 or len(values) <= 2:
        return False
    steps = np.diff(np.log(values))
    return bool(np.allclose(steps, steps[0], rtol=1e-3)) or spans_decades(values)


def is_log(name: str, array: xr.DataArray, log: Collection[str] | None, *, default: bool) -> bool:
    """Whether the scale ``name`` of an array is logarithmic: as asked, else the default.

    Raises
    ------
    InputError
        If it is asked for, and the array has no value above zero.
    """
    if log is None:
        return default
    if name in log and (array.dtype.kind not in "iuf" or not (array > 0).any()):
        raise InputError(f"log must not name {name}: {array.name} has no value above 0")
    return name in log


def places(values: NDArray) -> NDArray:
    """Where the values of an axis lie; names at 0, 1, 2."""
    return values.astype(float) if values.dtype.kind in "iuf" else np.arange(float(len(values)))


def draw_axis(
    ax: Axes, which: Literal["x", "y"], axis: xr.DataArray, log: Collection[str] | None
) -> None:
    """Scale, label and names of an axis of the study; without ``log`` as its values are spaced.

    Raises
    ------
    InputError
        If a logarithm is asked for, and not all values are above zero.
    """
    if is_log(which, axis, log, default=has_log_spacing(axis.values)):
        if float(axis.min()) <= 0:
            raise InputError(f"log must not name {which}: {axis.name} must be above 0")
        scales.log_axis(ax, which)
    if axis.dtype.kind not in "iuf":
        own = ax.xaxis if which == "x" else ax.yaxis
        own.set_ticks(places(axis.values), axis.values.tolist())
    ax.set(**{f"{which}label": symbols.words(axis)})
