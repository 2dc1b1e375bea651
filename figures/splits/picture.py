"""Which assumption matters when: what each level takes off the error, over training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from figures.judge.errors import OTHER
from figures.pictures import scales, style
from figures.pictures.spectra.errors import OTHERS
from figures.splits import intervals
from figures.splits.networks import CASES
from theory.levels import LEVELS


def compute(found: xr.Dataset, *, quantity: str = "outliers") -> xr.Dataset:
    """Mean and half interval of the error of each source (network, epoch, source, part)."""
    return xr.Dataset({"size": intervals.mean(found["size"].sel(quantity=quantity, drop=True))})


def draw(data: xr.Dataset, axes: Sequence[Axes]) -> None:
    """One panel a network: the error of each level over training, bars its 95 % interval."""
    for name, ax in zip(data.network.values, axes, strict=False):
        own = data["size"].sel(network=name).dropna("epoch", how="all")
        epochs = own.epoch.values
        for i, source in enumerate([*LEVELS, OTHER]):
            line = own.sel(source=source)
            value, half = line.sel(part="mean").values, line.sel(part="half").values
            low = np.minimum(half, 0.8 * value)  # a bar to below 0 ends on the logarithmic axis
            ax.errorbar(
                _apart(epochs, i),
                value,
                [low, half],
                elinewidth=0.7,
                label="two samples of the network" if source == OTHER else f"level {source}",
                **(OTHERS if source == OTHER else style.level(source)),
            )
        scales.log_axis(ax, "y", percent=True)
        scales.epoch_axis(ax, epochs.tolist())
        ax.set_title(CASES[str(name)].told)
        ax.set_ylabel("outliers: mean relative error")


def _apart(epochs: np.ndarray, number: int) -> np.ndarray:
    """The epochs, moved so that bars of several levels do not cover each other."""
    return np.where(epochs > 0, epochs * (1 + 0.03 * (number - 2)), 0.03 * number)
