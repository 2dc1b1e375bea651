"""Where the theory holds and where it fails on one network, in numbers and words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from figures.compare import LEVELS

FIRST = 4  # eigenvalues that a level must predict
TOLERANCE = 0.10  # of each of them
SHARE_TOLERANCE = 0.10  # of ‖g‖², absolute


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One level of the model at one epoch, against the measured network.

    Attributes
    ----------
    errors
        ``predicted/measured - 1`` of the C-1 largest eigenvalues; NaN where none is predicted.
    shuffled_errors
        The same against the network with its outputs shuffled within each class.
    share, measured_share, shuffled_share
        Fraction of ‖g‖² on the C-1 largest eigenvalues: predicted, measured, and measured with the
        outputs shuffled.
    trace_error, norm_error
        ``predicted/measured - 1`` of Tr G and of ‖g‖.
    edge_error
        The same of the upper bulk edge, against the eigenvalue that follows the predicted outliers.
    """

    epoch: float
    level: str
    errors: np.ndarray
    shuffled_errors: np.ndarray
    share: float
    measured_share: float
    shuffled_share: float
    trace_error: float
    norm_error: float
    edge_error: float

    @property
    def worst(self) -> float:
        """Largest relative error of the first four eigenvalues; infinite if one is not there."""
        return _worst(self.errors)

    @property
    def eigenvalues_hold(self) -> bool:
        """Whether each of the first four eigenvalues is within 10 %."""
        return self.worst <= TOLERANCE

    @property
    def share_holds(self) -> bool:
        """Whether the gradient's share is within 0.1."""
        return abs(self.share - self.measured_share) <= SHARE_TOLERANCE


def verdicts(comparison: xr.Dataset) -> list[Verdict]:
    """One verdict for each epoch and level, in order."""
    top = comparison.sizes["logit"] - 1
    found = []
    for epoch in comparison.epoch.values:
        point = comparison.sel(epoch=epoch)
        measured = point.eigenvalues.values
        for level in LEVELS:
            own = point.sel(level=level)
            outliers = own.predicted_outliers.values
            first = np.full(top, np.nan)
            first[: len(outliers)] = outliers[:top]
            following = measured[np.isfinite(outliers).sum()]
            found.append(
                Verdict(
                    epoch=float(epoch),
                    level=level,
                    errors=first / measured[:top] - 1,
                    shuffled_errors=first / point.shuffled_eigenvalues.values[:top] - 1,
                    share=float(np.nansum(own.predicted_gradient_power.values[:top])),
                    measured_share=float(point.gradient_power.values[:top].sum()),
                    shuffled_share=float(point.shuffled_gradient_power.values[:top].sum()),
                    trace_error=float(own.predicted_trace / point.trace - 1),
                    norm_error=float(own.predicted_gradient_norm / point.gradient_norm - 1),
                    edge_error=float(own.predicted_bulk_edge / following - 1),
                )
            )
    return found


def sentences(comparison: xr.Dataset) -> list[str]:
    """What holds, what fails, and the number that shows the assumption that broke."""
    lines = []
    for v in verdicts(comparison):
        name = "level FG" if v.level == "FG" else "cluster level"
        point = comparison.sel(epoch=v.epoch)
        worst = "one is missing" if np.isinf(v.worst) else f"off by at most {v.worst:.0%}"
        eigenvalues = "hold" if v.eigenvalues_hold else "fail"
        share = "holds" if v.share_holds else "fails"
        text = (
            f"Epoch {v.epoch:g}, {name}. Eigenvalues **{eigenvalues}**: the first {FIRST} are "
            f"{worst}, λ_max by {_percent(v.errors[0])}. The gradient's share **{share}**: "
            f"{v.share:.2f} on the top {len(v.errors)}, measured {v.measured_share:.2f}."
        )
        if not (v.eigenvalues_hold and v.share_holds):
            text += " " + _reason(v, point)
        lines.append(text)
    return lines


def _reason(v: Verdict, point: xr.Dataset) -> str:
    if v.level == "FG":
        by_class = (
            1 - float(point.sigma_E.sel(level="cluster") / point.sigma_E.sel(level="FG")) ** 2
        )
        return (
            f"Assumption broken: one mean a logit. {by_class:.0%} of the variance that this level "
            f"calls noise is a mean of the true class (q_SLSC {float(point.q_SLSC):.2f}, "
            f"q_SL {float(point.q_SL):.2f})."
        )
    if _worst(v.shuffled_errors) < v.worst:
        broken = "outputs independent of the logit gradients within a class"
    else:
        broken = "noise that is isotropic in D_eff dimensions"
    return (
        f"Assumption broken: {broken}. With the outputs shuffled within each class, the first "
        f"{FIRST} eigenvalues are off by at most {_worst(v.shuffled_errors):.0%}, λ_max by "
        f"{_percent(v.shuffled_errors[0])}, and the share is {v.shuffled_share:.2f}. "
        f"The bulk's upper edge, which needs isotropy, is off by {_percent(v.edge_error)}."
    )


def _worst(errors: np.ndarray) -> float:
    return float(np.nan_to_num(np.abs(errors[:FIRST]), nan=np.inf).max())


def _percent(value: float) -> str:
    return "no prediction" if np.isnan(value) else f"{value:+.0%}"
