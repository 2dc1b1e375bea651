"""What the model assumes of logit gradients and outputs, each tested on a network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import xarray as xr

from figures.claims.finding import BLOCKS, Evidence, Finding, estimated
from figures.reports.tables import interval, plain

NEEDED = ("logits", "clustering", "spectrum", "model", "noise", "terms", "tests")


@dataclass(frozen=True, kw_only=True)
class Assumption:
    """An assumption and its test.

    Attributes
    ----------
    statistic
        The error that is tested, in words.
    bound
        The most with which it holds.
    measure
        The error, its standard error and words for it, at a point of training.
    degrees
        Of freedom of the standard error.
    """

    statistic: str
    bound: float
    measure: Callable[[xr.Dataset], tuple[float, float, Callable[[float, float], str]]]
    degrees: float = BLOCKS - 1


def assumptions(measured: xr.Dataset, *, network: str) -> list[Finding]:
    """Findings on a record of ``measure`` with the groups ``NEEDED``."""
    return [
        Finding(
            kind="assumption",
            claim=claim,
            network=network,
            evidence=tuple(
                _evidence(each, measured.sel(epoch=epoch)) for epoch in measured.epoch.values
            ),
        )
        for claim, each in ASSUMPTIONS.items()
    ]


def _evidence(assumption: Assumption, point: xr.Dataset) -> Evidence:
    value, error, told = assumption.measure(point)
    return estimated(
        value,
        standard_error=error,
        bound=assumption.bound,
        told=told,
        epoch=float(point.epoch),
        degrees=assumption.degrees,
    )


def _curvature(point: xr.Dataset) -> tuple[float, float, Callable[[float, float], str]]:
    value, error = float(point.curvature_ratio), float(point.curvature_ratio_error)
    return value, error, lambda x, half: f"‖K‖/‖G‖ = {interval(x, half)}"


def _ordered(point: xr.Dataset) -> tuple[float, float, Callable[[float, float], str]]:
    same, all_ = float(point.q_SLSC), float(point.q_SL)
    error = float(np.hypot(point.q_SLSC_error, point.q_SL_error))
    scale = abs(all_)
    return (
        (all_ - same) / scale,
        error / scale,
        lambda _, half: f"q_SLSC - q_SL = {interval(same - all_, half * scale)}, q_SL = {all_:.2f}",
    )


def _apart(point: xr.Dataset) -> tuple[float, float, Callable[[float, float], str]]:
    same, other = float(point.q_SL), float(point.q_DL)
    scale = abs(same)
    value = abs(other) / scale
    error = float(np.hypot(point.q_DL_error, value * point.q_SL_error)) / scale
    told = f"q_DL = {other:.3f}, q_SL = {same:.3f}"
    return value, error, lambda x, half: f"q_DL/q_SL = {interval(x, half)} in size ({told})"


def _excess(name: str, words: str) -> Callable[..., tuple[float, float, Callable[..., str]]]:
    def measure(point: xr.Dataset) -> tuple[float, float, Callable[[float, float], str]]:
        value, error = float(point[name]), float(point[f"{name}_error"])
        return abs(value), error, lambda _, half: f"{words} - 1 = {interval(value, half)}"

    return measure


def _isotropic(point: xr.Dataset) -> tuple[float, float, Callable[[float, float], str]]:
    D = float(point.weights)
    own = point.sel(level="cluster")
    found, error = float(own.effective_dimension), float(own.effective_dimension_error)
    return (
        1 - found / D,
        error / D,
        lambda _, half: f"D_eff = {interval(found, half * D)} of D = {plain(D, digits=8)}",
    )


def _alike(name: str, symbol: str) -> Callable[..., tuple[float, float, Callable[..., str]]]:
    def measure(point: xr.Dataset) -> tuple[float, float, Callable[[float, float], str]]:
        value, error = float(point[name]), float(point[f"{name}_error"])
        return 1 - value, error, lambda x, half: f"{symbol} = {interval(1 - x, half)}"

    return measure


ASSUMPTIONS = {
    "weak logit curvature": Assumption(
        statistic="‖K‖/‖G‖ in Frobenius norm: eigenvalues of H differ from those of G by no more, "
        "over ‖G‖, in root sum of squares; its interval is that of the estimate on these examples, "
        "and a few that are still wrong make most of K",
        bound=0.1,
        measure=_curvature,
    ),
    "clustering: q_SLSC is no less than q_SL": Assumption(
        statistic="what q_SLSC lacks, over q_SL", bound=0.05, measure=_ordered
    ),
    "clustering: q_SL is far above q_DL": Assumption(
        statistic="q_DL/q_SL, in size", bound=1 / 3, measure=_apart
    ),
    "Gaussian noise": Assumption(
        statistic="Mardia's kurtosis of the noise along its ten leading directions, on held-out "
        "examples, over that of Gaussian noise of any covariance, minus 1, in size",
        bound=0.1,
        measure=_excess("noise_kurtosis", "kurtosis over a Gaussian's"),
        degrees=np.inf,
    ),
    "outputs independent of the logit gradients within a class": Assumption(
        statistic="Tr G over its mean when outputs are exchanged within classes, minus 1, in size; "
        "its error is that of all exchanges (a permutation test)",
        bound=0.05,
        measure=_excess("output_dependence", "Tr G over that with outputs exchanged"),
        degrees=np.inf,
    ),
    "isotropic noise": Assumption(
        statistic="1 - D_eff/D, D_eff = (tr T)²/tr T² the noise's effective dimension",
        bound=0.1,
        measure=_isotropic,
    ),
    "noise of one covariance for all logits": Assumption(
        statistic="1 - cos(T_k, T_l)",
        bound=0.1,
        measure=_alike("noise_similarity_logits", "cos(T_k, T_l)"),
    ),
    "noise of one covariance for decided and undecided examples": Assumption(
        statistic="1 - cos(T₋, T₊)",
        bound=0.1,
        measure=_alike("noise_similarity_examples", "cos(T₋, T₊)"),
    ),
}
