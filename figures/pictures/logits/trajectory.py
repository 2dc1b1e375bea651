"""Observables over training: figure 4 of Fort and Ganguli, and the terms of the Hessian."""

from __future__ import annotations

from dataclasses import dataclass, field

import xarray as xr
from matplotlib.axes import Axes

from figures.pictures import scales, style


@dataclass(frozen=True)
class Curve:
    """One line: a variable, at ``at`` of its own axes, with the sign that makes it positive."""

    label: str
    variable: str
    look: str
    color: str
    at: dict[str, str | int] = field(default_factory=dict)
    sign: int = 1


@dataclass(frozen=True)
class Panel:
    """Curves that share an axis."""

    ylabel: str
    curves: tuple[Curve, ...]
    log: bool = True


TERM_COLOR = {"H": style.MEASURED, "G": style.CLUSTER, "K": style.FG}
TERM_LOOK = {"H": "o-", "G": "s--", "K": "^:"}


def _terms(variable: str, terms: str, *, sign: int = 1, **at: int) -> tuple[Curve, ...]:
    return tuple(
        Curve(term, variable, TERM_LOOK[term], TERM_COLOR[term], {"term": term, **at}, sign)
        for term in terms
    )


PANELS = {
    "loss": Panel("cross-entropy (nat)", (Curve("", "loss", "o-", style.MEASURED),)),
    "accuracy": Panel(
        "fraction",
        (
            Curve("accuracy", "accuracy", "o-", style.MEASURED),
            Curve("test accuracy", "test_accuracy", "s--", style.CLUSTER),
            Curve("confidence, max p$_k$", "confidence", "^:", style.FG),
        ),
        log=False,
    ),
    "logit_variance": Panel(
        "logit variance σ$_z$² (nat²)", (Curve("", "logit_variance", "o-", style.MEASURED),)
    ),
    "logit_gradient_length": Panel(
        "logit-gradient length (nat/weight)",
        (Curve("", "logit_gradient_length", "o-", style.MEASURED),),
    ),
    "weight_norm": Panel(
        "weight norm ‖W‖ (weight)", (Curve("", "weight_norm", "o-", style.MEASURED),), log=False
    ),
    "clustering": Panel(
        "mean cosine of logit gradients",
        (
            Curve("q$_{SLSC}$", "q_SLSC", "o-", style.MEASURED),
            Curve("q$_{SL}$", "q_SL", "s--", style.CLUSTER),
            Curve("q$_{DL}$", "q_DL", "^:", style.FG),
        ),
        log=False,
    ),
    "top": Panel("largest eigenvalue (nat/weight²)", _terms("term_top", "HGK", rank_top=0)),
    "bottom": Panel(
        "−smallest eigenvalue (nat/weight²)",
        _terms("term_bottom", "HK", sign=-1, rank_bottom=-1),
    ),
    "ratio": Panel("‖K‖$_F$ / ‖G‖$_F$", (Curve("", "curvature_ratio", "o-", style.MEASURED),)),
    "gradient": Panel(
        "share of ‖g‖² in the top of G",
        (
            Curve("C²", "gradient_subspace", "o-", style.MEASURED, {"subspace": "C²"}),
            Curve("C", "gradient_subspace", "s--", style.CLUSTER, {"subspace": "C"}),
            Curve("C−1", "gradient_subspace", "^:", style.FG, {"subspace": "C-1"}),
        ),
        log=False,
    ),
}


def compute(record: xr.Dataset) -> xr.Dataset:
    """What the pictures show, from a record of ``empirical.trajectory``: what it has of it."""
    names = {curve.variable for panel in PANELS.values() for curve in panel.curves}
    names |= {f"{name}_error" for name in names}
    return record[sorted(names & set(record.data_vars))]


def panels(data: xr.Dataset) -> list[str]:
    """Names of the panels that there is something for."""
    return [name for name, panel in PANELS.items() if any(c.variable in data for c in panel.curves)]


def draw(data: xr.Dataset, ax: Axes, *, name: str) -> None:
    """One panel against the epoch; bars are standard errors."""
    panel = PANELS[name]
    shown = [curve for curve in panel.curves if curve.variable in data]
    for curve in shown:
        values = curve.sign * data[curve.variable].isel(
            {axis: at for axis, at in curve.at.items() if isinstance(at, int)}
        ).sel({axis: at for axis, at in curve.at.items() if isinstance(at, str)})
        error = data.get(f"{curve.variable}_error")
        ax.errorbar(
            data.epoch,
            values.where(values > 0) if panel.log else values,
            None if error is None else error,
            fmt=curve.look,
            color=curve.color,
            mfc="none",
            elinewidth=0.8,
            label=curve.label,
        )
    if panel.log:
        scales.log_axis(ax, "y")
    scales.epoch_axis(ax, data.epoch.values.tolist())
    ax.set_ylabel(panel.ylabel)
    if len(shown) > 1:
        ax.legend()
