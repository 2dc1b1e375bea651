"""The flatness of networks as Markdown and as numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from figures.minima import flatness
from theory.arrays import Array


def told(record: xr.Dataset, ranks: xr.Dataset, paired: xr.Dataset) -> str:
    """The numbers as Markdown."""
    lines = [f"{record.test_error.size} networks, {record.sizes['replicate']} seeds.", ""]
    lines += ["Rank correlation with the test error, and with the test loss (95 % intervals):", ""]
    lines += ["| | all | fitted | seeds | loss: all | fitted | seeds |", "|---|" + "---|" * 6]
    for measure, name in flatness.MEASURES.items():
        cells = [
            _cell(ranks["rank"].sel(measure=measure, target=target, among=group).values)
            for target in ranks.target.values
            for group in ranks.among.values
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    lines += [
        "",
        "Difference from SGD: at the same settings; each at its best settings, and its mean there:",
        "",
    ]
    lines += ["| optimizer | quantity | matched | best | mean |", "|---|---|---|---|---|"]
    for name in paired.other.values:
        for quantity in flatness.COMPARED:
            at = paired.sel(other=name, quantity=quantity)
            mean = float(paired.best_mean.sel(optimizer=name, quantity=quantity))
            cells = [_cell(at.matched.values), _cell(at.best.values), f"{mean:.3g}"]
            lines.append(f"| {name} | {quantity} | {' | '.join(cells)} |")
    lines += ["", "Predicted over measured, quartiles over the networks:", ""]
    lines += ["| | 25 % | median | 75 % |", "|---|---|---|---|"]
    for name, quartiles in flatness.predictions(record).items():
        lines.append(f"| {name} | {' | '.join(f'{each:.3g}' for each in quartiles)} |")
    lines += ["", "First network, first layer times a factor and the next over it:", ""]
    trap = [str(name) for name in record if str(name).startswith("trap_")]
    lines += ["| factor | " + " | ".join(f"{each:g}" for each in record.factor.values) + " |"]
    lines += ["|---|" + "---|" * record.sizes["factor"]]
    for name in trap:
        cells = " | ".join(f"{each:.4g}" for each in record[name].values)
        lines.append(f"| {flatness.MEASURES[name.removeprefix('trap_')]} | {cells} |")
    return "\n".join(lines)


def _cell(values: Array) -> str:
    if not np.isfinite(values[0]):
        return "-"
    return f"{values[0]:.2g} [{values[1]:.2g}, {values[2]:.2g}]"


def numbers(record: xr.Dataset, ranks: xr.Dataset, paired: xr.Dataset) -> dict[str, Any]:
    """The same for ``--json``; None where there is none."""

    def plain(values: Array) -> list[float | None]:
        return [float(each) if np.isfinite(each) else None for each in values]

    return {
        "networks": record.test_error.size,
        "rank": {
            m: {
                t: {
                    g: plain(ranks["rank"].sel(measure=m, target=t, among=g).values) for g in groups
                }
                for t in ranks.target.values
            }
            for groups in [ranks.among.values]
            for m in flatness.MEASURES
        },
        "against_sgd": {
            str(name): {
                way: {
                    q: plain(paired[way].sel(other=name, quantity=q).values)
                    for q in flatness.COMPARED
                }
                for way in ("matched", "best")
            }
            for name in paired.other.values
        },
        "predicted": flatness.predictions(record),
        "trap": {
            str(name).removeprefix("trap_"): plain(record[name].values)
            for name in record
            if str(name).startswith("trap_")
        },
    }
