"""How logit gradients cluster, over training."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

COSINES = {
    "q_SLSC": ("same logit, same class", "0.25"),
    "q_SL": ("same logit", "0.55"),
    "q_DL": ("different logits", "0.82"),
}


def compute(comparison: xr.Dataset) -> xr.Dataset:
    """The three mean cosines at each epoch."""
    return comparison[list(COSINES)]


def draw(data: xr.Dataset, ax: Axes) -> None:
    """Three bars an epoch."""
    at = np.arange(data.sizes["epoch"])
    for i, (name, (label, color)) in enumerate(COSINES.items()):
        ax.bar(at + 0.27 * (i - 1), data[name], 0.25, color=color, label=f"{name}: {label}")
    ax.axhline(0, color="0.15", linewidth=0.7)
    ax.set_xticks(at, [f"{epoch:g}" for epoch in data.epoch.values])
    ax.set(xlabel="epoch of training", ylabel="mean cosine of logit gradients", ylim=(-0.2, 1.25))
    ax.legend(loc="upper center", ncols=1)
