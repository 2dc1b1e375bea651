"""The largest eigenvalue over training: measured, sampled and predicted."""

from __future__ import annotations

import xarray as xr
from matplotlib.axes import Axes

from figures.judge.judgement import best
from figures.pictures import scales, style
from theory.levels import LEVELS


def compute(comparison: xr.Dataset) -> xr.Dataset:
    """λ_max at each epoch; the samples are those of the level that is nearest."""
    nearest = best(comparison)
    sampled = comparison.sampled_eigenvalues.isel(sampled_rank=0).sel(level=nearest)
    return xr.Dataset(
        {
            "lambda_max": comparison.lambda_max,
            "shuffled_lambda_max": comparison.shuffled_eigenvalues.isel(rank=0),
            "predicted_lambda_max": comparison.predicted_eigenvalues.isel(rank=0).sel(
                source=list(LEVELS)
            ),
            "sampled_lambda_max": sampled.drop_vars("level"),
        }
    )


def draw(data: xr.Dataset, ax: Axes) -> None:
    """λ_max against the epoch; the bars are the standard deviation over draws."""
    ax.errorbar(
        data.epoch,
        data.sampled_lambda_max.mean("replicate"),
        data.sampled_lambda_max.std("replicate"),
        fmt="s",
        color=style.SAMPLED,
        markersize=3,
        elinewidth=0.8,
        label=f"{style.SAMPLED_LABEL}, {scales.BAND}",
    )
    for name in LEVELS:
        ax.plot(
            data.epoch,
            data.predicted_lambda_max.sel(source=name),
            linewidth=0.9,
            label=style.predicted_label(name),
            **style.level(name),
        )
    ax.plot(data.epoch, data.lambda_max, "o-", mfc="none", color=style.MEASURED, label="measured")
    ax.plot(
        data.epoch,
        data.shuffled_lambda_max,
        "D:",
        mfc="none",
        color=style.MEASURED,
        label=style.SHUFFLED_LABEL,
    )
    scales.epoch_axis(ax, data.epoch.values.tolist())
    ax.set_ylabel("λ$_{max}$ of G (nat/weight²)")
    ax.set_ylim(bottom=0)
