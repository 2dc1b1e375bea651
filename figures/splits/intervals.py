"""Means over splits with intervals, paired differences of levels, and the first that is enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import xarray as xr
from scipy.stats import t

from figures.judge.errors import OTHER
from figures.judge.thresholds import Thresholds
from theory.levels import LEVELS, after

CONFIDENCE = 0.95
Verdict = Literal["holds", "within what two samples differ by", "fails"]


def mean(values: xr.DataArray) -> xr.DataArray:
    """Mean over the splits and half of its 95 % interval, along a new axis ``part``.

    Student's t with one degree of freedom less than there are splits, as if these were independent;
    they share examples, so that the interval is too narrow where they make up most of the data.

    Examples
    --------
    >>> mean(xr.DataArray([1.0, 2.0, 3.0], dims="split")).values.round(3)
    array([2.   , 2.484])
    """
    n = values.sizes["split"]
    half = t.ppf((1 + CONFIDENCE) / 2, n - 1) * values.std("split", ddof=1) / np.sqrt(n)
    both = xr.concat([values.mean("split"), half], dim="part")
    return both.assign_coords(part=["mean", "half"]).transpose(..., "part")


@dataclass(frozen=True)
class Step:
    """What a level changes of the error of the level before it.

    Attributes
    ----------
    level, quantity
        Which.
    change
        Mean over the splits of the difference of the sizes of the errors; below 0 is better.
    half
        Half of its 95 % interval.
    """

    level: str
    quantity: str
    change: float
    half: float

    @property
    def told_apart(self) -> bool:
        """Whether the interval does not hold 0."""
        return abs(self.change) > self.half


def steps(size: xr.DataArray, *, quantity: str) -> list[Step]:
    """Paired differences from level to level of one quantity at one point (split, source)."""
    own = size.sel(quantity=quantity)
    out = []
    for name in LEVELS:
        following = after(name)
        if following is not None:
            found = mean(own.sel(source=following.name) - own.sel(source=name))
            change, half = map(float, found.values)
            out.append(Step(following.name, quantity, change, half))
    return out


def verdict(size: xr.DataArray, *, level: str, quantity: str, thresholds: Thresholds) -> Verdict:
    """Of one level and quantity at one point (split, source, quantity).

    It *holds* if the mean error is within the threshold; is *within what two samples differ by* if
    the paired difference from these is not clearly above 0; else *fails*.
    """
    own = size.sel(quantity=quantity)
    if float(own.sel(source=level).mean()) <= limit(quantity, thresholds):
        return "holds"
    found = mean(own.sel(source=level) - own.sel(source=OTHER))
    change, half = map(float, found.values)
    return "within what two samples differ by" if change <= half else "fails"


def first(size: xr.DataArray, *, quantity: str, thresholds: Thresholds) -> str | None:
    """The simplest level that does not fail at one point, or None."""
    for level in LEVELS:
        if verdict(size, level=level, quantity=quantity, thresholds=thresholds) != "fails":
            return level
    return None


def limit(quantity: str, thresholds: Thresholds) -> float:
    """The threshold of a quantity; λ_max and λ_min of H have that of single eigenvalues."""
    return getattr(thresholds, quantity, thresholds.worst)
