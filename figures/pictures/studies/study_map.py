"""A parameter study as a map: samples as colours, theory as contours, a path across it."""

from __future__ import annotations

import warnings
from collections.abc import Collection
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import LogNorm, Normalize
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from figures.pictures import scales, style, symbols
from figures.pictures.studies.study import draw_axis, is_log, places, spans_decades
from theory import InputError

LOG = ("x", "y", "colour")  # scales that may be logarithmic
THRESHOLD = "BBP threshold"
THRESHOLD_COLOR, PATH_COLOR = style.COLORS[4], style.FG
OUTLINE: dict[str, Any] = {
    "path_effects": [withStroke(linewidth=2.4, foreground="0.15")]
}  # seen on every colour


def draw(data: xr.Dataset, ax: Axes, *, log: Collection[str] | None = None) -> None:
    """Samples, or predictions without them, as colours; predictions over samples as contours.

    Contours carry their values, those at the ticks of the colour bar. The dashed line is theory's
    threshold for outliers, where the study has ``spike_strength``.

    Parameters
    ----------
    data
        Of ``figures.pictures.studies.study.compute`` with an axis y.
    log
        The scales that are logarithmic, of ``LOG``; by default as the values ask for.
    """
    colours = data["sampled_mean" if "sampled_mean" in data else "predicted"]
    as_log = is_log("colour", colours, log, default=spans_decades(colours.values))
    finite = colours.values[np.isfinite(colours.values) & (colours.values > 0 if as_log else True)]
    low, high = float(finite.min()), float(finite.max())
    mesh = cells(data, ax, colours, log=log, norm=(LogNorm if as_log else Normalize)(low, high))
    levels = scales.round_values(low, high, log=as_log) or [(low + high) / 2]
    bar = ax.figure.colorbar(mesh, ax=ax, ticks=levels, format=lambda v, _: symbols.number(v))
    bar.minorticks_off()
    bar.set_label(symbols.words(colours))
    if "sampled_mean" in data and "predicted" in data:
        ax.fill_between([], [], color="0.6", label=f"{data.drawn} (colours)")
        _contour(data, "predicted", ax, levels, color="white", line="-", labelled=True)
        ax.plot([], [], "-", color="white", label=f"{data.predictor}, with its value", **OUTLINE)
    if "spike_strength" in data:
        _contour(data, "spike_strength", ax, [1.0], color=THRESHOLD_COLOR, line="--")
        ax.plot([], [], "--", color=THRESHOLD_COLOR, label=THRESHOLD, **OUTLINE)


def cells(
    data: xr.Dataset,
    ax: Axes,
    colours: xr.DataArray,
    *,
    log: Collection[str] | None = None,
    **how: Any,
) -> QuadMesh:
    """Colours over the two axes of ``data``, which get their scales and labels.

    Parameters
    ----------
    log
        As of ``draw``.
    how
        Norm and colours, as of ``Axes.pcolormesh``.
    """
    axes = data[data.x], data[data.y]
    for which, axis in zip(("x", "y"), axes, strict=True):
        draw_axis(ax, which, axis, log)
    ends = (
        _ends(places(axis.values), log=getattr(ax, f"get_{which}scale")() == "log")
        for which, axis in zip(("x", "y"), axes, strict=True)
    )
    return ax.pcolormesh(*ends, colours.transpose(data.y, data.x), rasterized=True, **how)


def draw_path(path: xr.Dataset, ax: Axes, *, x: str, y: str, label: str) -> None:
    """The points of another study as a line over a map, from its circle to its arrow.

    Raises
    ------
    InputError
        If the axes do not vary along them.
    """
    for axis in (x, y):
        if axis not in path.coords or path[axis].dims != ("point",):
            raise InputError(f"the path must be a list of points with {axis}")
    look = {"color": PATH_COLOR, "linewidth": 1.8}
    ax.plot(path[x], path[y], "-", label=label, **look, **OUTLINE)
    ax.plot(path[x][0], path[y][0], "o", **look)
    ax.annotate(
        "",
        xy=(path[x][-1], path[y][-1]),
        xytext=(path[x][-2], path[y][-2]),
        arrowprops={"arrowstyle": "-|>", "color": PATH_COLOR},
    )


def _ends(centres: NDArray, *, log: bool) -> NDArray:
    """Ends of the cells about their centres: midway between them on their scale."""
    if len(centres) == 1:
        return centres * np.array([0.5, 2]) if log else centres + np.array([-0.5, 0.5])
    on_scale = np.log(centres) if log else centres
    between = (on_scale[1:] + on_scale[:-1]) / 2
    first, last = 2 * on_scale[0] - between[0], 2 * on_scale[-1] - between[-1]
    ends = np.concatenate([[first], between, [last]])
    return np.exp(ends) if log else ends


def _contour(
    data: xr.Dataset,
    name: str,
    ax: Axes,
    levels: list[float],
    *,
    color: str,
    line: str,
    labelled: bool = False,
) -> None:
    """Where an array has these values; interpolated in its logarithm if all are positive."""
    values = data[name].values
    logarithmic = np.nanmin(values) > 0 and min(levels) > 0
    scale, back = (np.log, np.exp) if logarithmic else (np.asarray, np.asarray)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "No contour levels were found")
        drawn = ax.contour(
            places(data[data.x].values),
            places(data[data.y].values),
            scale(values).T,
            levels=scale(np.array(levels)),
            colors=color,
            linestyles=line,
            linewidths=1,
        )
    drawn.set(**OUTLINE)
    if labelled:
        for text in ax.clabel(drawn, fmt=lambda v: symbols.number(float(back(v))), fontsize=6):
            text.set(**OUTLINE)
