"""The report of a comparison: pictures, tables, and where the theory fails, in Markdown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import xarray as xr

from figures.judge.verdict import sentences, verdicts
from figures.pictures import (
    clustering,
    gradient_power,
    hierarchy,
    outliers,
    sharpness,
    simplex,
    spectrum,
    style,
    trajectory,
)
from figures.reports.tables import markdown
from theory.record import save_text

BY_EPOCH: dict[str, tuple[ModuleType, str]] = {
    "spectrum": (spectrum, "Spectrum of G: bulk and outliers (ticks: one row each)"),
    "outliers": (outliers, "Eigenvalues by rank; bars: standard deviation over draws"),
    "gradient_power": (gradient_power, "Gradient power by rank"),
}
OVER_TRAINING: dict[str, tuple[ModuleType, str]] = {
    "clustering": (clustering, "Clustering of the logit gradients"),
    "sharpness": (sharpness, "Largest eigenvalue over training"),
}


def write(comparison: xr.Dataset, folder: Path, *, made_by: Mapping[str, Any]) -> Path:
    """Draw all pictures of a comparison into ``folder`` and write ``report.md`` beside them.

    Parameters
    ----------
    comparison
        Record of ``figures.compare``.
    folder
        Made if need be.
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
                ax.set_title(f"epoch {epoch:g}")
            style.shared_legend(figure, axes[0])
            style.save(figure, shown, folder / name, made_by=made_by)
        pictures[name] = caption
    for name, (module, caption) in OVER_TRAINING.items():
        shown = module.compute(comparison)
        with style.panels(1) as (figure, axes):
            module.draw(shown, axes[0])
            style.save(figure, shown, folder / name, made_by=made_by)
        pictures[name] = caption
    return save_text(text(comparison, pictures=pictures, made_by=made_by), folder / "report.md")


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
                    entries = axes[0].get_legend_handles_labels()
                    figure.legend(*entries, loc="outside upper center", ncols=2)
                style.save(figure, levels, folder / name, made_by=made_by)


def text(comparison: xr.Dataset, *, pictures: Mapping[str, str], made_by: Mapping[str, Any]) -> str:
    """The report; ``pictures`` maps the name of each picture beside it to its caption."""
    C, N = comparison.sizes["logit"], comparison.sizes["example"]
    parts = [
        "# Theory, samples and a real network, side by side",
        f"{N} examples, {C} classes, {int(comparison.weights[0])} weights. G is the Gauss-Newton "
        f"term of the Hessian of the mean cross-entropy. The model's parameters are measured on "
        f"other examples than those that they predict; none is fitted. Sampling draws "
        f"{comparison.sizes['replicate']} times from the model with the same parameters. "
        f"Errors are relative to the measured value. *Shuffled* is the network with its softmax "
        f"outputs exchanged within each class, which makes them independent of the logit "
        f"gradients, as the model has them, and changes nothing else.",
        "## Where the theory holds and where it fails",
        "\n".join(f"- {line}" for line in sentences(comparison)),
        "## The network and the model's parameters",
        _parameters(comparison),
        f"## The {C - 1} largest eigenvalues of G",
        *[_eigenvalues(comparison, epoch) for epoch in comparison.epoch.values],
        "## Gradient, trace and bulk",
        _moments(comparison),
        "## Pictures",
        *[f"![{caption}]({name}.png)\n\n{caption}." for name, caption in pictures.items()],
        "## Provenance",
        f"```json\n{json.dumps(made_by, indent=1)}\n```",
    ]
    return "\n\n".join(parts) + "\n"


def _parameters(comparison: xr.Dataset) -> str:
    header = ["epoch", "loss", "test accuracy", "σ_z", "level", "σ_c", "σ_E", "D_eff"]
    rows = []
    for epoch in comparison.epoch.values:
        point = comparison.sel(epoch=epoch)
        start = [
            f"{epoch:g}",
            f"{float(point.loss):.3g}",
            f"{float(point.test_accuracy):.3f}",
            f"{float(point.logit_variance) ** 0.5:.3g}",
        ]
        for level in comparison.level.values:
            own = point.sel(level=level)
            scales = [own.sigma_c, own.sigma_E, own.effective_dimension]
            rows.append([*start, str(level), *[f"{float(value):.3g}" for value in scales]])
    return markdown(header, rows)


def _eigenvalues(comparison: xr.Dataset, epoch: float) -> str:
    point = comparison.sel(epoch=epoch)
    top = comparison.sizes["logit"] - 1
    sampled = point.sampled_eigenvalues.sel(level="cluster")
    mean = sampled.mean("replicate").values
    error = sampled.std("replicate", ddof=1).values / np.sqrt(sampled.sizes["replicate"])
    predicted = {
        level: point.predicted_outliers.sel(level=level).values for level in ("FG", "cluster")
    }
    rows = []
    for j in range(top):
        measured = float(point.eigenvalues[j])
        cells = [str(j + 1), f"{measured:.3g}"]
        for values in predicted.values():
            cells.append(_with_error(values[j] if j < len(values) else np.nan, measured))
        spread = f" ± {error[j]:.1g}" if j < len(error) else ""
        cells.append(_with_error(mean[j] if j < len(mean) else np.nan, measured, spread))
        cells.append(_with_error(float(point.shuffled_eigenvalues[j]), measured))
        rows.append(cells)
    header = [
        "rank",
        "measured",
        "predicted, FG",
        "predicted, cluster",
        "sampled, cluster",
        "measured, shuffled",
    ]
    return f"Epoch {epoch:g}\n\n" + markdown(header, rows)


def _with_error(value: float, measured: float, spread: str = "") -> str:
    if np.isnan(value):
        return "in the bulk"
    return f"{value:.3g}{spread} ({value / measured - 1:+.1%})"


def _moments(comparison: xr.Dataset) -> str:
    top = comparison.sizes["logit"] - 1
    header = [
        "epoch",
        f"share of ‖g‖² on the top {top}: measured",
        "predicted, FG",
        "predicted, cluster",
        "sampled, cluster",
        "measured, shuffled",
        "Tr G: predicted, cluster",
        "‖g‖: predicted, cluster",
        "outliers: FG, cluster",
        "upper bulk edge: cluster",
    ]
    rows = []
    found = {(v.epoch, v.level): v for v in verdicts(comparison)}
    for epoch in comparison.epoch.values:
        point = comparison.sel(epoch=epoch)
        fg, cluster = found[float(epoch), "FG"], found[float(epoch), "cluster"]
        sampled = point.sampled_gradient_power.sel(level="cluster").isel(sampled_rank=slice(top))
        counts = [
            int(np.isfinite(point.predicted_outliers.sel(level=level).values).sum())
            for level in ("FG", "cluster")
        ]
        rows.append(
            [
                f"{epoch:g}",
                f"{cluster.measured_share:.3f}",
                f"{fg.share:.3f}",
                f"{cluster.share:.3f}",
                f"{float(sampled.sum('sampled_rank').mean()):.3f}",
                f"{cluster.shuffled_share:.3f}",
                f"{cluster.trace_error:+.1%}",
                f"{cluster.norm_error:+.1%}",
                f"{counts[0]}, {counts[1]}",
                f"{cluster.edge_error:+.1%}",
            ]
        )
    return markdown(header, rows)
