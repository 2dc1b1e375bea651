"""The study of boundaries as Markdown and as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr

from figures.boundary import claims
from figures.reports.tables import markdown, plain
from theory.arrays import Array

OF_A_SET = {
    "pieces": "pieces",
    "pieces_held": "pieces between points",
    "length": "length (input)",
    "margin": "margin (input)",
    "margin_estimate": "estimate (input)",
    "gap_outliers": "outliers, gap",
    "participation": "participation",
    "test_error": "test error",
}
SHARES = {
    "captured_boundary": "‖g‖² on the outliers' eigenvectors, at the boundary",
    "captured_points": "‖g‖² on the outliers' eigenvectors, at training points",
    "margin_alignment": "|alignment| where the margin's descent ends",
    "generalisation": "eigenvectors aligned by 10⁻⁶",
    "generalisation_random": "eigenvectors aligned beyond random directions",
}


def told(record: xr.Dataset, ranks: xr.Dataset) -> str:
    """The numbers as Markdown."""
    parts = [
        f"{record.train_loss.size} networks: {record.sizes['set']} sets, "
        f"{record.sizes['initialisation']} initialisations, {record.sizes['replicate']} seeds.",
        "Medians by set:\n\n" + _medians(record, "set"),
        "Medians by initialisation:\n\n" + _medians(record, "initialisation"),
        "Rank correlations. In brackets 95 % intervals over seeds, and over sets and seeds; among "
        "all networks, the means of the sets, and deviations from these:\n\n" + _ranks(ranks),
        "Outliers of each level (median, and quartiles, over the networks):\n\n" + _levels(record),
        "Shares (median, and quartiles, over the networks):\n\n" + _shares(record),
        f"Of {_share(record.pieces == record.pieces_finer)} of the networks the pieces are as many "
        "on a grid of half the spacing.",
    ]
    return "\n\n".join(parts)


def _medians(record: xr.Dataset, by: str) -> str:
    others = [str(dim) for dim in record.pieces.dims if dim != by]
    rows = [
        [str(name)]
        + [plain(float(record[each].sel({by: name}).median(others))) for each in OF_A_SET]
        for name in record[by].values
    ]
    return markdown([by, *OF_A_SET.values()], rows)


def _ranks(ranks: xr.Dataset) -> str:
    rows = [
        [str(pair), *(_cell(ranks.correlation.sel(pair=pair, among=a).values) for a in ranks.among)]
        for pair in ranks.pair.values
    ]
    return markdown(["", "all", "sets", "within sets"], rows)


def _levels(record: xr.Dataset) -> str:
    rows = []
    for level in record.level.values:
        own = record.sel(level=level)
        cells = [_quartiles(own[name].values) for name in ("predicted_outliers", "edge_outliers")]
        known = np.isfinite(own.predicted_outliers)
        rows.append([str(level), *cells, f"{int(known.sum())}"])
    header = ["level", "predicted", "measured above its bulk", "networks"]
    return markdown(header, rows)


def _shares(record: xr.Dataset) -> str:
    return markdown(
        ["", "share"], [[name, _quartiles(record[key].values)] for key, name in SHARES.items()]
    )


def _quartiles(values: Array) -> str:
    low, middle, high = claims.quartiles(values)
    return f"{plain(middle)} ({plain(low)}–{plain(high)})" if np.isfinite(middle) else "–"


def _cell(values: Sequence[float]) -> str:
    if not np.isfinite(values[0]):
        return "–"
    value, low, high, low_sets, high_sets = values
    return f"{value:.2f} [{low:.2f}, {high:.2f}] [{low_sets:.2f}, {high_sets:.2f}]"


def _share(of: xr.DataArray) -> str:
    return f"{float(of.mean()):.0%}"


def numbers(record: xr.Dataset, ranks: xr.Dataset) -> dict[str, Any]:
    """The same for ``--json``; None where there is none."""
    return {
        "networks": int(record.train_loss.size),
        "rank": {
            str(pair): {
                str(among): _finite(ranks.correlation.sel(pair=pair, among=among).values)
                for among in ranks.among.values
            }
            for pair in ranks.pair.values
        },
        "median": {
            str(name): {
                each: _finite([record[each].sel(set=name).median()])[0] for each in OF_A_SET
            }
            for name in record.set.values
        },
        "predicted_outliers": {
            str(level): _finite(claims.quartiles(record.predicted_outliers.sel(level=level).values))
            for level in record.level.values
        },
        "share": {name: _finite(claims.quartiles(record[name].values)) for name in SHARES},
        "same_pieces_on_finer_grid": float((record.pieces == record.pieces_finer).mean()),
    }


def _finite(values: Any) -> list[float | None]:
    return [float(each) if np.isfinite(each) else None for each in values]
