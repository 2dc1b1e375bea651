"""A parameter study as curves: theory as lines with bands, samples as points with their errors."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import xarray as xr
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, LogNorm, Normalize
from numpy.typing import NDArray

from figures.pictures import scales, style, symbols
from figures.pictures.studies.study import (
    draw_axis,
    has_log_spacing,
    is_log,
    places,
    spans_decades,
)
from figures.pictures.studies.study_map import THRESHOLD

LOG = ("x", "y")  # axes that may be logarithmic
HUES = ListedColormap(colormaps["viridis"](np.linspace(0, 0.85, 256)))  # none too light to see
KEY = "0.35"  # the colour in which the legend tells a line from a dot
STANDARD_ERROR = "mean ± standard error"


def draw(data: xr.Dataset, ax: Axes, *, log: Collection[str] | None = None) -> None:
    """Predictions as lines with bands, samples as points with standard errors, against x.

    One colour, line and marker for each value of y; more values than there are markers have a
    colour bar. The band is that of ``scales.band`` over draws.

    Parameters
    ----------
    data
        Of ``figures.pictures.studies.study.compute``.
    log
        The axes that are logarithmic, of ``LOG``; by default as the values ask for.
    """
    x, values = data[data.x], data["sampled_mean" if "sampled_mean" in data else "predicted"]
    draw_axis(ax, "x", x, log)
    if is_log("y", values, log, default=spans_decades(values.values)):
        scales.log_axis(ax, "y")
    ax.set_ylabel(symbols.words(values))
    if not data.y:
        _curve(data, ax, color=style.COLORS[0], linestyle="-", marker="o")
        _key(data, ax, color=style.COLORS[0])
        return
    axis = data[data.y]
    count = axis.size
    listed = count <= len(style.MARKERS)
    if listed:
        ax.plot([], [], " ", label=f"{symbols.words(axis, width=60)}:")
        norm = Normalize(0, max(1, count - 1))
        hues, lines, markers = HUES(norm(np.arange(count))), style.LINES, style.MARKERS
    else:
        norm = (LogNorm if has_log_spacing(axis.values) else Normalize)(axis.min(), axis.max())
        hues, lines, markers = HUES(norm(axis.values)), ("-",) * count, ("o",) * count
        ends = float(axis.min()), float(axis.max())
        ticks = scales.round_values(*ends, log=isinstance(norm, LogNorm))
        mappable = ScalarMappable(norm, HUES)
        bar = ax.figure.colorbar(mappable, ax=ax, ticks=ticks, format=_number)
        bar.set_label(symbols.words(axis))
        bar.minorticks_off()
    for i, value in enumerate(axis.values.tolist()):
        shown = value if isinstance(value, str) else symbols.number(value)
        label = f"{symbols.symbol(axis)} = {shown}" if listed else None
        look = {"color": hues[i], "linestyle": lines[i], "marker": markers[i]}
        _curve(data.isel({data.y: i}), ax, label=label, **look)
    _key(data, ax, color=KEY)


def _curve(
    one: xr.Dataset, ax: Axes, *, color: Any, linestyle: Any, marker: str, label: str | None = None
) -> None:
    at, log = places(one[one.x].values), ax.get_yscale() == "log"
    if "predicted" in one:
        shown = one.predicted.where(one.predicted > 0) if log else one.predicted
        ax.plot(at, shown, linestyle=linestyle, color=color)
    centre = _of_the_band(one)
    if centre is not None:
        scales.band(ax, at, one[centre[0]], one[centre[1]], color=color, label=None)
    if "sampled_mean" in one:
        bars = None
        if "sampled_sem" in one:
            ends = scales.spread(one.sampled_mean, one.sampled_sem, log=log)
            bars = np.abs(np.nan_to_num(np.array(ends) - one.sampled_mean.values))
        ax.errorbar(at, one.sampled_mean, bars, fmt=marker, ms=3, elinewidth=0.8, color=color)
    if label is not None:
        shown = {"linestyle": linestyle if "predicted" in one else "", "ms": 3}
        shown["marker"] = marker if "sampled_mean" in one else ""
        ax.plot([], [], color=color, label=label, **shown)
    if "spike_strength" in one:
        strength = one.spike_strength.where(one.spike_strength > 0)  # of no spike the log is none
        for place in _crossings(at, np.log(strength.values)):
            ax.axvline(place, color=color, linestyle="--", linewidth=0.8)


def _of_the_band(data: xr.Dataset) -> tuple[str, str] | None:
    """Mean and deviation of the band: theory's, or the samples' without it."""
    for centre, spread in (("predicted", "predicted_std"), ("sampled_mean", "sampled_std")):
        if spread in data:
            return centre, spread
    return None


def _key(data: xr.Dataset, ax: Axes, *, color: Any) -> None:
    """What lines, bands and points are, for the legend."""
    if "predicted" in data:
        ax.plot([], [], "-", color=color, label=data.predictor)
    centre = _of_the_band(data)
    if centre is not None:
        of = "predicted" if centre[0] == "predicted" else data.drawn
        ax.fill_between([], [], color=color, alpha=0.2, lw=0, label=f"{of}, {scales.BAND}")
    if "sampled_mean" in data:
        ax.errorbar(
            [],
            [],
            [] if "sampled_sem" in data else None,
            fmt="o",
            ms=3,
            elinewidth=0.8,
            color=color,
            label=f"{data.drawn}, {STANDARD_ERROR}" if "sampled_sem" in data else data.drawn,
        )
    if "spike_strength" in data:
        ax.plot([], [], "--", color=color, linewidth=0.8, label=THRESHOLD)


def _number(value: float, _: int) -> str:
    return symbols.number(value)


def _crossings(x: NDArray, height: NDArray) -> list[float]:
    """Where a curve crosses zero, by linear interpolation."""
    found = np.flatnonzero(np.sign(height[:-1]) * np.sign(height[1:]) < 0)
    share = height[found] / (height[found] - height[found + 1])
    return (x[found] + share * (x[found + 1] - x[found])).tolist()
