"""The top of the spectrum by rank: measured, sampled and predicted."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from figures.judge.judgement import best
from figures.pictures import scales, style
from figures.pictures.spectra.spectrum import shown

VARIABLES = ("eigenvalues", "sampled_eigenvalues", "predicted_outliers")
RANKS = 24


def compute(comparison: xr.Dataset) -> xr.Dataset:
    """What the picture shows, from the record of ``figures.compare``; draw takes one epoch."""
    first = slice(RANKS)
    top = comparison[list(VARIABLES)].isel(rank=first, sampled_rank=first, predicted_rank=first)
    return top.assign(best=best(comparison))


def draw(data: xr.Dataset, ax: Axes) -> None:
    """Eigenvalues against rank; the bars are the standard deviation over draws."""
    sampled = data.sampled_eigenvalues.sel(level=data.best.item()).dropna("replicate", how="all")
    ax.errorbar(
        data.sampled_rank,
        sampled.mean("replicate"),
        sampled.std("replicate"),
        fmt="s",
        color=style.SAMPLED,
        markersize=3,
        elinewidth=0.8,
        label=f"{style.SAMPLED_LABEL}, {scales.BAND}",
    )
    for level in shown(data):
        ax.plot(
            data.predicted_rank,
            data.predicted_outliers.sel(level=level),
            linewidth=0.8,
            label=style.predicted_label(level),
            **style.level(level),
        )
    measured = data.eigenvalues.values
    rank = np.arange(1, len(measured) + 1)
    ax.plot(rank, measured, "o", mfc="none", color=style.MEASURED, label="measured")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    scales.log_axis(ax, "y")
    ax.set(xlabel="rank of the eigenvalue", ylabel="eigenvalue of G (nat/weight²)")
