"""Where the gradient's power lies, by rank: measured, sampled and predicted."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from figures.judge.judgement import best
from figures.pictures import scales, style
from figures.pictures.spectra.spectrum import shown
from theory.levels import LEVELS

VARIABLES = (
    "gradient_power",
    "shuffled_gradient_power",
    "sampled_gradient_power",
    "predicted_gradient_power",
)
RANKS = 16
WIDTH = 0.25  # of a rank, on either side, over which the levels are set apart


def compute(comparison: xr.Dataset) -> xr.Dataset:
    """What the picture shows, from the record of ``figures.compare``; draw takes one epoch."""
    first = slice(RANKS)
    top = comparison[list(VARIABLES)].isel(rank=first, sampled_rank=first, predicted_rank=first)
    return top.assign(best=best(comparison))


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
    sampled = data.sampled_gradient_power.sel(level=data.best.item())
    sampled = sampled.dropna("replicate", how="all")
    levels = shown(data)
    places = np.linspace(-WIDTH, WIDTH, len(levels) + 1)
    ax.errorbar(
        data.sampled_rank + places[-1],
        sampled.mean("replicate"),
        sampled.std("replicate"),
        fmt="s",
        color=style.SAMPLED,
        markersize=3,
        elinewidth=0.8,
        label=f"{style.SAMPLED_LABEL}, {scales.BAND}",
    )
    for level, shift in zip(levels, places, strict=False):
        ax.plot(
            data.predicted_rank + shift,
            data.predicted_gradient_power.sel(level=level),
            LEVELS[level].marker,
            color=LEVELS[level].color,
            mfc="none",
            label=style.predicted_label(level),
        )
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(xlabel="rank of the eigenvalue of G", ylabel="fraction of ‖g‖²")
    ax.set_ylim(bottom=0)
