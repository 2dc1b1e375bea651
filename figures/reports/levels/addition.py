"""The table of H as a free sum, with 95 % intervals of what says whether it is one."""

from __future__ import annotations

import xarray as xr

from figures.reports.tables import interval, markdown, plain

NORMAL = 1.96
TITLES = {"hessian_top": "λ_max(H)", "hessian_bottom": "λ_min(H)", "hessian_negative": "negative"}


def told(found: xr.Dataset) -> list[str]:
    """The table with its caption; nothing where the group ``addition`` was not measured."""
    if "freeness" not in found:
        return []
    header = ["epoch", "φ (0 if free)"]
    header += [f"{title}: {name}" for title in TITLES.values() for name in found["sum"].values]
    rows = []
    for epoch in found.epoch.values:
        own = found.sel(epoch=epoch)
        cells = [f"{epoch:g}", interval(float(own.freeness), NORMAL * float(own.freeness_error))]
        cells += [plain(value) for name in TITLES for value in own[name].values.tolist()]
        rows.append(cells)
    return [
        "H as the free sum of G and of K on held-out examples (⊞), in nat/weight², beside H as "
        "measured; negative is the share of eigenvalues below -1 % of λ_max(G).",
        markdown(header, rows),
    ]


def numbers(own: xr.Dataset) -> dict[str, object]:
    """The same of one epoch as plain numbers."""
    if "freeness" not in own:
        return {}
    sums = {
        str(name): {each: float(own[each].sel(sum=name)) for each in TITLES}
        for name in own["sum"].values
    }
    told = {"value": float(own.freeness), "interval": NORMAL * float(own.freeness_error)}
    return {"hessian": {"freeness": told, **sums}}
