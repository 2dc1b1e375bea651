"""The four properties of the paper, one panel each, on several networks."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from figures.pictures import scales, style

PANELS = ("outliers", "confinement", "sharpness", "zone")


def compute(measured: Mapping[str, xr.Dataset], *, zones: Mapping[str, xr.Dataset]) -> xr.Dataset:
    """What the panels show, along ``network``, from records of the same epochs and scales.

    ``spectrum`` (rank), the first 3C eigenvalues at the last epoch over the one of rank C-1;
    ``share`` (epoch); ``sharpness`` (epoch), over its largest; ``convexity`` (scale).
    """
    rows: list[xr.Dataset] = []
    for name, record in measured.items():
        C = record.sizes["logit"]
        last = record.eigenvalues.isel(epoch=-1, rank=slice(3 * C)).values
        values = record.lambda_max.values
        rows.append(
            xr.Dataset(
                {
                    "spectrum": ("rank", last / last[C - 2]),
                    "share": ("epoch", record.gradient_power.values[:, : C - 1].sum(1)),
                    "sharpness": ("epoch", values / values.max()),
                    "convexity": zones[name]
                    .convexity.sel(surface="plane", drop=True)
                    .mean("replicate"),
                    "outliers": C - 1,
                },
                coords={"rank": np.arange(len(last)) + 1, "epoch": record.epoch.values},
            )
        )
    return xr.concat(rows, dim=xr.Variable("network", list(measured)), join="outer")


def draw(data: xr.Dataset, ax: Axes, *, name: str) -> None:
    """One of ``PANELS``, a line for each network."""
    x, values, xlabel, ylabel = {
        "outliers": ("rank", "spectrum", "rank k", "λ$_k$/λ$_{C−1}$, last epoch"),
        "confinement": ("epoch", "share", "epoch", "share of ‖g‖² on the first C−1"),
        "sharpness": ("epoch", "sharpness", "epoch", "λ$_{max}$ over its largest"),
        "zone": ("scale", "convexity", "weights over initial ones", "Tr H / ‖H‖$_F$ on a plane"),
    }[name]
    for i, network in enumerate(data.network.values):
        ax.plot(
            data[x],
            data[values].sel(network=network),
            color=style.COLORS[i % len(style.COLORS)],
            marker=style.MARKERS[i % len(style.MARKERS)],
            linestyle=style.LINES[i % len(style.LINES)],
            mfc="none",
            markersize=3,
            label=str(network),
        )
    if name == "outliers":
        ax.axvline(float(data.outliers[0]) + 0.5, color="0.7", linewidth=0.8)
        scales.log_axis(ax, "y")
    elif name == "zone":
        scales.log_axis(ax, "x")
    else:
        ax.set_ylim(0, 1.02)
        scales.epoch_axis(ax, data.epoch.values.tolist())
    ax.set(xlabel=xlabel, ylabel=ylabel)
