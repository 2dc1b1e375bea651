"""The phases of a study of networks on two of its axes, and what they are made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, LogNorm, Normalize, SymLogNorm

from empirical.taxonomy import phases as taxonomy
from figures.pictures import scales, style, symbols
from figures.pictures.studies import slices, study, study_map
from theory import InputError, checks

NEEDED = ("mode_connectivity", "hessian_lambda_max")
PANELS = ("phase", "mode_connectivity", "hessian_lambda_max", "cka", "train_error", "test_error")
COLORS = (style.COLORS[1], style.COLORS[4], style.COLORS[3], style.COLORS[0])
SIZES = (1, 3, 10, 30, 100)  # of the mode connectivity, in percent, that have a tick
FEW = 8  # values of an axis that have a tick each
PALE = 0.35  # of a cell whose replicates are not all of the phase of their mean


def compute(
    results: xr.Dataset,
    *,
    x: str,
    y: str,
    at: Mapping[str, Any] | None = None,
    sharp: float | None = None,
) -> xr.Dataset:
    """What the panels show of a study that has ``NEEDED``: means over replicates, and the phase.

    Parameters
    ----------
    results
        Of ``figures.pictures.studies.study.open_study``.
    x, y, at
        As of ``figures.pictures.studies.study.compute``.
    sharp
        λ_max above which a minimum is sharp; by default ``split`` of its means in the picture.

    Returns
    -------
    xr.Dataset
        The observables of ``PANELS`` that the study has, over (x, y); ``phase``, a place in
        ``PHASES``; ``agreed``, the share of replicates that are of that phase themselves.

    Raises
    ------
    InputError
        As ``study.compute``, or if the study has not what is needed, or ``sharp`` is not above 0.
    """
    for name in NEEDED:
        if f"measured_{name}" not in results:
            raise InputError(f"the study must have {' and '.join(NEEDED)}, it has no {name}")
    if x == y:
        raise InputError(f"y must be another axis than x, got {y!r} for both")
    names = [name for name in PANELS if f"measured_{name}" in results]
    held = slices.along(results[[f"measured_{name}" for name in names]], [x, y])
    held = study.loaded(slices.at(held, [x, y], at or {})).transpose(x, y, "replicate")
    found = {name: held[f"measured_{name}"] for name in names}
    means = {
        name: each.mean("replicate", skipna=True, keep_attrs=True) for name, each in found.items()
    }
    mc, sharpness = (means[name] for name in NEEDED)
    line = taxonomy.split(sharpness.values) if sharp is None else sharp
    checks.real("sharp", line, low=0, strict=True)
    phase = mc.copy(data=taxonomy.phases(mc, sharpness, threshold=line))
    own = [found[name] for name in NEEDED]
    alike = taxonomy.phases(*own, threshold=line) == phase.values[..., None]
    known = (own[0].notnull() & own[1].notnull()).values
    agreed = mc.copy(data=alike.sum(-1) / np.maximum(known.sum(-1), 1))
    phase.attrs = {"long_name": "phase", "units": "1", "symbol": "phase"}
    agreed.attrs = {"long_name": "share of replicates of this phase", "units": "1"}
    data = xr.Dataset(means | {"phase": phase, "agreed": agreed})
    return data.assign_attrs(x=x, y=y, threshold=line, barrier=taxonomy.BARRIER)


def panels(data: xr.Dataset) -> list[str]:
    """Those of ``PANELS`` that there are data for."""
    return [name for name in PANELS if name in data and bool(data[name].notnull().any())]


def draw(data: xr.Dataset, ax: Axes, *, name: str) -> None:
    """One of ``PANELS``: the phases with their numbers, or one observable as colours.

    A phase is pale where replicates differ. Colours of the mode connectivity are white at 0 and
    logarithmic beyond the barrier. The lines in two colour bars are those that part the phases.
    """
    if name == "phase":
        _draw_phase(data, ax)
    else:
        _draw_colours(data, ax, data[name])


def _draw_colours(data: xr.Dataset, ax: Axes, values: xr.DataArray) -> None:
    finite = values.values[np.isfinite(values.values)]
    low, high = float(finite.min()), float(finite.max())
    signed = values.name == "mode_connectivity"
    log = low > 0 and (study.spans_decades(values.values) or values.name in NEEDED)
    how: dict[str, Any] = {"norm": (LogNorm if log else Normalize)(low, high)}
    ticks = scales.round_values(low, high, log=log)
    if signed:
        most = max(-low, high, data.barrier)
        how = {"norm": SymLogNorm(data.barrier, vmin=-most, vmax=most), "cmap": "PuOr"}
        ticks = [sign * size for sign in (-1, 1) for size in SIZES if size <= most] + [0]
    mesh = study_map.cells(data, ax, values, **how)
    _ticks(data, ax)
    bar = ax.figure.colorbar(mesh, ax=ax, ticks=ticks, format=lambda v, _: symbols.number(v))
    bar.minorticks_off()
    bar.set_label(symbols.words(values))
    if values.name in NEEDED:
        line = -data.barrier if signed else data.threshold
        bar.ax.axhline(line, color="0.15", linewidth=1.5)


def _draw_phase(data: xr.Dataset, ax: Axes) -> None:
    pale: Any = np.where(data.agreed.transpose(data.y, data.x) == 1, 1.0, PALE)
    how: dict[str, Any] = {"cmap": ListedColormap(COLORS), "norm": Normalize(-0.5, 3.5)}
    study_map.cells(data, ax, data.phase, **how).set_alpha(pale)
    _ticks(data, ax)
    for i, x in enumerate(study.places(data[data.x].values)):
        for j, y in enumerate(study.places(data[data.y].values)):
            if np.isfinite(phase := float(data.phase[i, j])):
                shown = taxonomy.PHASES[int(phase)].name
                ax.text(x, y, shown, ha="center", va="center", fontsize=7)
    for phase, color in zip(taxonomy.PHASES, COLORS, strict=True):
        ax.fill_between([], [], color=color, label=f"{phase.name}: {phase.meaning}")
    if bool((data.agreed < 1).any()):
        ax.fill_between([], [], color="0.5", alpha=PALE, label="replicates differ")


def _ticks(data: xr.Dataset, ax: Axes) -> None:
    """A tick at each value of an axis that has few."""
    for axis, own in ((data[data.x], ax.xaxis), (data[data.y], ax.yaxis)):
        if axis.dtype.kind in "iuf" and axis.size <= FEW:
            own.set_ticks(axis.values, [symbols.number(value) for value in axis.values.tolist()])
            own.set_ticks([], minor=True)
