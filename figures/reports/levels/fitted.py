"""The table of parameters fitted to measured spectra, and whether misfit goes with them."""

from __future__ import annotations

from typing import Any

import xarray as xr

from figures.judge.fitted import SIGNIFICANT, told
from figures.judge.free_levels import PARAMETERS
from figures.reports.tables import markdown, plain
from theory.levels import ISOTROPIC

LEAST = 0.001  # p-value below which its size says nothing
CAPTION = (
    "Parameters from other examples → fitted to this spectrum, with 95 % intervals (lengths in "
    "nat/weight); the root-mean-square difference of ln λ over the outliers and the bulk's edge, "
    "sum and norm; and the p-value of such a difference. *Misfit of the model*: no parameters of "
    f"the level make this spectrum (p < {SIGNIFICANT:g}), and intervals mean little; *of the "
    "parameters*: others than those estimated do."
)


def section(found: xr.Dataset) -> list[str]:
    """The table with its caption; nothing where no parameters were fitted."""
    return [CAPTION, table(found)] if "fitted_p" in found else []


def table(found: xr.Dataset) -> str:
    """One row an epoch and level."""
    rows = []
    for epoch in found.epoch.values:
        for level in ISOTROPIC:
            own = told(found, epoch=epoch, level=level)
            cells = [f"{epoch:g}", level]
            for name in PARAMETERS:
                if name not in own.value:
                    cells.append("")
                    continue
                low, high = own.interval[name]
                value = f"{plain(own.start[name])} → {plain(own.value[name])}"
                cells.append(f"{value} [{plain(low)}, {plain(high)}]")
            before, after = own.distance
            cells.append(f"{before:.2f} → {after:.2f}")
            cells.append(" → ".join(p_value(each) for each in own.p))
            cells.append(own.misfit)
            rows.append(cells)
    return markdown(["epoch", "level", *PARAMETERS.values(), "distance", "p", "misfit"], rows)


def p_value(p: float) -> str:
    """To two digits, down to 0.001.

    Examples
    --------
    >>> p_value(0.314), p_value(1e-9)
    ('0.31', '< 0.001')
    """
    return f"< {LEAST:g}" if p < LEAST else plain(p, digits=2)


def numbers(found: xr.Dataset, *, epoch: float) -> dict[str, Any]:
    """The same of one epoch as plain numbers, by level."""
    if "fitted_p" not in found:
        return {}
    levels = {}
    for level in ISOTROPIC:
        own = told(found, epoch=epoch, level=level)
        levels[level] = {
            name: {"start": own.start[name], "value": own.value[name], "interval": [low, high]}
            for name, (low, high) in own.interval.items()
        }
        levels[level] |= {"distance": own.distance, "p": own.p, "misfit": own.misfit}
    return {"fitted": levels}
