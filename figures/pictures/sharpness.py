"""The largest eigenvalue over training: measured, sampled and predicted."""

from __future__ import annotations

import xarray as xr
from matplotlib.axes import Axes

from figures.pictures import style


def compute(comparison: xr.Dataset) -> xr.Dataset:
    """λ_max at each epoch; a prediction without outliers has none."""
    return xr.Dataset(
        {
            "lambda_max": comparison.lambda_max,
            "shuffled_lambda_max": comparison.shuffled_eigenvalues.isel(rank=0),
            "predicted_lambda_max": comparison.predicted_outliers.isel(outlier=0),
            "sampled_lambda_max": comparison.sampled_eigenvalues.isel(sampled_rank=0),
        }
    )


def draw(data: xr.Dataset, ax: Axes) -> None:
    """λ_max against the epoch."""
    sampled = data.sampled_lambda_max.sel(level="cluster")
    ax.errorbar(
        data.epoch,
        sampled.mean("replicate"),
        sampled.std("replicate"),
        fmt="s--",
        color=style.SAMPLED,
        markersize=3,
        elinewidth=0.8,
        label="sampled, cluster level",
    )
    for level, marker in (("FG", "x"), ("cluster", "+")):
        ax.plot(
            data.epoch,
            data.predicted_lambda_max.sel(level=level),
            marker + "-",
            color=style.LEVEL_COLOR[level],
            label=style.LEVEL_LABEL[level],
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
    style.epoch_axis(ax, data.epoch.values.tolist())
    ax.set_ylabel("λ_max of G (nat/weight²)")
    ax.set_ylim(bottom=0)
    ax.legend()
