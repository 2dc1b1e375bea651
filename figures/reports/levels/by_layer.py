"""The table of each layer's block of G beside what the levels predict of it."""

from __future__ import annotations

import numpy as np
import xarray as xr

from figures.reports.tables import markdown, plain

LEVELS = ("cluster", "anisotropic")  # that are shown; the record has all


def told(measured: xr.Dataset, found: xr.Dataset) -> list[str]:
    """The table with its caption; nothing where the group ``layers`` was not measured."""
    if "layer_outlier_error" not in found:
        return []
    header = ["epoch", "layer", "weights", "Tr G", "λ_max(G)"]
    header += [f"{level} (error)" for level in LEVELS]
    header += [f"bulk, {level}" for level in LEVELS] + ["λ_max(H)"]
    rows = []
    for epoch in found.epoch.values:
        point, own = measured.sel(epoch=epoch), found.sel(epoch=epoch)
        total = float(point.layer_trace.sum())
        for layer in found.layer.values:
            block, judged = point.sel(layer=layer), own.sel(layer=layer)
            cells = [f"{epoch:g}", str(layer), f"{int(block.layer_weights)}"]
            cells += [f"{float(block.layer_trace) / total:.0%}" if total > 0 else "–"]
            cells += [plain(float(block.layer_eigenvalues[0]))]
            cells += [_with_error(judged.sel(level=level)) for level in LEVELS]
            distances = [float(judged.layer_bulk_distance.sel(level=name)) for name in LEVELS]
            cells += [plain(each, digits=2) for each in distances]
            rows.append([*cells, plain(float(block.layer_hessian_top[0]))])
    return [
        "Each layer's own block of G, λ_max in nat/weight²: measured, and as predicted from the "
        "layer's logit gradients on the held-out examples; W₁/λ̄ of the eigenvalues behind the "
        "C-1 largest; and λ_max of the block of H.",
        markdown(header, rows),
    ]


def numbers(measured: xr.Dataset, found: xr.Dataset) -> dict[str, object]:
    """The same of one epoch as plain numbers; None where there is none."""
    if "layer_outlier_error" not in found:
        return {}
    layers = {}
    for layer in found.layer.values:
        block, judged = measured.sel(layer=layer), found.sel(layer=layer)
        levels = {
            str(level): {
                "outliers": _finite(judged.layer_outlier_error.sel(level=level)),
                "bulk": _finite(judged.layer_bulk_distance.sel(level=level))[0],
            }
            for level in judged.level.values
        }
        layers[str(layer)] = {
            "weights": int(block.layer_weights),
            "trace": float(block.layer_trace),
            "lambda_max": float(block.layer_eigenvalues[0]),
            "H_max": float(block.layer_hessian_top[0]),
            "errors": levels,
        }
    return {"layers": layers}


def _with_error(judged: xr.Dataset) -> str:
    value, error = judged.layer_predicted_eigenvalues[0], judged.layer_outlier_error[0]
    return f"{plain(float(value))} ({float(error):+.1%})" if np.isfinite(error) else "–"


def _finite(values: xr.DataArray) -> list[float | None]:
    """JSON has no number that is not finite."""
    return [value if np.isfinite(value) else None for value in values.values.ravel().tolist()]
