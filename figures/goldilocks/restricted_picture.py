"""Restricted training by dimension and radius, and what choosing the initial point gains."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import xarray as xr
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.ticker import LogLocator


def compute(outcomes: Mapping[str, xr.Dataset], *, target: float) -> xr.Dataset:
    """Records of ``empirical.cuts.restricted.intrinsic`` by surface, with the dimension they need.

    ``needed_dimension`` is the d at which the test accuracy, averaged over replicates, reaches
    ``target``, by surface and scale; nan where it does not.
    """
    from empirical.cuts.restricted import needed_dimension

    joined = xr.concat(outcomes.values(), dim="surface").assign_coords(surface=list(outcomes))
    mean = joined.test_accuracy.mean("replicate")
    sizes = joined.dimension.values.tolist()
    needed = np.apply_along_axis(
        lambda row: needed_dimension(row, dimensions=sizes, target=target), 2, mean.values
    )
    return joined.assign(needed_dimension=(("surface", "scale"), needed), target=target)


def compute_choice(
    pools: Mapping[str, xr.Dataset], *, gain: Callable[[xr.Dataset], xr.Dataset]
) -> xr.Dataset:
    """Records of ``empirical.cuts.selection.candidates`` by pool, each with its ``gain``."""
    joined = [record.drop_vars("scale").merge(gain(record)) for record in pools.values()]
    return xr.concat(joined, dim="pool").assign_coords(pool=list(pools))


def draw(data: xr.Dataset, ax: Axes) -> None:
    """Test accuracy against d, one curve for each radius, of one surface."""
    scales = data.scale.values
    colors = colormaps["viridis"](np.linspace(0, 0.9, len(scales)))
    for scale, color in zip(scales, colors, strict=True):
        values = data.test_accuracy.sel(scale=scale)
        radius = float(data.weight_norm.sel(scale=scale).mean())
        ax.errorbar(
            data.dimension,
            values.mean("replicate"),
            values.std("replicate"),
            fmt="o-",
            color=color,
            elinewidth=0.8,
            label=f"‖W‖ = {radius:.3g}",
        )
    ax.axhline(float(data.target), color="0.7", lw=0.8, ls="--")
    ax.set_xscale("log", base=2)
    ax.set(xlabel="dimension d", ylabel="test accuracy", ylim=(0, 1))
    ax.legend()


def draw_choice(data: xr.Dataset, ax: Axes) -> None:
    """Steps to the target against convexity, one point for each initial point."""
    steps = data.steps.values
    reached = np.isfinite(steps)
    limit = 1.25 * steps[reached].max() if reached.any() else 1.0
    radius, convexity = data.weight_norm.values, data.convexity.values
    many = radius.max() > 2 * radius.min()
    norm = LogNorm(radius.min(), radius.max() if many else 100 * radius.max())
    look = {"cmap": "viridis", "norm": norm}
    ends = ax.scatter(convexity[reached], steps[reached], c=radius[reached], s=12, **look)
    if not reached.all():
        never = np.full((~reached).sum(), limit)
        ends = ax.scatter(convexity[~reached], never, c=radius[~reached], s=14, marker="^", **look)
        ax.axhline(limit / 1.1, color="0.7", lw=0.8, ls=":")
        ax.text(
            0.99, limit / 1.1, "never", va="bottom", ha="right", transform=ax.get_yaxis_transform()
        )
    ax.set(xlabel="Tr H / ‖H‖$_F$ at the start", ylabel="steps to the target accuracy")
    ax.set_ylim(bottom=0)
    figure = ax.get_figure()
    if figure is not None and many:
        ticks = LogLocator(subs=(1, 2, 5))
        bar = figure.colorbar(ends, ax=ax, label="weight radius ‖W‖", ticks=ticks, format="%g")
        bar.ax.minorticks_off()
