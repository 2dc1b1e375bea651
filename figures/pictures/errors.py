"""Errors of each level over training, beside what two samples of the network differ by."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from figures.fit import AIM, OTHER
from figures.pictures import style

PANELS = {
    "lambda_max": "λ_max of G (nat/weight²)",
    "outliers": "mean |relative error| of the C-1 outliers",
    "share": "|error| of the gradient's share",
    "bulk": "distance of the bulk over its mean",
}
MARKERS = {"FG": "x", "cluster": "+", "weighted": "s", "anisotropic": "o", OTHER: "D"}


def compute(found: xr.Dataset) -> xr.Dataset:
    """What each panel shows, from ``figures.fit``: axes (epoch, source)."""
    measured = found.eigenvalues.isel(rank=0)
    return xr.Dataset(
        {
            "measured": measured,
            "lambda_max": found.predicted_eigenvalues.isel(rank=0),
            "outliers": np.abs(found.outlier_error).mean("outlier"),
            "share": np.abs(found.share_error),
            "bulk": found.bulk_distance,
        }
    )


def draw(data: xr.Dataset, ax: Axes, *, name: str) -> None:
    """One of ``PANELS`` against the epoch."""
    epochs = data.epoch.values
    for source in data.source.values:
        other = source == OTHER
        ax.plot(
            epochs,
            data[name].sel(source=source),
            linestyle=":" if other else "-",
            marker=MARKERS[source],
            mfc="none",
            color=style.MEASURED if other else style.LEVEL_COLOR[source],
            label=source if other else f"level {source}",
        )
    if name == "lambda_max":
        ax.plot(epochs, data.measured, "*", color=style.MEASURED, markersize=7, label="measured")
        ax.set_ylim(bottom=0)
    else:
        ax.axhline(AIM, color="0.6", linewidth=0.8, linestyle="--")
        ax.set_yscale("log")
    style.epoch_axis(ax, epochs.tolist())
    ax.set_ylabel(PANELS[name])
