"""The report of a comparison: pictures, tables, and where the theory fails, in Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import xarray as xr

from figures.judge.judgement import best
from figures.judge.thresholds import Thresholds
from figures.pictures import style
from figures.pictures.logits import clustering, simplex, trajectory
from figures.pictures.spectra import gradient_power, hierarchy, outliers, sharpness, spectrum
from figures.reports import provenance
from figures.reports.glossary import glossary
from figures.reports.levels import parameters, verdict
from figures.reports.levels.fit import levels
from figures.reports.tables import markdown, plain
from theory.levels import LEVELS
from theory.records.record import save_text

FEW = 5  # draws from which a standard error can be told
BY_EPOCH: dict[str, tuple[ModuleType, str]] = {
    "spectrum": (spectrum, "Spectrum of G: bulk and outliers (ticks: one row each)"),
    "outliers": (outliers, "Eigenvalues by rank; bars: standard deviation over draws"),
    "gradient_power": (gradient_power, "Gradient power by rank"),
}
OVER_TRAINING: dict[str, tuple[ModuleType, str]] = {
    "clustering": (clustering, "Clustering of the logit gradients"),
    "sharpness": (sharpness, "Largest eigenvalue over training"),
}


def write(
    comparison: xr.Dataset, folder: Path, *, thresholds: Thresholds, made_by: Mapping[str, Any]
) -> Path:
    """Draw all pictures of a comparison into ``folder`` and write ``report.md`` beside them.

    Parameters
    ----------
    comparison
        Record of ``figures.compare``.
    folder
        Made if need be.
    thresholds
        Errors that are allowed.
    made_by
        Provenance, as of ``theory.record.provenance``.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    pictures = {}
    for name, (module, caption) in BY_EPOCH.items():
        shown = module.compute(comparison)
        with style.panels(shown.sizes["epoch"]) as (figure, axes):
            for epoch, ax in zip(shown.epoch.values, axes, strict=True):
                module.draw(shown.sel(epoch=epoch), ax)
                nearest = str(shown.best.sel(epoch=epoch).item())
                ax.set_title(f"epoch {epoch:g} (nearest: {nearest})")
            style.shared_legend(figure, axes)
            style.save(figure, shown, folder / name, made_by=made_by)
        pictures[name] = caption
    for name, (module, caption) in OVER_TRAINING.items():
        shown = module.compute(comparison)
        with style.panels(1) as (figure, axes):
            module.draw(shown, axes[0])
            style.shared_legend(figure, axes)
            style.save(figure, shown, folder / name, made_by=made_by)
        pictures[name] = caption
    told = text(comparison, pictures=pictures, thresholds=thresholds, made_by=made_by)
    return save_text(told, folder / "report.md")


