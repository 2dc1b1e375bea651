"""Motion of the softmax outputs on the simplex of three classes: figure 3 of Fort and Ganguli."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from figures.pictures import style
from theory import record as records

CORNERS = 3
CLASSES = tuple(f"class {k}" for k in range(CORNERS))  # where the record has no names
COLORS = (style.CLUSTER, style.FG, style.SAMPLED)
EXAMPLES = 12  # of each class whose own paths are drawn
PLACES = np.array([[0, 0], [1, 0], [0.5, 0.75**0.5]])
"""Corners of the triangle: outputs times them are where they are drawn."""


def compute(record: xr.Dataset) -> xr.Dataset:
    """Outputs of the examples of the first three classes, as if there were no others.

    ``outputs`` are ``p_k`` over their sum in the three classes, ``mean`` their mean over the
    examples of each true class, ``corner_name`` what the three are called.
    """
    labels = record.labels.isel(epoch=0).values
    three = record.p.isel(example=labels < CORNERS, logit=slice(CORNERS))
    outputs = three / three.sum("logit")
    own = xr.DataArray(labels[labels < CORNERS], dims="example")
    mean = outputs.groupby(own.rename("label")).mean()
    names = records.class_names(record) or list(CLASSES)
    found = xr.Dataset({"outputs": outputs, "mean": mean, "own": own})
    return found.assign_coords(corner_name=("corner", names[:CORNERS]))


def draw(data: xr.Dataset, ax: Axes) -> None:
    """Means of each class over the paths of single examples.

    From the first point of training (open) to the last (filled).
    """
    names = data.corner_name.values.tolist()
    for label, color in enumerate(COLORS):
        mine = data.outputs.isel(example=data.own.values == label).isel(example=slice(EXAMPLES))
        for paths in mine.transpose("example", "epoch", "logit").values @ PLACES:
            ax.plot(*paths.T, "-", color=color, linewidth=0.5, alpha=0.3)
        path = data["mean"].sel(label=label).transpose("epoch", "logit").values @ PLACES
        ax.plot(*path.T, ".-", color=color, label=f"examples of {names[label]}")
        ax.plot(*path[0], "o", color=color, mfc="white", markersize=5, zorder=3)
        ax.plot(*path[-1], "o", color=color, markersize=6, zorder=3)
    frame(ax, names)
    first, last = (f"{data.epoch.values[at]:g}" for at in (0, -1))
    ax.set_title(
        f"outputs among three classes,\nepoch {first} (open) to {last} (filled);\n"
        f"thick: mean of a class, thin: single examples",
        pad=14,
    )
    ax.legend(loc="upper right", bbox_to_anchor=(1.12, 1))


def frame(ax: Axes, names: Sequence[str] = CLASSES) -> None:
    """The triangle, with its corners named."""
    ax.plot(*PLACES[[0, 1, 2, 0]].T, "-", color="0.15", linewidth=0.7)
    for label, (x, y) in enumerate(PLACES):
        below = y == 0
        ax.annotate(
            names[label],
            (x, y),
            xytext=(0, -4 if below else 4),
            textcoords="offset points",
            ha="center",
            va="top" if below else "bottom",
        )
    ax.set_aspect("equal")
    ax.axis("off")
