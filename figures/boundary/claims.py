"""The claims on boundaries and outliers: what is ranked against what, and what levels say."""

from __future__ import annotations

import numpy as np
import xarray as xr

from figures.boundary.correlations import AMONG, Rank, rank
from theory.arrays import Array

CLUSTER = "cluster"
OUTLIERS = {
    "gap_outliers": "above the largest gap",
    "edge_outliers": "above the bulk, level cluster",
    "participation": "participation (Σλ)²/Σλ²",
}
"""What counts the outliers of a measured Hessian."""

PAIRS = (
    *((count, "pieces") for count in (*OUTLIERS, "predicted_outliers")),
    *((count, "length") for count in (*OUTLIERS, "predicted_outliers")),
    *((count, "margin") for count in (*OUTLIERS, "predicted_outliers")),
    ("lambda_max", "margin"),
    ("margin_estimate", "margin"),
    ("margin_first", "margin"),
    ("margin_estimate", "distance"),
    ("generalisation", "pieces"),
    ("generalisation", "test_error"),
    ("generalisation_random", "pieces"),
    ("generalisation_random", "test_error"),
)
"""Quantities whose ranks are compared."""

PART = list(Rank._fields)


def quantity(record: xr.Dataset, name: str) -> xr.DataArray:
    """One quantity of the networks; what levels say is that of level cluster."""
    if name == "lambda_max":
        return record.eigenvalues.isel(rank=0)
    return record[name].sel(level=CLUSTER) if "level" in record[name].dims else record[name]


def correlations(record: xr.Dataset, *, seed: int = 0) -> xr.Dataset:
    """``correlation`` (pair, among, part) of all ``PAIRS``; ``pair`` is ``ONE against OTHER``."""
    values = [
        [
            rank(quantity(record, one), quantity(record, other), among=among, seed=seed)
            for among in AMONG
        ]
        for one, other in PAIRS
    ]
    coords = {
        "pair": [f"{one} against {other}" for one, other in PAIRS],
        "among": list(AMONG),
        "part": PART,
    }
    return xr.Dataset({"correlation": (("pair", "among", "part"), np.array(values))}, coords=coords)


def quartiles(values: Array) -> tuple[float, float, float]:
    """Lower quartile, median and upper quartile of what is finite; NaN of nothing."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return np.nan, np.nan, np.nan
    low, middle, high = np.quantile(finite, [0.25, 0.5, 0.75])
    return float(low), float(middle), float(high)
