"""Errors of each level over training, beside what two samples of the network differ by."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from figures.judge.errors import OTHER
from figures.judge.thresholds import Thresholds
from figures.pictures import scales, style

PANELS = {
    "lambda_max": "λ$_{max}$ of G (nat/weight²)",
    "outliers": "outliers: mean relative error",
    "worst": "outliers: worst relative error",
    "share": "gradient's share: error",
    "bulk": "bulk: distance over its mean",
    "edge": "upper edge of the bulk: relative error",
}
ABSOLUTE = ("share",)  # the others are relative
OTHERS: dict[str, Any] = {"color": style.MEASURED, "marker": "D", "linestyle": ":", "mfc": "none"}


def compute(found: xr.Dataset, *, thresholds: Thresholds) -> xr.Dataset:
    """What each panel shows, from ``figures.fit``: axes (epoch, source), and the thresholds."""
    sizes = np.abs(found.outlier_error)
    edges = np.abs(found.edge_error).rename(level="source")
    if "edge_difference" in found:
        last = np.abs(found.edge_difference.isel(level=-1, drop=True))
        edges = xr.concat([edges, last.expand_dims(source=[OTHER])], dim="source")
    shown = {
        "lambda_max": found.predicted_eigenvalues.isel(rank=0),
        "outliers": sizes.mean("outlier"),
        "worst": sizes.max("outlier"),
        "share": np.abs(found.share_error),
        "bulk": found.bulk_distance,
        "edge": edges,
        "measured": found.eigenvalues.isel(rank=0),
    }
    limits = {f"threshold_{name}": value for name, value in asdict(thresholds).items()}
    return xr.Dataset(shown).assign(limits)


def draw(data: xr.Dataset, ax: Axes, *, name: str) -> None:
    """One of ``PANELS`` against the epoch; the shaded part is within the threshold."""
    epochs = data.epoch.values
    for source in data.source.values:
        ax.plot(
            epochs,
            data[name].sel(source=source),
            label="two samples of the network" if source == OTHER else f"level {source}",
            **(OTHERS if source == OTHER else style.level(source)),
        )
    if name == "lambda_max":
        ax.plot(epochs, data.measured, "*", color=style.MEASURED, markersize=7, label="measured")
        ax.set_ylim(bottom=0)
    else:
        limit = float(data[f"threshold_{name}"])
        scales.log_axis(ax, "y", percent=name not in ABSOLUTE)
        low = min(ax.get_ylim()[0], limit / 2)
        ax.axhspan(low, limit, color="0.93", linewidth=0, label="within the threshold")
        ax.set_ylim(bottom=low)
    scales.epoch_axis(ax, epochs.tolist())
    ax.set_ylabel(PANELS[name])
