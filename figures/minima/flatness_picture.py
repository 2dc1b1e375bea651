"""Flatness of trained networks: against the test error, its rank correlations, the trap."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from figures.minima.flatness import MEASURES
from figures.pictures import symbols
from figures.pictures.scales import log_axis
from figures.pictures.style import COLORS, MARKERS

PANELS = ("energy", "largest", "rank", "trap")
NAMES = {"sgd": "SGD", "entropy": "Entropy-SGD", "replicated": "replicated SGD"}
SHOWN = {
    "energy": "local energy",
    "free_energy": "local entropy cost",
    "relative_largest": "λ_max, relative",
    "largest": "λ_max",
    "trace": "trace",
    "FG_energy": "local energy, FG",
    "FG_largest": "λ_max, FG",
    "FG_trace": "trace, FG",
    "train_loss": "training loss",
}
AMONG = {"all": "all networks", "fitted": "fitted networks", "seeds": "seeds of one training"}


def draw(data: xr.Dataset, ax: Axes, *, name: str) -> None:
    """One of ``PANELS`` of what ``figures.minima.run.networks`` gives."""
    {"rank": _rank, "trap": _trap}.get(name, lambda *_: _scatter(data, ax, name))(data, ax)


def _scatter(data: xr.Dataset, ax: Axes, name: str) -> None:
    for place, optimizer in enumerate(data.optimizer.values):
        own = data.sel(optimizer=optimizer)
        ax.plot(
            own[name].values.ravel(),
            100 * own.test_error.values.ravel(),
            color=COLORS[place],
            marker=MARKERS[place],
            linestyle="none",
            markersize=3,
            alpha=0.7,
            mew=0,
            label=NAMES[str(optimizer)],
        )
    log_axis(ax, "x")
    label = f"{symbols.mathematics(MEASURES[name])} ({data[name].attrs['units']})"
    ax.set(xlabel=label, ylabel="test error (%)")


def _rank(data: xr.Dataset, ax: Axes) -> None:
    rows = np.arange(len(SHOWN))[::-1]
    for place, (group, label) in enumerate(AMONG.items()):
        own = data["rank"].sel(target="test_error", among=group, measure=list(SHOWN)).values
        middle, low, high = own.T
        ax.errorbar(
            middle,
            rows + 0.22 * (1 - place),
            xerr=[(middle - low).clip(min=0), (high - middle).clip(min=0)],
            color=("0.15", "0.45", "0.65")[place],
            marker=MARKERS[place],
            linestyle="none",
            elinewidth=0.8,
            markersize=3,
            label=label,
        )
    ax.axvline(0, color="0.5", lw=0.7, ls=":")
    ax.set_yticks(rows, [symbols.mathematics(label) for label in SHOWN.values()])
    ax.set_xticks([-1, -0.5, 0, 0.5, 1])
    ax.set(xlim=(-1.05, 1.05), xlabel="rank correlation with the test error")


def _trap(data: xr.Dataset, ax: Axes) -> None:
    base = int(np.flatnonzero(data.factor.values == 1)[0])
    shown = ("largest", "additive_energy", "relative_largest", "energy")
    for place, name in enumerate(shown):
        values = data[f"trap_{name}"].values
        ax.plot(
            data.factor,
            values / values[base],
            color=COLORS[place + 3],
            marker=MARKERS[place + 3],
            markersize=3,
            label=symbols.mathematics(MEASURES[name]),
        )
    log_axis(ax, "x")
    log_axis(ax, "y")
    ax.set(
        xlabel="factor of the first layer, the next over it", ylabel="over its value at factor 1"
    )
