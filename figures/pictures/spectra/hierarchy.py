"""Which eigenvalue of G belongs to which mean: its parts, and its eigenvectors in their spans."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from figures.pictures import style
from theory import record as records

VARIABLES = (
    "top_eigenvalues",
    "part_eigenvalues",
    "part_trace",
    "span_increment",
    "nearest_class",
)
CLASS, CROSS, WITHIN = "#CC79A7", "#56B4E9", "0.8"
PARTS = {
    "class": ("class means", CLASS, "^"),
    "cross": ("cross-class means", CROSS, "s"),
    "within": ("within", "0.6", "."),
    "same": ("same class", "#E69F00", "+"),
}
BARS = 24
PAPER = {"boxstyle": "round,pad=0.15", "facecolor": "white", "linewidth": 0}  # below a name
UPRIGHT = 2  # letters of a name that fit in a bar; turned, a 6 could be a 9
HEADROOM = 50  # of the axis above the largest eigenvalue, for the legend


def compute(record: xr.Dataset) -> xr.Dataset:
    """What the pictures show, from the record of ``empirical.hierarchy``; they take one epoch.

    ``part_share`` is the share of each part of G in its trace, ``nearest_name`` what the class is
    called whose mean is nearest to each of the C-1 first eigenvectors.
    """
    found = record[list(VARIABLES)]
    names = records.class_names(record)
    nearest = found.nearest_class[..., : record.sizes["label"] - 1].rename(top_rank="outlier")
    called = xr.apply_ufunc(lambda at: _names(at, names), nearest)
    shares = found.part_trace / found.part_trace.sum("part")
    return found.assign(part_share=shares, nearest_name=called)


def _names(classes: np.ndarray, names: list[str] | None) -> np.ndarray:
    """What classes are called; nothing where there is none."""
    called = [
        "" if np.isnan(at) else names[int(at)] if names else f"{at:.0f}" for at in classes.flat
    ]
    return np.reshape(called, classes.shape)


def draw(data: xr.Dataset, ax: Axes) -> None:
    """Eigenvalues of G and of its parts against rank, and the share of each part in Tr G."""
    rank = np.arange(1, data.sizes["top_rank"] + 1)
    measured = data.top_eigenvalues.values
    ax.plot(rank, measured, "o", mfc="none", mew=0.7, color=style.MEASURED, label="G")
    smallest = np.nanmin(measured)
    for part, (label, color, marker) in PARTS.items():
        values = data.part_eigenvalues.sel(part=part).values
        share = float(data.part_share.sel(part=part))
        shown = np.where(values > smallest / 10, values, np.nan)
        ax.plot(rank, shown, marker, color=color, markersize=3, label=f"{label}: {share:.0%}")
    ax.set(xscale="log", yscale="log", xlabel="rank", ylabel="eigenvalue (nat/weight²)")
    ax.xaxis.set_major_formatter("{x:g}")
    ax.set_ylim(smallest / 10, HEADROOM * np.nanmax(measured))
    ax.legend(loc="upper right", handletextpad=0.2, labelspacing=0.3, title="share of Tr G")


def draw_shares(data: xr.Dataset, ax: Axes) -> None:
    """Squared length of each eigenvector of G in the spans of means, and the rest.

    From below: the class means, what the cross-class means add to them, what neither holds. In the
    bars of the C-1 first stands the class whose mean is nearest.
    """
    count = min(BARS, data.sizes["top_rank"])
    rank = np.arange(1, count + 1)
    own = data.span_increment.sel(span="class").values[:count]
    added = data.span_increment.sel(span="cross").values[:count]
    ax.bar(rank, own, color=CLASS, label="class means")
    ax.bar(rank, added, bottom=own, color=CROSS, label="added by cross-class means")
    ax.bar(rank, 1 - own - added, bottom=own + added, color=WITHIN, label="neither")
    logit = data.span_increment.sel(span="logit").values[:count]
    ax.plot(rank, logit, "_", color=style.MEASURED, markersize=8, label="means over logits")
    names = [str(name) for name in data.nearest_name.values[:count]]
    turned = 90 if max(map(len, names)) > UPRIGHT else 0
    for at, name in enumerate(names, start=1):
        ax.text(at, 0.5, name, rotation=turned, ha="center", va="center", bbox=PAPER)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(xlabel="rank of the eigenvector of G", ylabel="squared length in the span")
    ax.set(ylim=(0, 1), xlim=(0.4, count + 0.6))
