"""The spectrum of G: measured, sampled, and predicted bulk and outliers."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from figures.pictures import style

VARIABLES = ("eigenvalues", "sampled_eigenvalues", "predicted_outliers", "predicted_counts", "grid")
BINS = 44
ROWS = ("measured", "cluster", "FG")


def compute(comparison: xr.Dataset) -> xr.Dataset:
    """What the picture shows, from the record of ``figures.compare``; draw takes one epoch."""
    return comparison[list(VARIABLES)]


def draw(data: xr.Dataset, ax: Axes) -> None:
    """Eigenvalues per unit of ln λ, with the outliers as ticks in three rows above."""
    grid = data.grid.sel(level="cluster").values
    bins = np.geomspace(grid[0], grid[-1], BINS)
    width = np.log(bins[1] / bins[0])
    counts = np.histogram(data.eigenvalues.values, bins)[0] / width
    ax.stairs(counts, bins, fill=True, color="0.8", label="measured")
    sampled = data.sampled_eigenvalues.sel(level="cluster")
    drawn = np.histogram(sampled.values, bins)[0] / width / sampled.sizes["replicate"]
    ax.stairs(drawn, bins, color=style.SAMPLED, label="sampled, cluster level")
    for level in ("FG", "cluster"):
        own = data.sel(level=level)
        ax.plot(
            own.grid,
            own.predicted_counts.where(own.predicted_counts > 0),
            color=style.LEVEL_COLOR[level],
            label=style.LEVEL_LABEL[level],
        )
    top = counts.max()
    ax.set(xscale="log", yscale="log", xlim=(grid[0], grid[-1]), ylim=(0.2, 60 * top))
    shown = {
        "measured": (data.eigenvalues.values[: data.sizes["outlier"]], style.MEASURED),
        "cluster": (data.predicted_outliers.sel(level="cluster").values, style.CLUSTER),
        "FG": (data.predicted_outliers.sel(level="FG").values, style.FG),
    }
    for row, name in enumerate(ROWS):
        values, color = shown[name]
        ax.plot(
            values,
            np.full(len(values), 0.95 - 0.06 * row),
            "|",
            color=color,
            transform=ax.get_xaxis_transform(),
            markersize=6,
        )
    ax.set(xlabel="eigenvalue λ of G (nat/weight²)", ylabel="eigenvalues per unit of ln λ")
