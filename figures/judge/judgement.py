"""The one judgement of each level: what it predicts, what it does not, and what mends it.

A quantity *holds* if its error is within the threshold. If not, it may still be *within what two
samples differ by*, where other examples of the network were measured: no prediction from some
examples is to be held to more than that on others. Else it *fails*.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import xarray as xr

from figures.judge.errors import OTHER
from figures.judge.thresholds import QUANTITIES, Thresholds
from theory.levels import LEVELS, after

Verdict = Literal["holds", "within what two samples differ by", "fails"]
SHUFFLED = "shuffled outputs"
NORMAL = 1.96  # standard deviations on each side of a 95 % interval
MENDED = 0.5  # of an error: to less than this a mend takes it, or it is no cause


@dataclass(frozen=True)
class Judged:
    """The error of one quantity, as in ``QUANTITIES``, at one level and epoch.

    Attributes
    ----------
    error
        Its size.
    interval
        Half of its 95 % interval over draws of the noise, at given outputs and parameters; NaN
        where none is known.
    threshold
        The most with which it holds.
    samples
        What two samples of the network differ by; NaN where that is not measured.
    """

    error: float
    interval: float
    threshold: float
    samples: float

    @property
    def verdict(self) -> Verdict:
        """Whether the error is within the threshold, or else within what two samples differ by."""
        if self.error <= self.threshold:
            return "holds"
        return "within what two samples differ by" if self.error <= self.samples else "fails"


@dataclass(frozen=True)
class Judgement:
    """One level of the model at one epoch."""

    epoch: float
    level: str
    judged: dict[str, Judged]

    def with_verdict(self, verdict: Verdict) -> list[str]:
        """Names of the quantities that have it."""
        return [name for name, each in self.judged.items() if each.verdict == verdict]


@dataclass(frozen=True)
class Mended:
    """An error that goes away with an assumption: what ``level`` assumes is a cause of it.

    Attributes
    ----------
    by
        What mends it: the next level's name, or ``shuffled outputs``.
    before, after
        The error with the assumption and without it.
    """

    epoch: float
    level: str
    by: str
    quantity: str
    before: Judged
    after: Judged


def judge(found: xr.Dataset, *, thresholds: Thresholds | None = None) -> list[Judgement]:
    """The judgement of a record of ``figures.fit`` or ``figures.compare``, by epoch and level."""
    limits = Thresholds() if thresholds is None else thresholds
    return [
        Judgement(float(epoch), level, _judged(found.sel(epoch=epoch), level, limits))
        for epoch in found.epoch.values
        for level in LEVELS
    ]


def mended(found: xr.Dataset, *, thresholds: Thresholds | None = None) -> list[Mended]:
    """What fails, and no longer does or is more than halved, without an assumption.

    A level's assumption is taken away by the next level, and, where it is that of outputs
    independent of the logit gradients, by exchanging the outputs within each class.
    """
    limits = Thresholds() if thresholds is None else thresholds
    judgements = judge(found, thresholds=limits)
    at = {(each.epoch, each.level): each.judged for each in judgements}
    out = []
    for judgement in judgements:
        point = found.sel(epoch=judgement.epoch)
        for by, without in _without_assumption(point, judgement, at):
            for name in judgement.with_verdict("fails"):
                before, then = judgement.judged[name], without[name]
                if then.verdict != "fails" or then.error < MENDED * before.error:
                    out.append(Mended(judgement.epoch, judgement.level, by, name, before, then))
    return out


def score(found: xr.Dataset) -> xr.DataArray:
    """Mean of three errors: of the outliers in the mean, of the share, and of the bulk."""
    outliers = np.abs(found.outlier_error).mean("outlier")
    return (outliers + np.abs(found.share_error) + found.bulk_distance) / 3


def best(found: xr.Dataset) -> xr.DataArray:
    """The level of least score at each epoch."""
    levels = score(found).sel(source=list(LEVELS))
    return levels.source[levels.argmin("source")].drop_vars("source")


def _judged(point: xr.Dataset, level: str, thresholds: Thresholds) -> dict[str, Judged]:
    own = point.sel(source=level)
    sizes = _sizes(own.outlier_error, own.share_error, own.bulk_distance, point.edge_error, level)
    samples = dict.fromkeys(QUANTITIES, np.nan)
    if OTHER in point.source.values:
        other = point.sel(source=OTHER)
        three = (other.outlier_error, other.share_error, other.bulk_distance)
        samples = _sizes(*three, point.edge_difference, level)
    halves = NORMAL * own.outlier_error_std.values
    worst = int(np.abs(own.outlier_error.values).argmax())
    intervals = {
        "outliers": float(np.sqrt(np.mean(halves**2) / halves.size)),
        "worst": halves[worst],
    }
    return {
        name: Judged(
            sizes[name],
            float(intervals.get(name, np.nan)),
            getattr(thresholds, name),
            samples[name],
        )
        for name in QUANTITIES
    }


def _sizes(
    outliers: xr.DataArray, share: xr.DataArray, bulk: xr.DataArray, edge: xr.DataArray, level: str
) -> dict[str, float]:
    """Of the errors of ``figures.judge.errors``, in the order of ``QUANTITIES``."""
    size = np.abs(outliers.values)
    edges = np.abs(edge.sel(level=level).values)
    every = (size.mean(), size.max(), np.abs(share.values), bulk.values, edges)
    return {name: float(value) for name, value in zip(QUANTITIES, every, strict=True)}


def _without_assumption(
    point: xr.Dataset,
    judgement: Judgement,
    at: dict[tuple[float, str], dict[str, Judged]],
) -> Iterator[tuple[str, dict[str, Judged]]]:
    following = after(judgement.level)
    if following is not None:
        yield following.name, at[judgement.epoch, following.name]
    if LEVELS[judgement.level].shuffling and "shuffled_outlier_error" in point:
        own = point.sel(level=judgement.level)
        three = (own.shuffled_outlier_error, own.shuffled_share_error, own.shuffled_bulk_distance)
        sizes = _sizes(*three, point.shuffled_edge_error, judgement.level)
        yield (
            SHUFFLED,
            {
                name: replace(each, error=sizes[name], interval=np.nan)
                for name, each in judgement.judged.items()
            },
        )
