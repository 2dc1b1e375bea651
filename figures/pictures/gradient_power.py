"""Where the gradient's power lies, by rank: measured, sampled and predicted."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from figures.pictures import style

VARIABLES = (
    "gradient_power",
    "shuffled_gradient_power",
    "sampled_gradient_power",
    "predicted_gradient_power",
)
RANKS = 16


def compute(comparison: xr.Dataset) -> xr.Dataset:
    """What the picture shows, from the record of ``figures.compare``; draw takes one epoch."""
    first = slice(RANKS)
    return comparison[list(VARIABLES)].isel(rank=first, sampled_rank=first)


def draw(data: xr.Dataset, ax: Axes) -> None:
    """Fraction of ‖g‖² on each eigenvector; the bars are the standard deviation over draws."""
    measured = data.gradient_power.values
    rank = np.arange(1, len(measured) + 1)
    ax.bar(rank, measured, color="0.8", label="measured")
    ax.plot(
        rank,
        data.shuffled_gradient_power,
        "D",
        mfc="none",
        color=style.MEASURED,
        label=style.SHUFFLED_LABEL,
    )
    sampled = data.sampled_gradient_power.sel(level="cluster")
    ax.errorbar(
        rank[: sampled.sizes["sampled_rank"]] + 0.15,
        sampled.mean("replicate"),
        sampled.std("replicate"),
        fmt="s",
        color=style.SAMPLED,
        markersize=3,
        elinewidth=0.8,
        label="sampled, cluster level",
    )
    for level, marker, shift in (("FG", "x", -0.15), ("cluster", "+", 0.0)):
        values = data.predicted_gradient_power.sel(level=level).values[:RANKS]
        ax.plot(
            np.arange(1, len(values) + 1) + shift,
            values,
            marker,
            color=style.LEVEL_COLOR[level],
            markersize=6,
            label=style.LEVEL_LABEL[level],
        )
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(xlabel="rank of the eigenvalue of G", ylabel="fraction of ‖g‖²")
    ax.set_ylim(bottom=0)
