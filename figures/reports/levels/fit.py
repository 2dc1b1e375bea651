"""The report of a fit: what holds and breaks, errors and parameters with intervals, in Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import xarray as xr

from figures.judge.judgement import best, judge
from figures.judge.thresholds import Thresholds
from figures.reports import provenance
from figures.reports.glossary import glossary
from figures.reports.levels import addition, by_layer, fitted, parameters, rivals, verdict
from figures.reports.tables import markdown, plain
from theory.levels import ISOTROPIC, LEVELS


def text(
    fits: Mapping[str, tuple[xr.Dataset, xr.Dataset]],
    *,
    thresholds: Thresholds,
    made_by: Sequence[Mapping[str, Any]],
) -> str:
    """The report.

    Parameters
    ----------
    fits
        What was measured and its fit, by the name of the network.
    thresholds
        Errors that are allowed.
    made_by
        Provenance of each fit.
    """
    parts = [
        "# How well each level of the model predicts examples that it has not seen",
        "Means and noise are estimated on held-out examples; the spectrum of G and the gradient "
        "are judged on others, given their softmax outputs. Nothing is fitted to what is judged.",
        "## Where the theory holds and where it breaks",
    ]
    for name, (_, found) in fits.items():
        parts += [f"**{name}**", verdict.told(found, thresholds=thresholds)]
    parts += ["## What is judged", verdict.thresholds_told(thresholds), levels()]
    for name, (measured, found) in fits.items():
        parts += [
            f"## {name}",
            "Errors of each level, their 95 % intervals where they are known, and the verdicts; "
            "the nearest level is bold.",
            verdict.errors(found, thresholds=thresholds),
            f"![errors of each level over training]({stem(name)}.png)",
            *parameters.told(measured, found),
            *fitted.section(found),
            *addition.told(found),
            *by_layer.told(measured, found),
            *rivals.told(measured, found),
            "λ_max of G over training, in nat/weight².",
            sharpness(found),
        ]
    parts += ["## Glossary", glossary(), "## Provenance"]
    parts += [provenance.told(each) for each in made_by]
    return "\n\n".join(parts) + "\n"


def stem(name: str) -> str:
    """File name of one network's fit, without suffix."""
    return "fit-" + "".join(c if c.isalnum() else "-" for c in name)


def levels() -> str:
    """What each level has and what it assumes."""
    rows = [[each.name, each.meaning, each.assumes] for each in LEVELS.values()]
    return markdown(["level", "means and noise", "assumes"], rows)


def sharpness(found: xr.Dataset) -> str:
    """λ_max measured and predicted, with the relative error; one row an epoch."""
    rows = []
    for epoch in found.epoch.values:
        point = found.sel(epoch=epoch)
        cells = [f"{epoch:g}", plain(float(point.eigenvalues[0]))]
        for source in found.source.values:
            own = point.sel(source=source)
            value, error = float(own.predicted_eigenvalues[0]), float(own.outlier_error[0])
            cells.append(f"{plain(value)} ({error:+.1%})")
        rows.append(cells)
    return markdown(["epoch", "measured", *found.source.values], rows)


def numbers(
    fits: Mapping[str, tuple[xr.Dataset, xr.Dataset]], *, thresholds: Thresholds
) -> dict[str, Any]:
    """The same as plain numbers for JSON."""
    out: dict[str, Any] = {}
    for name, (measured, found) in fits.items():
        judgements = judge(found, thresholds=thresholds)
        winners = best(found)
        epochs = []
        for epoch in found.epoch.values:
            point, own = measured.sel(epoch=epoch), found.sel(epoch=epoch)
            row: dict[str, Any] = {"epoch": float(epoch)}
            row["best"] = str(winners.sel(epoch=epoch).item())
            row |= {level: _scales(point.sel(level=level)) for level in ISOTROPIC}
            row["crowding"] = float(own.crowding)
            if "sigma_H" in own:
                row["sigma_H"] = {
                    "value": float(own.sigma_H),
                    "interval": parameters.WIDTH * float(own.sigma_H_error),
                }
                row["curvature_excess"] = float(own.curvature_excess)
            row |= addition.numbers(own)
            row |= by_layer.numbers(point, own)
            row["rivals"] = rivals.numbers(point, own)
            row |= fitted.numbers(found, epoch=epoch)
            row["errors"] = {
                source: {
                    "outliers": own.outlier_error.sel(source=source).values.tolist(),
                    "share": float(own.share_error.sel(source=source)),
                    "bulk": float(own.bulk_distance.sel(source=source)),
                }
                for source in own.source.values
            }
            row["judged"] = {
                each.level: verdict.numbers(each) for each in judgements if each.epoch == epoch
            }
            epochs.append(row)
        out[name] = epochs
    return out


def _scales(own: xr.Dataset) -> dict[str, dict[str, float]]:
    return {
        name: {
            "value": float(own[name]),
            "interval": parameters.WIDTH * float(own[f"{name}_error"]),
        }
        for name in parameters.SCALES
    }
