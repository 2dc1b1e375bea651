"""Searches on perceptrons over the load: how often they solve, and how flat it is there."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from figures.pictures.style import COLORS, MARKERS

PANELS = ("solved", "around")
NAMES = {
    "focusing": "focusing belief propagation",
    "replicated": "replicated descent",
    "annealing": "simulated annealing",
}


def draw(data: xr.Dataset, ax: Axes, *, name: str) -> None:
    """The panel ``solved`` or ``around`` of what ``figures.minima.searches.compared`` gives."""
    {"solved": _solved, "around": _around}[name](data, ax)
    ax.set_xlabel("patterns per weight α")


def _solved(data: xr.Dataset, ax: Axes) -> None:
    for place, algorithm in enumerate(data.algorithm.values):
        row = data.sel(algorithm=algorithm)
        below = (row.solved - row.solved_low).clip(min=0)
        above = (row.solved_high - row.solved).clip(min=0)
        ax.errorbar(
            _beside(data, place), row.solved, [below, above], label=NAMES[algorithm], **_look(place)
        )
    if np.isfinite(data.capacity):
        ax.axvline(float(data.capacity), color="0.15", lw=0.8, ls="--", label="capacity, theory")
    ax.set(ylabel="share solved, 95 % intervals", ylim=(-0.03, 1.03))


def _around(data: xr.Dataset, ax: Axes) -> None:
    for place, algorithm in enumerate(data.algorithm.values):
        row = data.sel(algorithm=algorithm)
        ax.errorbar(
            _beside(data, place),
            row.around,
            row.around_error.fillna(0),
            label=NAMES[algorithm],
            **_look(place),
        )
    if np.isfinite(data.typical).any():
        ax.plot(
            data.alpha,
            data.typical,
            color="0.15",
            ls="-",
            marker=".",
            label="typical solution, theory",
        )
    ax.axhline(float(data.largest), color="0.5", lw=0.8, ls=":", label="all weight vectors")
    ax.set(ylabel=f"local entropy at d = {float(data.distance):.3g} (nat/weight)")


def _beside(data: xr.Dataset, place: int) -> np.ndarray:
    """Loads, a little apart for each algorithm, so that no interval hides another."""
    alpha = data.alpha.values
    gap = min(0.1, *np.diff(np.sort(alpha))) if alpha.size > 1 else 0.1
    return alpha + 0.16 * gap * (place - (data.sizes["algorithm"] - 1) / 2)


def _look(place: int) -> dict[str, Any]:
    return {
        "color": COLORS[place],
        "marker": MARKERS[place],
        "linestyle": "none",
        "elinewidth": 0.8,
        "capsize": 2,
    }
