"""A prediction by itself: the bulk, the outliers with their bands, and the gradient's share."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from figures import bulk as bulks
from figures.pictures import scales, style, symbols

PANELS = ("spectrum", "outliers", "share")
BULK, OUTLIER = style.COLORS[0], style.COLORS[1]
LARGEST = "largest of the bulk, 5 to 95 % (Tracy-Widom)"


def compute(prediction: xr.Dataset, bulk: xr.Dataset | None, *, D: int) -> xr.Dataset:
    """What the panels show, of ``figures.predict.predict`` and ``figures.bulk.bulk``.

    ``height`` is the bulk's number of eigenvalues per unit of ln λ, or where some are negative of
    λ; there is none without a bulk.
    """
    names = ("outliers", "outliers_std", "gradient_share", "gradient_share_std", "bulk_edges")
    shown = prediction[[name for name in names if name in prediction]]
    if bulk is None:
        return shown
    return shown.merge(bulk).assign(height=bulks.height(bulk, D=D))


def draw(data: xr.Dataset, ax: Axes, *, name: str) -> None:
    """One of ``PANELS``."""
    {"spectrum": _spectrum, "outliers": _outliers, "share": _share}[name](data, ax)


def _spectrum(data: xr.Dataset, ax: Axes) -> None:
    log = not len(data.bulk_edges) or bool(data.bulk_edges.min() > 0)
    if log:
        scales.log_axis(ax, "x")
    if "height" in data and bool(data.height.notnull().any()):
        at = data.eigenvalue
        ax.fill_between(at, data.height, color=BULK, alpha=0.35, lw=0.8, label="bulk")
        ax.set_ylabel(data.height.long_name.replace(" per", "\nper"))
    else:
        for i, (low, high) in enumerate(data.bulk_edges.values):
            label = None if i else "bulk, from edge to edge"
            ax.axvspan(low, high, color=BULK, alpha=0.35, lw=0, label=label)
        ax.set_yticks([])
    if "largest_of_bulk" in data and bool(data.largest_of_bulk.notnull().all()):
        low, _, high = data.largest_of_bulk.values
        ax.axvspan(low, high, color=style.COLORS[4], alpha=0.6, lw=0, label=LARGEST)
    for i, (mean, spread) in enumerate(zip(data.outliers, data.outliers_std, strict=True)):
        low, high = scales.spread([float(mean)], [float(spread)], log=log)
        label = None if i else f"outliers, {scales.BAND} over draws"
        ax.axvspan(float(low[0]), float(high[0]), color=OUTLIER, alpha=0.15, lw=0)
        ax.axvline(float(mean), color=OUTLIER, lw=0.8, label=label)
    ax.set_ylim(bottom=0)
    ax.set_xlabel("eigenvalue λ (nat/weight²)")


def _outliers(data: xr.Dataset, ax: Axes) -> None:
    rank = np.arange(1, data.sizes["rank"] + 1)
    bars = {"elinewidth": 1.0, "capsize": 2, "color": OUTLIER}
    label = f"outliers, {scales.BAND} over draws"
    ax.errorbar(rank, data.outliers, data.outliers_std, fmt="o", ms=3, label=label, **bars)
    if "largest_of_bulk" in data and bool(data.largest_of_bulk.notnull().all()):
        low, _, high = data.largest_of_bulk.values
        ax.axhspan(low, high, color=style.COLORS[4], alpha=0.6, lw=0, label=LARGEST)
    if not rank.size:
        ax.set_xticks([])
        ax.text(0.5, 0.6, "none above the bulk", ha="center", transform=ax.transAxes)
    else:
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(xlabel="rank of the outlier", ylabel="outlier λ$_{j}$ (nat/weight²)")
    ax.set_ylim(bottom=0)


def _share(data: xr.Dataset, ax: Axes) -> None:
    share = float(data.gradient_share)
    spread = float(data.gradient_share_std) if "gradient_share_std" in data else None
    ax.bar([0, 1], [share, 1 - share], 0.6, color=[OUTLIER, BULK], alpha=0.6)
    told = symbols.number(share)
    if spread:
        ax.errorbar(
            [0],
            [share],
            [spread],
            fmt="none",
            color="0.15",
            elinewidth=1.0,
            capsize=3,
            label=f"share, {scales.BAND} over draws",
        )
        told += f" ± {symbols.number(float(f'{spread:.2g}'))}"
    ax.text(0, min(1.0, share + (spread or 0)) + 0.02, told, ha="center", va="bottom")
    ax.set_xticks([0, 1], ["on the outliers", "on the rest"])
    ax.set(ylabel="fraction of ‖g‖²", ylim=(0, 1.12), xlim=(-0.6, 1.6))
