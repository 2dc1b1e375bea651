"""The top of the spectrum by rank: measured, sampled and predicted."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from figures.pictures import style

VARIABLES = ("eigenvalues", "sampled_eigenvalues", "predicted_outliers")
RANKS = 24


def compute(comparison: xr.Dataset) -> xr.Dataset:
    """What the picture shows, from the record of ``figures.compare``; draw takes one epoch."""
    first = slice(RANKS)
    return comparison[list(VARIABLES)].isel(rank=first, sampled_rank=first)


def draw(data: xr.Dataset, ax: Axes) -> None:
    """Eigenvalues against rank; the bars are the standard deviation over draws."""
    rank = np.arange(1, RANKS + 1)
    sampled = data.sampled_eigenvalues.sel(level="cluster")
    ax.errorbar(
        rank[: sampled.sizes["sampled_rank"]],
        sampled.mean("replicate"),
        sampled.std("replicate"),
        fmt="s",
        color=style.SAMPLED,
        markersize=3,
        elinewidth=0.8,
        label="sampled, cluster level",
    )
    for level, marker in (("FG", "x"), ("cluster", "+")):
        values = data.predicted_outliers.sel(level=level).values[:RANKS]
        ax.plot(
            np.arange(1, len(values) + 1),
            values,
            marker + "-",
            color=style.LEVEL_COLOR[level],
            linewidth=0.8,
            label=style.LEVEL_LABEL[level],
        )
    measured = data.eigenvalues.values
    ax.plot(
        rank[: len(measured)], measured, "o", mfc="none", color=style.MEASURED, label="measured"
    )
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(yscale="log", xlabel="rank", ylabel="eigenvalue of G (nat/weight²)")
