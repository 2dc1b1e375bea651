"""The report on levels over splits: which level is first good enough, and all errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from figures.judge.errors import OTHER
from figures.judge.thresholds import Thresholds
from figures.reports import provenance, tables
from figures.splits import intervals
from figures.splits.networks import CASES
from figures.splits.study import QUANTITIES
from theory.levels import LEVELS

HEADER = {
    "outliers": "outliers, mean",
    "worst": "worst",
    "share": "share",
    "bulk": "bulk",
    "top": "λ_max(H)",
    "bottom": "λ_min(H)",
}
LAST = list(LEVELS)[-1]


def text(found: xr.Dataset, *, thresholds: Thresholds, made_by: Mapping[str, Any]) -> str:
    """The report in Markdown."""
    n = found.sizes["split"]
    parts = [
        "# Which assumption matters when",
        f"Errors of every level on {n} splits of each network's examples, nothing fitted to what "
        "is judged: mean over the splits ± half of a 95 % interval of it. Splits share examples, "
        "so that intervals are somewhat too narrow. *other examples*: what two samples of the "
        "network differ by.",
        "## The simplest level that does not fail",
        "Within the threshold, or (in brackets) not told apart from what two samples differ by.",
        enough(found, thresholds=thresholds),
        "## Where the best level fails",
        failures(found, thresholds=thresholds),
        "## What each level changes",
        "Mean paired difference of the outliers' error, of the share's and of the bulk's from the "
        "level before; bold where its 95 % interval does not hold 0.",
        changes(found),
        "## All errors",
        *[part for name in found.network.values for part in _network(found, str(name))],
        "## What is judged",
        tables.markdown(
            ["quantity", "meaning", "holds up to"],
            [
                [HEADER[name], told, _number(name, intervals.limit(name, thresholds))]
                for name, told in QUANTITIES.items()
            ],
        ),
        "![errors over training](levels.png)",
        "## Provenance",
        provenance.told(made_by),
    ]
    return "\n\n".join(parts) + "\n"


def enough(found: xr.Dataset, *, thresholds: Thresholds) -> str:
    """The first level that is good enough, by network, epoch and quantity."""
    rows = []
    for name, epoch, size in points(found):
        cells = [CASES[name].told, f"{epoch:g}"]
        for quantity in QUANTITIES:
            level = intervals.first(size, quantity=quantity, thresholds=thresholds)
            if level is None:
                cells.append("none")
                continue
            held = intervals.verdict(size, level=level, quantity=quantity, thresholds=thresholds)
            cells.append(level if held == "holds" else f"({level})")
        rows.append(cells)
    return tables.markdown(["network", "epoch", *HEADER.values()], rows)


def failures(found: xr.Dataset, *, thresholds: Thresholds) -> str:
    """Each quantity that every level fails, with the least error and that of two samples."""
    lines = []
    for name, epoch, size in points(found):
        parts = []
        for quantity in QUANTITIES:
            if intervals.first(size, quantity=quantity, thresholds=thresholds) is not None:
                continue
            own = size.sel(quantity=quantity).mean("split")
            levels = own.sel(source=list(LEVELS))
            best = str(levels.source.values[int(np.argmin(levels.values))])
            least, other = float(levels.min()), float(own.sel(source=OTHER))
            parts.append(
                f"{HEADER[quantity]} ({best} {_number(quantity, least)}, two samples "
                f"{_number(quantity, other)})"
            )
        if parts:
            lines.append(f"- {CASES[name].told}, epoch {epoch:g}: {'; '.join(parts)}")
    return "\n".join(lines) or "Nowhere."


def changes(found: xr.Dataset) -> str:
    """Paired differences from level to level."""
    rows = []
    for name, epoch, size in points(found):
        for quantity in ("outliers", "share", "bulk"):
            cells = [CASES[name].told, f"{epoch:g}", HEADER[quantity]]
            for step in intervals.steps(size, quantity=quantity):
                scale = 1 if quantity == "share" else 100
                told = tables.interval(scale * step.change, scale * step.half)
                told += "" if quantity == "share" else " %"
                cells.append(f"**{told}**" if step.told_apart else told)
            rows.append(cells)
    return tables.markdown(["network", "epoch", "error of", *list(LEVELS)[1:]], rows)


def numbers(found: xr.Dataset, *, thresholds: Thresholds) -> dict[str, Any]:
    """The same as plain numbers for JSON."""
    out: dict[str, Any] = {}
    for name, epoch, size in points(found):
        both = intervals.mean(size)
        point: dict[str, Any] = {"epoch": epoch}
        for quantity in QUANTITIES:
            own = both.sel(quantity=quantity)
            point[quantity] = {
                source: [_known(x) for x in own.sel(source=source).values]
                for source in own.source.values
            }
            point[quantity]["first"] = intervals.first(
                size, quantity=quantity, thresholds=thresholds
            )
        out.setdefault(name, []).append(point)
    return out


def points(found: xr.Dataset) -> list[tuple[str, float, xr.DataArray]]:
    """Network, epoch and sizes (split, source, quantity) of each point that there is."""
    out = []
    for name in found.network.values:
        for epoch in found.epoch.values:
            size = found["size"].sel(network=name, epoch=epoch)
            if bool(size.notnull().any()):
                out.append((str(name), float(epoch), size))
    return out


def _network(found: xr.Dataset, name: str) -> list[str]:
    rows = []
    for _, epoch, size in points(found.sel(network=[name])):
        both = intervals.mean(size)
        for source in size.source.values:
            cells = [f"{epoch:g}", str(source)]
            for quantity in QUANTITIES:
                value, half = map(float, both.sel(source=source, quantity=quantity).values)
                cells.append(_with_interval(quantity, value, half))
            rows.append(cells)
    return [f"### {CASES[name].told}", tables.markdown(["epoch", "level", *HEADER.values()], rows)]


def _number(quantity: str, value: float) -> str:
    return f"{value:.3f}" if quantity == "share" else f"{value:.1%}"


def _with_interval(quantity: str, value: float, half: float) -> str:
    if not np.isfinite(value):
        return "–"
    if quantity == "share":
        return f"{value:.3f} ± {half:.3f}"
    return f"{100 * value:.1f} ± {100 * half:.1f} %"


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
