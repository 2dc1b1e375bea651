"""How logit gradients cluster, over training."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

COSINES = {
    "q_SLSC": ("q$_{SLSC}$: same logit, same class", "0.25"),
    "q_SL": ("q$_{SL}$: same logit", "0.55"),
    "q_DL": ("q$_{DL}$: different logits", "0.82"),
}
ROOM = 0.1  # below zero at least, so that bars end above the axis


def compute(comparison: xr.Dataset) -> xr.Dataset:
    """The three mean cosines at each epoch."""
    return comparison[list(COSINES)]


def draw(data: xr.Dataset, ax: Axes) -> None:
    """Three bars an epoch."""
    at = np.arange(data.sizes["epoch"])
    for i, (name, (label, color)) in enumerate(COSINES.items()):
        ax.bar(at + 0.27 * (i - 1), data[name], 0.25, color=color, label=label)
    ax.axhline(0, color="0.15", linewidth=0.7)
    ax.set_xticks(at, [f"{epoch:g}" for epoch in data.epoch.values])
    low = min(-ROOM, 1.3 * float(data.q_DL.min()))
    ax.set(xlabel="epoch of training", ylabel="mean cosine of logit gradients", ylim=(low, 1))
