"""A language model over training: its largest eigenvalues, the gradient on them, cosines, loss."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from figures.language.report import LEVELS, errors
from figures.pictures.style import COLORS, LINES, MARKERS, MEASURED

PANELS = ("spectrum", "largest", "share", "clustering")
COSINES = {"q_SLSC": "$q_{SLSC}$", "q_SL": "$q_{SL}$", "q_DL": "$q_{DL}$"}
STYLES = {
    level: {"color": COLORS[i], "marker": MARKERS[i], "linestyle": LINES[i + 1], "mfc": "none"}
    for i, level in enumerate(LEVELS)
}


def draw(data: xr.Dataset, ax: Axes, *, name: str) -> None:
    """A panel of what ``empirical.language.study`` gives."""
    panels = {"spectrum": _spectrum, "largest": _largest, "share": _share}
    (panels | {"clustering": _clustering})[name](data, ax)


def _spectrum(data: xr.Dataset, ax: Axes) -> None:
    last = data.isel(step=-1)
    ax.plot(data["rank"], last.eigenvalue, color=MEASURED, marker="o", ls="none", label="measured")
    for level, label in LEVELS.items():
        ax.plot(data["rank"], last.predicted.sel(level=level), label=label, **STYLES[level])
    ax.set(xlabel=f"rank at step {int(last.step)}", ylabel="eigenvalue of G (nat/weight²)")
    ax.set_ylim(0, None)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))


def _largest(data: xr.Dataset, ax: Axes) -> None:
    at = np.arange(data.sizes["step"])
    ax.plot(at, data.eigenvalue.isel(rank=0), color=MEASURED, marker="o", label="measured")
    for level, label in LEVELS.items():
        values = data.predicted.sel(level=level).isel(rank=0)
        ax.plot(at, values, label=label, **STYLES[level])
    ax.set(ylabel="largest eigenvalue of G (nat/weight²)", ylim=(0, None))
    _steps(data, ax)


def _share(data: xr.Dataset, ax: Axes) -> None:
    found, at = errors(data), np.arange(data.sizes["step"])
    ax.plot(at, found.share, color=MEASURED, marker="o", label="measured")
    for level, label in LEVELS.items():
        ax.plot(at, found.predicted_share.sel(level=level), label=label, **STYLES[level])
    ax.set(ylabel=f"share of ‖g‖² on the top {data.sizes['rank']}", ylim=(0, None))
    _steps(data, ax)


def _clustering(data: xr.Dataset, ax: Axes) -> None:
    at = np.arange(data.sizes["step"])
    for i, (name, symbol) in enumerate(COSINES.items(), start=len(LEVELS)):
        ax.errorbar(
            at,
            data[name],
            data[f"{name}_error"],
            label=symbol,
            color=COLORS[i],
            marker=MARKERS[i],
            linestyle=LINES[i - len(LEVELS)],
            capsize=2,
        )
    ax.set(ylabel="mean cosine of logit gradients")
    _steps(data, ax)


def _steps(data: xr.Dataset, ax: Axes) -> None:
    """Steps side by side with the loss there, as they are far apart."""
    steps = [
        f"{int(step)}\n{loss:.1f}" for step, loss in zip(data.step, data.loss.values, strict=True)
    ]
    ax.set_xticks(np.arange(len(steps)), steps)
    ax.set_xlabel("step of training, and loss there (nat)")
