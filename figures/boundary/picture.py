"""Input space by its alignment with the first eigenvectors; outliers, pieces and margins."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from figures.pictures.scales import log_axis
from figures.pictures.style import COLORS, MARKERS

PANELS = {
    "gap_outliers": "outliers by the largest gap",
    "participation": "participation, (Σλ)²/Σλ²",
    "margin": "",
}
SPREAD = 1.03
DIVERGING = "RdBu_r"
COLUMNS, HEIGHT = 6, 1.3  # maps in a row, two sets; inches of a row


def draw_map(data: xr.Dataset, ax: Axes, *, name: str, vector: int) -> None:
    """Alignment with one eigenvector over the plane, the boundary, and the points trained on."""
    own = data.sel(set=name)
    x, y = own.map_x.values, own.map_y.values
    ax.pcolormesh(
        x,
        y,
        own.map_alignment.sel(vector=vector).values,
        cmap=DIVERGING,
        vmin=-1,
        vmax=1,
        rasterized=True,
    )
    classes = own.map_class.values
    for k in np.unique(classes)[1:]:
        ax.contour(x, y, (classes >= k).astype(float), levels=[0.5], colors="0.1", linewidths=0.8)
    for k in np.unique(own.point_class.values):
        at = own.point.values[own.point_class.values == k]
        ax.plot(*at.T, marker=MARKERS[int(k)], ls="none", ms=1.2, mew=0.25, mfc="w", mec="0.3")
    ax.set(xticks=[], yticks=[], aspect="equal")


def draw_maps(data: xr.Dataset, figure: Figure, axes: list[Axes]) -> None:
    """The maps of each set side by side, in rows of ``COLUMNS``, with one colour bar."""
    figure.set_figheight(HEIGHT * -(-len(axes) // COLUMNS) + HEIGHT / 2)
    pairs = [(name, vector) for name in data.set.values for vector in data.vector.values]
    for (name, vector), ax in zip(pairs, axes, strict=True):
        draw_map(data, ax, name=str(name), vector=int(vector))
        ax.set_title(f"{name}, {vector}" if vector == 1 else f"{vector}")
    bar = figure.colorbar(axes[0].collections[0], ax=axes, location="bottom", shrink=0.4, aspect=30)
    bar.set_label("alignment with the eigenvector, (v·g)/‖g‖")


def draw(data: xr.Dataset, ax: Axes, *, name: str) -> None:
    """The panel ``margin``, estimate against true margin, or a count of outliers against pieces."""
    if name == "margin":
        _scatter(data, ax, "margin", "margin_estimate")
        ends = [float(data.margin_estimate.min()), float(data.margin_estimate.max())]
        ax.plot(ends, ends, color="0.5", lw=0.7, ls=":", label="equal")
        log_axis(ax, "y")
        ax.set(xlabel="true margin (input)", ylabel="margin estimated (input)")
    else:
        _scatter(data, ax, "pieces", name, spread=SPREAD)
        ax.set(xlabel="pieces of the true boundary", ylabel=PANELS[name])
    log_axis(ax, "x")


def _scatter(data: xr.Dataset, ax: Axes, x: str, y: str, *, spread: float = 1.0) -> None:
    """All networks; those of one set the factor ``spread`` from those of the next."""
    for place, name in enumerate(data.set.values):
        own = data.sel(set=name)
        ax.plot(
            own[x].values.ravel() * spread ** (place - data.sizes["set"] // 2),
            own[y].values.ravel(),
            color=COLORS[place],
            marker=MARKERS[place],
            ls="none",
            ms=3,
            mew=0.3 if MARKERS[place] in "PX" else 0,
            alpha=0.7,
            label=str(name),
        )
