"""Any two axes of a parameter study: a heat map, or curves with bands; theory over samples."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.contour import QuadContourSet
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from figures.pictures import slices, style, symbols
from theory import InputError

KINDS = ("map", "curves")
WIDE = 30.0  # values that span a larger factor have a logarithmic scale
THRESHOLD = "BBP threshold"


def open_study(path: str | Path) -> xr.Dataset:
    """The results of ``fort-ganguli sweep``, read as they are needed.

    Raises
    ------
    InputError
        If there are none at ``path``.
    """
    try:
        results = xr.open_zarr(path, chunks=None, mask_and_scale=False)
        _ = results.attrs["study"]
    except (OSError, KeyError, ValueError) as error:
        raise InputError(f"{path} is not the store of a study") from error
    return results


def compute(
    results: xr.Dataset,
    *,
    observable: str,
    x: str,
    y: str | None = None,
    at: Mapping[str, Any] | None = None,
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

    Returns
    -------
    xr.Dataset
        With axes (x, y): ``predicted`` and its ``predicted_std``, the ``sampled_mean``,
        ``sampled_std`` and ``sampled_sem`` over replicates, and ``spike_strength``, as far as the
        study has them.

    Raises
    ------
    InputError
        If an axis, a value or the observable is not in the study, or an axis is left over.
    """
    wanted = {f"{prefix}_{observable}" for prefix in ("predicted", "sampled")} & {*results}
    if not wanted:
        known = {str(v).partition("_")[2] for v in results} - {"status", "error", "seed"}
        raise InputError(
            f"observable must be one of {', '.join(sorted(known))}, got {observable!r}"
        )
    if x == y:
        raise InputError(f"y must be another axis than x, got {y!r} for both")
    axes = [x] if y is None else [x, y]
    chosen = slices.along(results, axes)
    companions = (f"predicted_{observable}_std", "predicted_spike_strength")
    names = sorted(wanted) + [name for name in companions if name in chosen]
    chosen = slices.at(chosen[names], axes, at or {})
    shown: dict[str, xr.DataArray] = {}
    if f"predicted_{observable}" in chosen:
        shown["predicted"] = chosen[f"predicted_{observable}"]
    if companions[0] in chosen:
        shown["predicted_std"] = chosen[companions[0]]
    if companions[1] in chosen:
        shown["spike_strength"] = chosen[companions[1]]
    if f"sampled_{observable}" in chosen:
        drawn = chosen[f"sampled_{observable}"]
        spread = (
            drawn.std("replicate", ddof=1, skipna=True) if drawn.sizes["replicate"] > 1 else None
        )
        shown["sampled_mean"] = drawn.mean("replicate", skipna=True, keep_attrs=True)
        if spread is not None:
            shown["sampled_std"] = spread
            shown["sampled_sem"] = spread / np.sqrt(drawn.notnull().sum("replicate"))
    data = xr.Dataset(shown).transpose(*axes, missing_dims="ignore").load()
    return data.assign_attrs(observable=observable, x=x, y=y or "")


def draw_map(data: xr.Dataset, ax: Axes) -> None:
    """Samples, or predictions without them, as colours; predictions over samples as contours.

    The dashed line is theory's threshold for outliers, where the study has ``spike_strength``.
    """
    x, y = data.x, data.y
    colours = data["sampled_mean" if "sampled_mean" in data else "predicted"]
    norm = _norm(colours.values)
    mesh = ax.pcolormesh(
        data[x], data[y], colours.T, norm=norm, cmap="viridis", shading="nearest", rasterized=True
    )
    levels = _levels(norm)
    bar = ax.figure.colorbar(mesh, ax=ax, ticks=levels, format="{x:g}")
    bar.minorticks_off()
    lines: list[Line2D] = []
    if "sampled_mean" in data and "predicted" in data:
        bar.set_label(f"{symbols.axis_label(colours)}, sampled")
        _contour(data, "predicted", ax, levels, color="white", style="-")
        lines.append(Line2D([], [], color="white", linewidth=1, label="predicted"))
    else:
        bar.set_label(symbols.axis_label(colours))
    if "spike_strength" in data:
        _contour(data, "spike_strength", ax, [1.0], color=style.FG, style="--")
        lines.append(Line2D([], [], color=style.FG, linestyle="--", label=THRESHOLD))
    if lines:
        box = {"frameon": True, "facecolor": "0.3", "labelcolor": "white", "edgecolor": "none"}
        place = {"loc": "lower center", "bbox_to_anchor": (0.5, 1.0), "ncols": len(lines)}
        ax.legend(handles=lines, **box, **place)
    _axis(ax, data, x, "x")
    _axis(ax, data, y, "y")


def _contour(
    data: xr.Dataset, name: str, ax: Axes, levels: list[float], *, color: str, style: str
) -> QuadContourSet:
    """Where an array has these values; interpolated in its logarithm if all are positive."""
    values = data[name].values
    scale = np.log if np.nanmin(values) > 0 and min(levels) > 0 else np.asarray
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "No contour levels were found")
        return ax.contour(
            data[data.x],
            data[data.y],
            scale(values).T,
            levels=scale(np.array(levels)),
            colors=color,
            linestyles=style,
            linewidths=1,
        )


