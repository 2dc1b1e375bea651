"""Records as the few numbers that ``--json`` prints and a reader is told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import xarray as xr

    from figures.judge.thresholds import Thresholds

BY_LEVEL = ("sigma_c", "sigma_E", "effective_dimension")


def prediction(found: Mapping[Any, Any], *, made_by: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers of ``figures.predict``, record or values; bulk edges are those of the main interval.

    The main interval is the one that holds most eigenvalues, ``bulk_support`` goes from the lowest
    edge to the highest; both are ``None`` where there is no bulk.
    """
    edges = np.asarray(found["bulk_edges"])
    support = [float(edges[0, 0]), float(edges[-1, 1])] if len(edges) else None
    main = edges[np.asarray(found["bulk_masses"]).argmax()].tolist() if len(edges) else None
    numbers = {
        "lambda_max": float(found["lambda_max"]),
        "outliers": np.asarray(found["outliers"]).tolist(),
        "outliers_std": np.asarray(found["outliers_std"]).tolist(),
        "bulk_edges": main,
        "bulk_support": support,
        "bulk_intervals": len(edges),
        "gradient_power": float(found["gradient_share"]),
    }
    if "gradient_share_std" in found:
        numbers["gradient_power_std"] = float(found["gradient_share_std"])
    for name in ("trace", "frobenius", "participation"):
        numbers[name] = float(found[name])
    return numbers | {"provenance": dict(made_by)}


def samples(record: xr.Dataset, *, count: int, per_replicate: bool = False) -> dict[str, Any]:
    """Means and their standard errors over the replicates of ``simulate.replicates``.

    The ``count`` largest eigenvalues, as many as the means can make, count as outliers, the next
    one as the largest of the bulk. A standard error needs two replicates and is ``None`` with one.
    """
    from simulate.replicates import outliers

    count = min(count, record.sizes["rank"])
    values = outliers(record, C=count + 1).values
    share = record.gradient_power.values[:, :count].sum(axis=1)
    numbers = {
        "outliers_mean": values.mean(axis=0).tolist(),
        "outliers_sem": _standard_error(values),
        "gradient_power_mean": float(share.mean()),
        "gradient_power_sem": _standard_error(share),
        "bulk_max_mean": None,
    }
    if record.sizes["rank"] > count:
        numbers["bulk_max_mean"] = float(record.eigenvalues[:, count].mean())
    for name in ("trace", "frobenius"):  # of full spectra only
        if name in record:
            numbers[f"{name}_mean"] = float(record[name].mean())
    if per_replicate:
        numbers["replicates"] = [
            {"outliers": row.tolist(), "gradient_power": float(s)}
            for row, s in zip(values, share, strict=True)
        ]
    return numbers | {"provenance": json.loads(record.provenance)}


def measurements(record: xr.Dataset) -> dict[str, Any]:
    """Scalars, extremes and top eigenvalues at each epoch of a record of ``empirical.trajectory``.

    Of the terms of the Hessian: the largest and the smallest eigenvalue of each. Of each layer: its
    weights, and the trace and largest eigenvalues of its blocks.
    """
    rows = []
    for epoch in record.epoch.values:
        point = record.sel(epoch=epoch)
        row: dict[str, Any] = {"epoch": float(epoch), "step": int(point.step)}
        row |= {str(name): float(array) for name, array in point.items() if array.ndim == 0}
        row |= {name: point[name].values.tolist() for name in BY_LEVEL if name in point}
        if "eigenvalues" in point:
            row["outliers"] = point.eigenvalues.values[: int(point.classes) - 1].tolist()
            row["gradient_power"] = float(point.gradient_subspace.sel(subspace="C-1"))
        if "term_top" in point:
            for term in point.term.values:
                row[f"{term}_max"] = float(point.term_top.sel(term=term)[0])
                row[f"{term}_min"] = _finite(float(point.term_bottom.sel(term=term)[-1]))
        if "layer_eigenvalues" in point:
            row["layers"] = {
                str(layer): {
                    "weights": int(own.layer_weights),
                    "trace": float(own.layer_trace),
                    "lambda_max": float(own.layer_eigenvalues[0]),
                    "H_max": float(own.layer_hessian_top[0]),
                }
                for layer in point.layer.values
                for own in [point.sel(layer=layer)]
            }
        rows.append(row)
    levels = {"levels": record.level.values.tolist()} if "level" in record.coords else {}
    return levels | {"epochs": rows, "provenance": json.loads(record.provenance)}


def comparison(record: xr.Dataset, *, thresholds: Thresholds) -> dict[str, Any]:
    """The judgement of each level at each epoch of a record of ``figures.compare``."""
    from figures.judge.judgement import judge
    from figures.reports.levels.verdict import numbers

    top = record.sizes["logit"] - 1
    rows = []
    for each in judge(record, thresholds=thresholds):
        point = record.sel(epoch=each.epoch)
        own = point.sel(source=each.level, level=each.level)
        rows.append(
            {
                "epoch": each.epoch,
                "level": each.level,
                "errors": own.outlier_error.values.tolist(),
                "shuffled_errors": own.shuffled_outlier_error.values.tolist(),
                "share": float(own.predicted_share),
                "measured_share": float(point.share),
                "shuffled_share": float(point.shuffled_gradient_power[:top].sum()),
                "trace_error": float(own.predicted_trace / point.trace - 1),
                "norm_error": float(own.predicted_gradient_norm / point.gradient_norm - 1),
                "bulk_distance": float(own.bulk_distance),
                "edge_error": float(own.edge_error),
                "judged": numbers(each),
            }
        )
    return {
        "verdicts": rows,
        "thresholds": asdict(thresholds),
        "provenance": json.loads(record.provenance),
    }


def _finite(value: float) -> float | None:
    """JSON has no number that is not finite."""
    return value if np.isfinite(value) else None


def _standard_error(values: np.ndarray) -> Any:
    if len(values) < 2:
        return None
    return (values.std(axis=0, ddof=1) / np.sqrt(len(values))).tolist()
