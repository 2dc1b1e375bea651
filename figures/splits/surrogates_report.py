"""The report on surrogates: what of a network, put into the model, mends its prediction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from empirical.hierarchy.kinds import SURROGATES
from figures.judge.errors import OTHER
from figures.reports import provenance, tables
from figures.splits import intervals
from figures.splits.networks import CASES
from figures.splits.surrogates import QUANTITIES

FIRST = next(iter(SURROGATES))
HEADER = {
    "outliers": "Outliers, mean error",
    "top": "λ_max of G, size of the error",
    "edge": "The eigenvalue behind the outliers, size of the error",
    "bulk": "Bulk, distance",
}


def text(found: xr.Dataset, *, made_by: Mapping[str, Any]) -> str:
    """The report in Markdown."""
    parts = [
        "# What of the network mends the prediction",
        f"G with its logit gradients drawn anew, on {found.sizes['split']} splits of each "
        "network's examples: mean error over the splits, in per cent, ± half of its 95 % interval; "
        f"bold where it is less than that of *{FIRST}* and the interval of the paired difference "
        "does not hold 0. Means and noise are those of held-out examples unless said otherwise.",
        tables.markdown(
            ["surrogate", "what it has"],
            [
                *[[name, kind.meaning] for name, kind in SURROGATES.items()],
                [OTHER, "as many held-out examples as they are: what two samples differ by"],
            ],
        ),
        "## How many examples make G",
        "(Σ tr A)²/Σ (tr A)²: examples of equal weight that would make G as these do.",
        decided(found),
    ]
    for quantity in QUANTITIES:
        parts += [f"## {HEADER[quantity]}", errors(found, quantity=quantity)]
    parts += ["## Provenance", provenance.told(made_by)]
    return "\n\n".join(parts) + "\n"


def errors(found: xr.Dataset, *, quantity: str) -> str:
    """Of each surrogate, by network and epoch."""
    names = [str(name) for name in found.surrogate.values]
    rows = []
    for name, epoch, point in points(found):
        size = np.abs(point.error.sel(quantity=quantity)).rename(surrogate="source")
        both = intervals.mean(size)
        change = intervals.mean(size - size.sel(source=FIRST))
        cells = [CASES[name].told, f"{epoch:g}"]
        for source in names:
            value, half = (100 * both.sel(source=source)).values
            less, reach = change.sel(source=source).values
            told = f"{value:.1f} ± {half:.1f}"
            cells.append(f"**{told}**" if less < 0 and -less > reach else told)
        rows.append(cells)
    return tables.markdown(["network", "epoch", *names], rows)


def decided(found: xr.Dataset) -> str:
    """How many of the measured examples and of the others make G, by network and epoch."""
    rows = []
    for name, epoch, point in points(found):
        case = CASES[name]
        some = point.undecided.mean("split").values
        cells = [f"{count:.0f}" for count in some]
        rows.append([case.told, f"{epoch:g}", *cells])
    return tables.markdown(["network", "epoch", *map(str, found.part.values)], rows)


def points(found: xr.Dataset) -> list[tuple[str, float, xr.Dataset]]:
    """Network, epoch and record of each point that there is."""
    every = []
    for name in found.network.values:
        for epoch in found.epoch.values:
            point = found.sel(network=name, epoch=epoch)
            if bool(point.undecided.notnull().all()):
                every.append((str(name), float(epoch), point))
    return every