def _levels(norm: Normalize) -> list[float]:
    """Round values inside the norm's range: 1, 2, 5 in each decade, or evenly spaced."""
    low, high = float(norm.vmin or 0), float(norm.vmax or 0)
    if isinstance(norm, LogNorm):
        decades = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
        ticks = np.outer(decades, [1, 2, 5]).ravel()
        ticks = ticks if high < 1e3 * low else decades
    else:
        ticks = MaxNLocator(7).tick_values(low, high)
    return [float(v) for v in ticks if low < v < high] or [(low + high) / 2]


def draw_curves(data: xr.Dataset, ax: Axes) -> None:
    """Predictions as lines with bands, samples as points with standard errors, against x.

    One colour for each value of y. The band is one standard deviation over draws.
    """
    curves = list(_curves(data))
    hues = colormaps["viridis"](np.linspace(0, 0.85, len(curves)))
    for (label, one), colour in zip(curves, hues, strict=True):
        at = one[data.x]
        shown = label or "predicted"
        if "predicted" in one:
            ax.plot(at, one.predicted, "-", color=colour, label=shown)
        centre, spread = ("predicted", "predicted_std")
        if spread not in one:
            centre, spread = ("sampled_mean", "sampled_std")
        if spread in one:
            low, high = one[centre] - one[spread], one[centre] + one[spread]
            ax.fill_between(at, low, high, color=colour, alpha=0.2, linewidth=0)
        if "sampled_mean" in one:
            bars = one.get("sampled_sem")
            points = None if "predicted" in one or not label else label
            ax.errorbar(at, one.sampled_mean, bars, fmt="o", ms=3, color=colour, label=points)
        if "spike_strength" in one:
            for place in _crossings(at.values, np.log(one.spike_strength.values)):
                ax.axvline(place, color=colour, linestyle="--", linewidth=0.8)
    values = data["sampled_mean" if "sampled_mean" in data else "predicted"]
    if isinstance(_norm(values.values), LogNorm):
        ax.set_yscale("log")
    ax.set_ylabel(symbols.axis_label(values))
    _axis(ax, data, data.x, "x")
    kinds = {
        "predicted": Line2D([], [], color="0.4", label="predicted"),
        "sampled_mean": Line2D([], [], color="0.4", ls="", marker="o", ms=3, label="sampled"),
        "spike_strength": Line2D([], [], color="0.4", ls="--", lw=0.8, label=THRESHOLD),
    }
    if len(curves) == 1 and "predicted" in data:  # its curve says so
        del kinds["predicted"]
    lines = [line for name, line in kinds.items() if name in data]
    box = {"frameon": True, "framealpha": 0.9, "edgecolor": "none"}
    ax.legend(handles=[*ax.get_legend_handles_labels()[0], *lines], **box)


def draw_path(path: xr.Dataset, ax: Axes, *, x: str, y: str) -> None:
    """The points of another study as a line over a map, from its circle to its arrow.

    Raises
    ------
    InputError
        If the axes do not vary along them.
    """
    for axis in (x, y):
        if axis not in path.coords or path[axis].dims != ("point",):
            raise InputError(f"the path must be a list of points with {axis}")
    ax.plot(path[x], path[y], "-", color=style.FG, linewidth=1.8)
    ax.plot(path[x][0], path[y][0], "o", color=style.FG)
    ax.annotate(
        "",
        xy=(path[x][-1], path[y][-1]),
        xytext=(path[x][-2], path[y][-2]),
        arrowprops={"arrowstyle": "-|>", "color": style.FG},
    )


def _curves(data: xr.Dataset) -> Iterator[tuple[str, xr.Dataset]]:
    if not data.y:
        yield "", data
        return
    axis = data[data.y]
    symbol = symbols.symbol(axis)
    for i, value in enumerate(axis.values.tolist()):
        shown = value if isinstance(value, str) else f"{value:.3g}"
        yield f"{symbol} = {shown}", data.isel({data.y: i})


def _crossings(x: NDArray, height: NDArray) -> list[float]:
    """Where a curve crosses zero, by linear interpolation."""
    found = np.flatnonzero(np.sign(height[:-1]) * np.sign(height[1:]) < 0)
    share = height[found] / (height[found] - height[found + 1])
    return (x[found] + share * (x[found + 1] - x[found])).tolist()


def _norm(values: NDArray) -> Normalize:
    finite = values[np.isfinite(values)]
    if not finite.size:
        raise InputError("nothing to draw: no cell of this choice is computed yet")
    low, high = float(finite.min()), float(finite.max())
    return LogNorm(low, high) if low > 0 and high > WIDE * low else Normalize(low, high)


def _axis(ax: Axes, data: xr.Dataset, name: str, which: str) -> None:
    values = data[name].values
    ax.set(**{f"{which}label": symbols.axis_label(data[name])})
    if values.dtype.kind in "if" and values.min() > 0 and len(values) > 2:
        steps = np.diff(np.log(values))
        if np.allclose(steps, steps[0], rtol=1e-3) or values[-1] > WIDE * values[0]:
            ax.set(**{f"{which}scale": "log"})
