"""The four properties that Fort and Ganguli explain, each judged on a network itself: no model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from figures.claims.finding import Evidence, Finding
from figures.judge.judgement import Judged
from figures.reports.tables import plain
from theory.arrays import Array

OUTLIERS = "C-1 outliers stand above a bulk"
CONFINEMENT = "the gradient lies on the C-1 outliers' eigenvectors"
SHARPNESS = "λ_max rises, then falls in training"
ZONE = "Goldilocks zone: Tr H/‖H‖ on random planes peaks at a radius"

JUDGED = {
    OUTLIERS: (
        "the largest gap ln λ_k/λ_{k+1} among the first 3C is behind k = C-1; the largest other "
        "gap over this one",
        1.0,
    ),
    CONFINEMENT: ("the share of ‖g‖² outside of the first C-1 eigenvectors of G", 0.5),
    SHARPNESS: (
        "the greater of λ_max at both ends of training over its largest at the epochs measured: a "
        "tenth lower at least",
        0.9,
    ),
    ZONE: (
        "the greater of the ratios at a tenth and at ten times the initial radius over the "
        "largest between: the zone, where it is at least half of its peak, has both edges",
        0.5,
    ),
}
"""How each is judged, and the most with which it holds."""
RISING = ", largest at the last: longer training may show a fall"


@dataclass(frozen=True)
class Gap:
    """The gap in the spectrum behind rank C-1, ``ln λ_{C-1}/λ_C``, and the largest other one."""

    own: float
    other: float
    rank: int

    @property
    def ratio(self) -> float:
        """The other over this one: below 1, the spectrum splits behind C-1."""
        return self.other / self.own if self.own > 0 else np.inf


def gap(eigenvalues: Array, *, C: int) -> Gap:
    """Gaps in the logarithm among the first 3C eigenvalues, descending, that are above zero.

    Examples
    --------
    >>> found = gap(np.array([9.0, 8, 2, 1.9, 1.8, 1.7]), C=3)
    >>> found.rank, found.ratio < 0.1
    (1, True)
    """
    leading = eigenvalues[: 3 * C + 1]
    gaps = -np.diff(np.log(leading[leading > 0]))
    others = np.delete(gaps, C - 2) if len(gaps) >= C - 1 else gaps
    own = float(gaps[C - 2]) if len(gaps) >= C - 1 else 0.0
    place = int(others.argmax()) if len(others) else 0
    rank = place + 1 if place < C - 2 else place + 2
    return Gap(own, float(others[place]) if len(others) else 0.0, rank)


def properties(measured: xr.Dataset, *, network: str, zone: xr.Dataset) -> list[Finding]:
    """The findings of a record of ``measure`` and of ``claims.zone``.

    Other examples, where they are measured, say what two samples differ by.
    """
    points = [measured.sel(epoch=epoch) for epoch in measured.epoch.values]
    evidence = {
        OUTLIERS: tuple(map(_outliers, points)),
        CONFINEMENT: tuple(map(_confinement, points)),
        SHARPNESS: (_sharpness(measured),),
        ZONE: (_zone(zone),),
    }
    return [
        Finding(kind="property", claim=claim, network=network, evidence=own)
        for claim, own in evidence.items()
    ]


def _outliers(point: xr.Dataset) -> Evidence:
    C = point.sizes["logit"]
    found = gap(point.eigenvalues.values, C=C)
    open_to = np.nan
    if "resampled_eigenvalues" in point:
        # where other examples split, whether these do is left to the sample
        other = gap(point.resampled_eigenvalues.values, C=C)
        open_to = found.ratio if other.ratio <= JUDGED[OUTLIERS][1] else np.nan
    return Evidence(
        judged=_judged(OUTLIERS, found.ratio, samples=open_to),
        number=f"λ_{C - 1}/λ_{C} = {plain(np.exp(found.own))}, largest other ratio "
        f"λ_{found.rank}/λ_{found.rank + 1} = {plain(np.exp(found.other))}",
        epoch=float(point.epoch),
    )


def _confinement(point: xr.Dataset) -> Evidence:
    top = point.sizes["logit"] - 1
    share = float(point.gradient_power.values[:top].sum())
    differ = np.nan
    if "resampled_gradient_power" in point:
        differ = abs(float(point.resampled_gradient_power.values[:top].sum()) - share)
    return Evidence(
        judged=_judged(CONFINEMENT, 1 - share, samples=JUDGED[CONFINEMENT][1] + differ),
        number=f"{share:.3f} of ‖g‖² on the first {top} (random directions: "
        f"{plain(top / float(point.weights), digits=2)})",
        epoch=float(point.epoch),
    )


def _sharpness(measured: xr.Dataset) -> Evidence:
    values, epochs = measured.lambda_max.values, measured.epoch.values
    at = int(values.argmax())
    error = float(max(values[0], values[-1]) / values[at])
    samples = np.nan
    if "resampled_eigenvalues" in measured and error < 1:
        others = measured.resampled_eigenvalues.isel(rank=0).values
        samples = JUDGED[SHARPNESS][1] + float(np.abs(others / values - 1).max())
    shown = dict.fromkeys((0, at, len(values) - 1))
    return Evidence(
        judged=_judged(SHARPNESS, error, samples=samples),
        number="λ_max (nat/weight²) = "
        + ", ".join(f"{plain(float(values[i]))} at epoch {epochs[i]:g}" for i in shown)
        + RISING * (at == len(values) - 1),
    )


def _zone(zone: xr.Dataset) -> Evidence:
    every = zone.convexity.sel(surface="plane")
    mean = every.mean("replicate").values
    at = int(mean.argmax())
    radius = zone.weight_norm.mean("replicate").values
    ratios = every.isel(scale=[0, -1]).max("scale") / every.isel(scale=at)
    error = float(max(mean[0], mean[-1]) / mean[at]) if mean[at] > 0 else np.inf
    spread = float(ratios.max() - ratios.min()) if error < 1 else np.nan
    positive = zone.positive.sel(surface="plane").mean("replicate").values
    return Evidence(
        judged=_judged(ZONE, error, samples=JUDGED[ZONE][1] + spread),
        number="Tr H/‖H‖ = "
        + ", ".join(
            f"{plain(float(mean[i]))} at ‖W‖ = {plain(float(radius[i]))}"
            for i in dict.fromkeys((0, at, len(mean) - 1))
        )
        + f"; at the peak {positive[at]:.0%} of eigenvalues are positive",
    )


def _judged(claim: str, error: float, *, samples: float) -> Judged:
    return Judged(error=error, interval=np.nan, threshold=JUDGED[claim][1], samples=samples)