def draw_trajectory(measured: xr.Dataset, folder: Path, *, made_by: Mapping[str, Any]) -> None:
    """The pictures of a record of ``empirical.trajectory`` that has what they show.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    shown = trajectory.compute(measured)
    names = trajectory.panels(shown)
    with style.panels(len(names)) as (figure, axes):
        for name, ax in zip(names, axes, strict=True):
            trajectory.draw(shown, ax, name=name)
        style.save(figure, shown, folder / "trajectory", made_by=made_by)
    if "p" in measured and measured.sizes["logit"] >= simplex.CORNERS:
        path = simplex.compute(measured)
        with style.panels(1) as (figure, axes):
            simplex.draw(path, axes[0])
            style.save(figure, path, folder / "simplex", made_by=made_by)
    if "part_trace" in measured:
        levels = hierarchy.compute(measured)
        for name, draw in (("hierarchy", hierarchy.draw), ("spans", hierarchy.draw_shares)):
            with style.panels(levels.sizes["epoch"]) as (figure, axes):
                for epoch, ax in zip(levels.epoch.values, axes, strict=True):
                    draw(levels.sel(epoch=epoch), ax)
                    ax.set_title(f"epoch {epoch:g}")
                if draw is hierarchy.draw_shares:
                    style.shared_legend(figure, axes)
                style.save(figure, levels, folder / name, made_by=made_by)


def text(
    comparison: xr.Dataset,
    *,
    pictures: Mapping[str, str],
    thresholds: Thresholds,
    made_by: Mapping[str, Any],
) -> str:
    """The report; ``pictures`` maps the name of each picture beside it to its caption."""
    C, N = comparison.sizes["logit"], comparison.sizes["example"]
    costly = int(comparison.sampled_eigenvalues.isel(level=-1, epoch=0, sampled_rank=0).count())
    parts = [
        "# Theory, samples and a real network, side by side",
        f"{N} examples, {C} classes, {int(comparison.weights[0])} weights. G is the Gauss-Newton "
        f"term of the Hessian of the mean cross-entropy. The model's parameters are measured on "
        f"other examples than those that they predict; none is fitted. Sampling draws "
        f"{comparison.sizes['replicate']} times from the model with the same parameters, "
        f"{costly} times at the last level.",
        "## Where the theory holds and where it breaks",
        verdict.told(comparison, thresholds=thresholds),
        "## What is judged",
        verdict.thresholds_told(thresholds),
        levels(),
        "## Errors of each level",
        "With 95 % intervals where they are known, and the verdicts; the nearest level is bold.",
        verdict.errors(comparison, thresholds=thresholds),
        "## The network and the model's parameters",
        *parameters.told(comparison, comparison),
        f"## The {C - 1} largest eigenvalues of G, in nat/weight²",
        "Predicted at each level; in brackets the relative error. Of samples the mean, and its "
        f"standard error where {FEW} or more are drawn.",
        *[_eigenvalues(comparison, epoch) for epoch in comparison.epoch.values],
        "## Gradient, trace and bulk",
        _moments(comparison),
        "## Pictures",
        *[f"![{caption}]({name}.png)\n\n{caption}." for name, caption in pictures.items()],
        "## Glossary",
        glossary(),
        "## Provenance",
        provenance.told(made_by),
    ]
    return "\n\n".join(parts) + "\n"


def _eigenvalues(comparison: xr.Dataset, epoch: float) -> str:
    point = comparison.sel(epoch=epoch)
    top = comparison.sizes["logit"] - 1
    level = str(best(comparison).sel(epoch=epoch).item())
    sampled = point.sampled_eigenvalues.sel(level=level).dropna("replicate", how="all")
    mean = sampled.mean("replicate").values
    error = sampled.std("replicate", ddof=1).values / np.sqrt(sampled.sizes["replicate"])
    rows = []
    for j in range(top):
        measured = float(point.eigenvalues[j])
        predicted = [
            _with_error(float(point.predicted_eigenvalues.sel(source=name)[j]), measured)
            for name in LEVELS
        ]
        spread = f" ± {plain(error[j], digits=1)}" if len(sampled) >= FEW else ""
        rows.append(
            [
                str(j + 1),
                plain(measured),
                *predicted,
                _with_error(mean[j], measured, spread),
                _with_error(float(point.shuffled_eigenvalues[j]), measured),
            ]
        )
    header = ["rank", "measured", *LEVELS, f"sampled, {level}", "measured, shuffled"]
    return f"Epoch {epoch:g}\n\n" + markdown(header, rows)


def _with_error(value: float, measured: float, spread: str = "") -> str:
    return f"{plain(value)}{spread} ({value / measured - 1:+.1%})"


def _moments(comparison: xr.Dataset) -> str:
    """One row for each epoch and level: share, trace, norm, and where the bulk begins."""
    top = comparison.sizes["logit"] - 1
    header = [
        "epoch",
        "level",
        "share: measured",
        "predicted",
        "sampled",
        "measured, shuffled",
        "Tr G: error",
        "‖g‖: error",
        "outliers above the bulk",
        "upper edge: error",
    ]
    rows = []
    for epoch in comparison.epoch.values:
        point = comparison.sel(epoch=epoch)
        shuffled = float(point.shuffled_gradient_power[:top].sum())
        for level in LEVELS:
            own = point.sel(level=level)
            sampled = own.sampled_gradient_power.isel(sampled_rank=slice(top))
            sampled = sampled.dropna("replicate", how="all")
            rows.append(
                [
                    f"{epoch:g}",
                    level,
                    f"{float(point.share):.3f}",
                    f"{float(point.predicted_share.sel(source=level)):.3f}",
                    f"{float(sampled.sum('sampled_rank').mean()):.3f}",
                    f"{shuffled:.3f}",
                    f"{float(own.predicted_trace / point.trace - 1):+.1%}",
                    f"{float(own.predicted_gradient_norm / point.gradient_norm - 1):+.1%}",
                    f"{int(own.predicted_outliers.count())}",
                    f"{float(own.edge_error):+.1%}",
                ]
            )
    return markdown(header, rows)
