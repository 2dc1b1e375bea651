"""What neighbouring theories say of a network, one line each."""

from __future__ import annotations

from typing import Any

import xarray as xr

from figures.judge.rivals import rivals
from figures.reports.tables import markdown, plain


def told(measured: xr.Dataset, found: xr.Dataset) -> list[str]:
    """The table with its caption."""
    rows = []
    for epoch in found.epoch.values:
        for each in rivals(measured.sel(epoch=epoch), found.sel(epoch=epoch)):
            numbers = [
                "" if value is None else plain(value) for value in (each.predicted, each.found)
            ]
            rows.append([f"{epoch:g}", each.name, each.says, *numbers, each.verdict])
    return [
        "Neighbouring theories, each within 10 % or not; negative eigenvalues of H are counted "
        "below -1 % of λ_max(G).",
        markdown(["epoch", "theory", "of", "predicted", "measured", "verdict"], rows),
    ]


def numbers(measured: xr.Dataset, found: xr.Dataset) -> dict[str, Any]:
    """The same of one epoch as plain numbers."""
    return {
        each.name: {"predicted": each.predicted, "measured": each.found, "verdict": each.verdict}
        for each in rivals(measured, found)
    }
