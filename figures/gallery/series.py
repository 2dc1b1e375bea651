"""Points and lines that several figures draw alike: draws of the model, predictions of levels."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike

SHOWN = ("FG", "cluster")
"""Levels that figures of a network compare."""


def sampled(ax: Axes, x: ArrayLike, draws: xr.DataArray, *, number: int, told: str) -> None:
    """Mean and standard deviation over the replicates of a case, the ``number``-th of a panel."""
    from figures.pictures import style

    ax.errorbar(
        x,
        draws.mean("replicate"),
        draws.std("replicate", ddof=1),
        fmt=style.MARKERS[number],
        color=style.COLORS[number],
        mfc="none",
        elinewidth=0.8,
        label=f"sampled, {told}",
    )


def levels(ax: Axes, x: ArrayLike, predicted: xr.DataArray) -> None:
    """What each level predicts, against x."""
    from figures.pictures import style

    for level in SHOWN:
        own = predicted.sel(level=level)
        ax.plot(x, own, **style.level(level), label=style.predicted_label(level))


def drawn(ax: Axes, x: ArrayLike, draws: xr.DataArray, *, dim: str) -> None:
    """Mean and standard deviation of draws of the level cluster, against x."""
    from figures.pictures import style

    ax.errorbar(
        x,
        draws.mean(dim),
        draws.std(dim, ddof=1),
        fmt=".",
        color=style.SAMPLED,
        elinewidth=0.8,
        label="sampled, level cluster",
    )
