"""Errors of each level's prediction on one measured point, in the terms that are judged.

The C-1 largest eigenvalues by rank, the gradient's share on them, the bulk behind them as a whole,
and its upper edge. What two samples of the network differ by is told in the same terms.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from figures.judge.levels import Prediction
from theory.arrays import Array
from theory.records.record import variable

OTHER = "other examples"  # no level, but as many held-out examples, measured


class Spectrum(NamedTuple):
    """Eigenvalues of G, descending, and the gradient's share on the C-1 largest."""

    eigenvalues: Array
    share: float


def errors(point: xr.Dataset, found: Mapping[str, Prediction]) -> xr.Dataset:
    """Errors of the levels' predictions, and of other examples where these are measured.

    Returns
    -------
    xr.Dataset
        By source, a level or ``other examples``: ``predicted_eigenvalues`` (source, rank), zero
        where a level has fewer; ``predicted_share``; ``outlier_error`` (source, outlier) and its
        standard deviation ``outlier_error_std`` over draws of the noise, NaN for other examples and
        where a level puts the rank in the bulk; ``share_error``; ``bulk_distance``. By level:
        ``edge_error``, of the upper edge of the bulk against the measured eigenvalue that follows
        as many outliers as the level has, and ``edge_difference``, that of other examples against
        the same; and ``shuffled_*``, the errors against the network with shuffled outputs.
        ``eigenvalues`` and ``share`` as measured.
    """
    top = point.sizes["logit"] - 1
    true = _measured(point, "", top)
    sources = {level: _predicted(each, true, top) for level, each in found.items()}
    arrays = {
        "eigenvalues": variable("eigenvalues", true.eigenvalues),
        "share": variable("share", true.share, observable="gradient_share"),
        "edge_error": variable("edge_error", _edges(found, true), dims=("level",)),
    }
    if "shuffled_eigenvalues" in point:
        shuffled = _measured(point, "shuffled_", top)
        for name, values in _against(sources, shuffled, top).items():
            arrays[f"shuffled_{name}"] = variable(
                f"shuffled_{name}", values, dims=("level",), observable=name
            )
        arrays["shuffled_edge_error"] = variable(
            "shuffled_edge_error", _edges(found, shuffled), dims=("level",), observable="edge_error"
        )
    if "resampled_eigenvalues" in point:
        others = sources[OTHER] = _measured(point, "resampled_", top)
        differences = [
            float(others.eigenvalues[k] / true.eigenvalues[k] - 1)
            for k in (_following(each, true) for each in found.values())
        ]
        arrays["edge_difference"] = variable("edge_difference", differences, dims=("level",))
    for name, values in _against(sources, true, top).items():
        arrays[name] = variable(name, values, dims=("source",))
    spreads = {level: padded(each.model.spread.std, top) for level, each in found.items()}
    columns = {
        "outlier_error_std": [
            spreads.get(name, np.full(top, np.nan)) / true.eigenvalues[:top] for name in sources
        ],
        "predicted_eigenvalues": [each.eigenvalues for each in sources.values()],
        "predicted_share": [each.share for each in sources.values()],
    }
    registered = {"predicted_eigenvalues": "eigenvalues", "predicted_share": "gradient_share"}
    for name, values in columns.items():
        arrays[name] = variable(name, values, dims=("source",), observable=registered.get(name))
    return xr.Dataset(arrays, coords={"source": list(sources), "level": list(found)})


def padded(values: Array, size: int, *, by: float = np.nan) -> Array:
    """The first ``size`` values, and as many of ``by`` as are missing."""
    return np.append(values[:size], np.full(max(size - len(values), 0), by))


def spectrum_errors(found: Spectrum, *, true: Spectrum, top: int) -> dict[str, Any]:
    """Errors of one spectrum against another, by rank."""
    rest, behind = found.eigenvalues[top:], true.eigenvalues[top:]
    return {
        "outlier_error": found.eigenvalues[:top] / true.eigenvalues[:top] - 1,
        "share_error": found.share - true.share,
        "bulk_distance": float(np.abs(rest - behind).mean() / behind.mean()),
    }


def _against(sources: Mapping[str, Spectrum], true: Spectrum, top: int) -> dict[str, list[Any]]:
    rows = [spectrum_errors(each, true=true, top=top) for each in sources.values()]
    return {name: [row[name] for row in rows] for name in rows[0]}


def _measured(point: xr.Dataset, prefix: str, top: int) -> Spectrum:
    share = float(point[f"{prefix}gradient_power"].values[:top].sum())
    return Spectrum(point[f"{prefix}eigenvalues"].values, share)


def _predicted(found: Prediction, true: Spectrum, top: int) -> Spectrum:
    values = padded(found.model.eigenvalues, true.eigenvalues.size, by=0.0)
    return Spectrum(values, float(found.power.outliers[:top].sum()))


def _following(found: Prediction, true: Spectrum) -> int:
    """Place of the eigenvalue behind as many outliers as are predicted."""
    return min(len(found.model.outliers), true.eigenvalues.size - 1)


def _edges(found: Mapping[str, Prediction], true: Spectrum) -> list[float]:
    return [
        float(each.model.edges[-1, 1] / true.eigenvalues[_following(each, true)] - 1)
        for each in found.values()
    ]
