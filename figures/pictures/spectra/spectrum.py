"""The spectrum of G: measured, sampled, and predicted bulk and outliers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from figures.judge.judgement import best
from figures.pictures import scales, style
from theory.levels import LEVELS

VARIABLES = ("eigenvalues", "sampled_eigenvalues", "predicted_outliers", "predicted_counts", "grid")
BINS = 44
MARGIN = 2.0  # a factor of λ below the least that is measured or sampled; its root above the most
LOWEST = 0.3  # eigenvalues per unit of ln λ at the foot of the picture
ROW = 0.05  # of the height, for the ticks of the outliers of one level


def compute(comparison: xr.Dataset) -> xr.Dataset:
    """What the picture shows, from the record of ``figures.compare``; draw takes one epoch.

    ``best`` is the level that is nearest at each epoch.
    """
    return comparison[list(VARIABLES)].assign(best=best(comparison))


def shown(data: xr.Dataset) -> list[str]:
    """The levels that pictures show at one epoch: the two simplest, and the nearest."""
    nearest = str(data.best.item())
    return [name for i, name in enumerate(LEVELS) if i < 2 or name == nearest]


def draw(data: xr.Dataset, ax: Axes, *, levels: Sequence[str] | None = None) -> None:
    """Eigenvalues per unit of ln λ, and the outliers as ticks above, a row for each level.

    Parameters
    ----------
    levels
        Those that are drawn; by default ``shown``.
    """
    grid, levels = data.grid.values, shown(data) if levels is None else levels
    bins = np.geomspace(grid[0], grid[-1], BINS)
    width = np.log(bins[1] / bins[0])
    counts = np.histogram(data.eigenvalues.values, bins)[0] / width
    ax.stairs(counts, bins, fill=True, color="0.85", label="measured")
    sampled = data.sampled_eigenvalues.sel(level=data.best.item()).dropna("replicate", how="all")
    drawn = np.histogram(sampled.values, bins)[0] / width / sampled.sizes["replicate"]
    ax.stairs(drawn, bins, color=style.SAMPLED, linewidth=0.9, label=style.SAMPLED_LABEL)
    for level in levels:
        bulk = data.predicted_counts.sel(level=level)
        ax.plot(
            grid,
            bulk.where(bulk > 0),
            color=LEVELS[level].color,
            linestyle=style.level(level)["linestyle"],
            label=style.predicted_label(level),
        )
    rows = {"measured": (data.eigenvalues.values, style.MEASURED)}
    for level in reversed(levels):
        rows[level] = (data.predicted_outliers.sel(level=level).values, LEVELS[level].color)
    count = int(data.predicted_outliers.sel(level=data.best.item()).count())
    for row, (name, (values, color)) in enumerate(rows.items()):
        height = 0.98 - ROW * (row + 0.5)
        ax.text(0.02, height, name, color=color, transform=ax.transAxes, va="center", fontsize=7)
        ax.plot(
            values[:count] if name == "measured" else values,
            np.full(count if name == "measured" else len(values), height),
            "|",
            color=color,
            transform=ax.get_xaxis_transform(),
            markersize=6,
        )
    below = 1 - ROW * (len(rows) + 1)
    highest = LOWEST * (counts.max() / LOWEST) ** (1 / below)
    scales.log_axis(ax, "x")
    scales.log_axis(ax, "y")
    some = (counts > 0) | (drawn > 0)
    least, most = bins[:-1][some].min() / MARGIN, bins[1:][some].max() * MARGIN**0.5
    ax.set(xlim=(max(grid[0], least), max(grid[-1], most)), ylim=(LOWEST, highest))
    ax.set(xlabel="eigenvalue λ of G (nat/weight²)", ylabel="eigenvalues per unit of ln λ")
