"""Numbers as lines for a reader at a terminal, in words and with units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from figures.reports import provenance

MOST = 10  # values of a list that are shown


class Line(NamedTuple):
    """How a number is told: in words, with its unit, and what stands where there is none."""

    words: str
    unit: str = ""
    absent: str = ""


CURVATURE = "nat/weight²"
LINES = {
    # predicted
    "lambda_max": Line("largest eigenvalue λ_max", CURVATURE),
    "outliers": Line("outliers", CURVATURE, absent="none above the bulk"),
    "outliers_std": Line("  standard deviations", CURVATURE),
    "bulk_edges": Line("edges of the bulk", CURVATURE, absent="no bulk"),
    "bulk_support": Line("  lowest and highest edge", CURVATURE),
    "bulk_intervals": Line("  intervals"),
    "gradient_power": Line("share of ‖g‖² on outliers"),
    "gradient_power_std": Line("  standard deviation"),
    "trace": Line("trace", CURVATURE),
    "frobenius": Line("Frobenius norm", CURVATURE),
    "participation": Line("mean Σ p² of the outputs"),
    # sampled
    "outliers_mean": Line("largest eigenvalues", CURVATURE),
    "outliers_sem": Line("  standard errors", CURVATURE),
    "gradient_power_mean": Line("share of ‖g‖² on these"),
    "gradient_power_sem": Line("  standard error"),
    "bulk_max_mean": Line("next eigenvalue", CURVATURE),
    "trace_mean": Line("trace", CURVATURE),
    "frobenius_mean": Line("Frobenius norm", CURVATURE),
}

COLUMNS = {  # words, unit
    "epoch": ("epoch", ""),
    "step": ("step", ""),
    "loss": ("loss", "nat"),
    "test_accuracy": ("accuracy", ""),
    "logit_variance": ("σ_z²", "nat²"),
    "q_SL": ("q_SL", ""),
    "lambda_max": ("λ_max G", CURVATURE),
    "gradient_power": ("share of ‖g‖²", ""),
    "H_max": ("λ_max H", CURVATURE),
    "H_min": ("λ_min H", CURVATURE),
    "K_max": ("λ_max K", CURVATURE),
    "K_min": ("λ_min K", CURVATURE),
    "curvature_ratio": ("‖K‖/‖G‖", ""),
}


def text(numbers: Mapping[str, Any]) -> str:
    """The numbers as aligned lines, and what made them; single draws are left to ``--json``.

    Examples
    --------
    >>> print(text({"trace": 1.25, "outliers": [], "bulk_intervals": 1}))
    trace    1.25 nat/weight²
    outliers none above the bulk
    """
    untold = {"provenance", "replicates"}
    if numbers.get("bulk_intervals", 0) < 2:  # the edges say it all
        untold |= {"bulk_intervals", "bulk_support"}
    told = {
        line.words: shown
        for name, value in numbers.items()
        if name not in untold
        for line in [LINES.get(name, Line(name.replace("_", " ")))]
        if (shown := _shown(value, line))
    }
    width = max(map(len, told))
    lines = [f"{words:<{width}} {shown}" for words, shown in told.items()]
    if "provenance" in numbers:
        lines += ["", provenance.line(numbers["provenance"])]
    return "\n".join(lines)


def table(numbers: Mapping[str, Any]) -> str:
    """The main numbers of ``summary.measurements``, a line for each epoch, and what made them."""
    names = [name for name in COLUMNS if name in numbers["epochs"][0]]
    cells = [[_cell(row[name]) for name in names] for row in numbers["epochs"]]
    rows = [[COLUMNS[name][i] for name in names] for i in (0, 1)] + cells
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([*lines, "", provenance.line(numbers["provenance"])])


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def _shown(value: Any, line: Line) -> str:
    """The value with its unit; empty where nothing is to be said."""
    if value is None or value == []:
        return line.absent
    if isinstance(value, list):
        values = " ".join("-" if each is None else _plain(each) for each in value[:MOST])
        more = f" and {len(value) - MOST} more" if len(value) > MOST else ""
        return f"{values}{more} {line.unit}".rstrip()
    return f"{_plain(value)} {line.unit}".rstrip()


def _plain(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
