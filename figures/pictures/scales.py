"""Axes of epochs and of logarithms with round ticks in plain numbers; bands that stay on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, Locator, MaxNLocator, NullFormatter
from numpy.typing import ArrayLike, NDArray

from figures.pictures import symbols
from theory import InputError, checks

CROWDED = 6  # epochs whose labels need less room
TICK_GAP = 0.09  # of the axis, between epochs that are labelled
MARGIN = 0.05  # of the axis, on either side of the epochs
EVEN = 0.8  # decades up to which ticks are evenly spaced
EVERY_THIRD, POWERS = 1.4, 2.6  # decades from which ticks are at 1 and 3, and at powers of ten
TICKS = 7  # even ones and powers of ten at most
BAND = "± one standard deviation"


def round_values(low: float, high: float, *, log: bool) -> list[float]:
    """Round values from ``low`` to ``high``: evenly spaced, or on a logarithmic axis 1, 2, 5.

    Of a logarithmic axis of more decades at 1 and 3, or powers of ten; of less than one even ones.

    Examples
    --------
    >>> round_values(0.8, 18, log=True), round_values(1, 4, log=False)
    ([1.0, 2.0, 5.0, 10.0], [1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0])
    """
    decades = np.log10(high / low) if log else 0.0
    if decades < EVEN:
        values = np.array(MaxNLocator(TICKS).tick_values(low, high))
    else:
        step = max(1, int(np.ceil(decades / TICKS)))
        exponents = np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
        factors = [1] if decades > POWERS else [1, 3] if decades > EVERY_THIRD else [1, 2, 5]
        values = np.outer(10.0 ** exponents[exponents % step == 0], factors).ravel()
    rounding = 1e-9 * abs(high)
    return values[(low - rounding <= values) & (values <= high + rounding)].tolist()


class _Round(Locator):
    """Ticks at the round values of a logarithmic axis."""

    def __call__(self) -> list[float]:
        return self.tick_values(*self.axis.get_view_interval())  # pyright: ignore

    def tick_values(self, vmin: float, vmax: float) -> list[float]:
        return round_values(*sorted((vmin, vmax)), log=True)


def log_axis(ax: Axes, which: Literal["x", "y"], *, percent: bool = False) -> None:
    """Make an axis logarithmic, with round ticks in plain numbers, or in percent."""
    axis = ax.xaxis if which == "x" else ax.yaxis
    ax.set(**{f"{which}scale": "log"})
    axis.set_major_locator(_Round())
    factor, after = (100, " %") if percent else (1, "")
    axis.set_major_formatter(FuncFormatter(lambda v, _: symbols.number(factor * v) + after))
    axis.set_minor_formatter(NullFormatter())


def limit(ax: Axes, which: Literal["x", "y"], ends: Sequence[float] | None) -> None:
    """Set the ends of an axis where they are given.

    Raises
    ------
    InputError
        If they are not two ascending numbers, or not above zero on a logarithmic axis.
    """
    if ends is None:
        return
    low, high = (checks.real(f"{which}lim", end) for end in ends)
    if high <= low:
        raise InputError(f"{which}lim must ascend, got {low:g} and {high:g}")
    if getattr(ax, f"get_{which}scale")() == "log" and low <= 0:
        raise InputError(f"{which}lim must be above 0 on a logarithmic axis, got {low:g}")
    ax.set(**{f"{which}lim": (low, high)})


def epoch_axis(ax: Axes, epochs: Sequence[float]) -> None:
    """Epochs of training on x: linear up to the first, logarithmic beyond.

    Ticks stand at the points that have room.
    """
    after = [epoch for epoch in epochs if epoch > 0]
    first, last = min(after, default=1.0), max(after, default=1.0)

    def place(epoch: float) -> float:
        return epoch / first if epoch <= first else 1 + np.log10(epoch / first)

    ticks: list[float] = []
    for epoch in sorted(epochs):
        if not ticks or place(epoch) - place(ticks[-1]) >= TICK_GAP * place(last):
            ticks.append(epoch)
    margin = MARGIN * place(last)
    ax.set_xscale("symlog", linthresh=first)
    ax.set_xlim(-margin * first, last * 10**margin)
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.set_xticks([], minor=True)
    if len(ticks) > CROWDED:
        ax.tick_params(axis="x", labelsize=6)
    ax.set_xlabel("epoch of training")


def spread(
    mean: ArrayLike, deviation: ArrayLike, *, log: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lower and upper end of the band of one standard deviation about a mean.

    On a logarithmic axis, those of the log-normal law of that mean and that deviation: they are
    above zero, and ``mean ± deviation`` to first order. nan where no such law has the mean.

    Parameters
    ----------
    mean, deviation
        Shape ``(n,)``, in the same unit.
    log
        Whether the axis is logarithmic.

    Examples
    --------
    >>> low, high = spread([1.0], [2.0], log=False)
    >>> low.tolist(), high.tolist()
    ([-1.0], [3.0])
    >>> low, high = spread([1.0], [2.0], log=True)  # median 1/√5, width √ln 5
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.126], [1.59])
    """
    centre, width = np.asarray(mean, dtype=float), np.asarray(deviation, dtype=float)
    if not log:
        return centre - width, centre + width
    centre = np.where(centre > 0, centre, np.nan)
    squared = np.log1p((width / centre) ** 2)
    middle = np.log(centre) - squared / 2
    return np.exp(middle - np.sqrt(squared)), np.exp(middle + np.sqrt(squared))


def band(
    ax: Axes,
    x: ArrayLike,
    mean: ArrayLike,
    deviation: ArrayLike,
    *,
    color: object,
    label: str | None = BAND,
) -> None:
    """Shade one standard deviation about a mean, on the scale that the y axis has by now.

    The legend says what it is, unless ``label`` is None.
    """
    low, high = spread(mean, deviation, log=ax.get_yscale() == "log")
    shade = {"color": color, "alpha": 0.2, "linewidth": 0}
    ax.fill_between(np.asarray(x, dtype=float), low, high, label=label, **shade)
