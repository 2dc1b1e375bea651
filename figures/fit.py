"""How well each level of the model predicts what it has not seen, on one measured network."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import xarray as xr
from scipy import stats

from figures.judge.levels import LEVELS, predict
from theory.arrays import Array
from theory.record import variable

NEEDED = ("logits", "spectrum", "model", "noise")
OTHER = "other examples"  # with the group resampled
AIM = 0.05  # of each error
BLOCKS = 10  # of the jackknife that the standard errors come from
WIDTH = float(stats.t.ppf(0.975, BLOCKS - 1))  # standard errors on each side of a 95 % interval


class Judged(NamedTuple):
    """Errors of one source at one epoch."""

    outlier_error: Array
    share_error: float
    bulk_distance: float


def fit(measured: xr.Dataset, *, progress: Callable[[int], object] | None = None) -> xr.Dataset:
    """Predictions of every level at each epoch, and their errors.

    Levels are those of ``figures.judge.levels``, given the softmax outputs of the measured examples
    and all else from the held-out ones; no parameter is fitted to what is judged. The source
    ``other examples``, with the group ``resampled``, is no prediction but as many of the held-out
    examples measured in the same way: what two samples of one network differ by.

    Parameters
    ----------
    measured
        Record of ``empirical.trajectory`` with the groups ``NEEDED``.
    progress
        Called with 1 after each epoch and level.

    Returns
    -------
    xr.Dataset
        ``predicted_eigenvalues`` (epoch, source, rank), zero where a level has fewer;
        ``outlier_error`` (epoch, source, outlier), ``share_error``, ``bulk_distance``,
        ``predicted_share`` (epoch, source); ``eigenvalues`` and ``share`` as measured; with the
        group ``terms`` also ``sigma_H``, its error, and ``curvature_excess`` (epoch).
    """
    others = "resampled_eigenvalues" in measured
    sources = [*LEVELS, OTHER] if others else [*LEVELS]
    points = []
    for epoch in measured.epoch.values:
        point = measured.sel(epoch=epoch)
        top = point.sizes["logit"] - 1
        values, shares = [], []
        for level in LEVELS:
            found = predict(point, level=level)
            values.append(_padded(found.eigenvalues, point.sizes["rank"]))
            shares.append(float(found.share[:top].sum()))
            if progress is not None:
                progress(1)
        if others:
            values.append(point.resampled_eigenvalues.values)
            shares.append(float(point.resampled_gradient_power.values[:top].sum()))
        points.append(_judged(point, np.array(values), np.array(shares)))
    return xr.concat(points, dim=measured.epoch).assign_coords(source=sources)


def judge(
    values: Array, share: float, *, measured: Array, measured_share: float, top: int
) -> Judged:
    """Errors of eigenvalues, descending, and of the gradient's share on the ``top`` of them."""
    rest, true = values[top:], measured[top:]
    return Judged(
        values[:top] / measured[:top] - 1,
        share - measured_share,
        float(np.abs(rest - true).mean() / true.mean()),
    )


def score(found: xr.Dataset) -> xr.DataArray:
    """Mean of the three errors: of the outliers in the mean, of the share, and of the bulk."""
    outliers = np.abs(found.outlier_error).mean("outlier")
    return (outliers + np.abs(found.share_error) + found.bulk_distance) / 3


def best(found: xr.Dataset) -> xr.DataArray:
    """The level of least score at each epoch."""
    levels = score(found).sel(source=list(LEVELS))
    return levels.source[levels.argmin("source")].drop_vars("source")


def _judged(point: xr.Dataset, values: Array, shares: Array) -> xr.Dataset:
    top = point.sizes["logit"] - 1
    measured = point.eigenvalues.values
    share = float(point.gradient_power.values[:top].sum())
    found = [
        judge(own, float(part), measured=measured, measured_share=share, top=top)
        for own, part in zip(values, shares, strict=True)
    ]
    axis = ("source",)
    arrays = {
        name: variable(name, [getattr(each, name) for each in found], dims=axis)
        for name in Judged._fields
    }
    arrays |= {
        "predicted_eigenvalues": variable(
            "predicted_eigenvalues", values, dims=axis, observable="eigenvalues"
        ),
        "predicted_share": variable(
            "predicted_share", shares, dims=axis, observable="gradient_share"
        ),
        "eigenvalues": variable("eigenvalues", measured),
        "share": variable("share", share, observable="gradient_share"),
    }
    if "term_frobenius" in point:
        arrays |= {name: variable(name, value) for name, value in logit_curvature(point).items()}
    return xr.Dataset(arrays)


def logit_curvature(point: xr.Dataset) -> dict[str, float]:
    """``σ_H``, its error and ``curvature_excess`` of a point with the group ``terms``.

    From ``‖K‖_F² = σ_H² mean‖r‖² (D + 1)``; the model's K ends at ``-2 σ_H √(mean‖r‖²)``. The error
    is that of ``‖K‖_F``: one matrix of the model differs from its mean by ``1/D`` more.
    """
    residuals = point.p.values - np.eye(point.sizes["logit"])[point.labels.values.astype(int)]
    scale = float(np.sqrt((residuals**2).sum(axis=1).mean() * (point.weights + 1)))
    K = point.sel(term="K")
    radius = 2 * float(K.term_frobenius) / np.sqrt(float(point.weights) + 1)
    return {
        "sigma_H": float(K.term_frobenius) / scale,
        "sigma_H_error": float(K.term_frobenius_error) / scale,
        "curvature_excess": -float(K.term_bottom.values[-1]) / radius,
    }


def _padded(values: Array, count: int) -> Array:
    return np.append(values[:count], np.zeros(max(count - values.size, 0)))
