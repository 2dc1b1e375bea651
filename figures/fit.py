"""How well each level of the model predicts what it has not seen, on one measured network."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import xarray as xr

from figures.judge.addition import free_sums
from figures.judge.by_layer import by_layer
from figures.judge.curvature import logit_curvature
from figures.judge.errors import errors, padded
from figures.judge.levels import Prediction, predict
from theory.arrays import Array
from theory.levels import LEVELS
from theory.models import Separable
from theory.observables import CURVATURE
from theory.records.record import variable

NEEDED = ("logits", "spectrum", "model", "noise")


def fit(measured: xr.Dataset, *, progress: Callable[[int], object] | None = None) -> xr.Dataset:
    """Predictions of every level at each epoch, and their errors.

    Levels are those of ``theory.levels``, given the softmax outputs of the measured examples and
    all else from the held-out ones; no parameter is fitted to what is judged.
    ``figures.judge.judgement`` says what of it holds.

    Parameters
    ----------
    measured
        Record of ``empirical.trajectory`` with the groups ``NEEDED``. With ``resampled`` it also
        tells what two samples of one network differ by, with ``shuffled`` what the outputs'
        dependence on the logit gradients costs.
    progress
        Called with 1 after each epoch and level.

    Returns
    -------
    xr.Dataset
        Along ``epoch``, what ``figures.judge.errors`` gives, and by level
        ``predicted_outliers``, ``predicted_gradient_power`` (level, predicted_rank), NaN where a
        level has fewer; ``predicted_trace``, ``predicted_frobenius``, ``predicted_gradient_norm``,
        ``predicted_bulk_edge`` (level); ``crowding`` of level ``anisotropic``. With the group
        ``terms`` also ``sigma_H``, its error, and ``curvature_excess``; with ``addition`` what
        ``figures.judge.addition`` gives of H; with ``layers`` what ``figures.judge.by_layer`` gives
        of each layer.
    """
    return assembled(measured, predictions(measured, progress=progress))


def predictions(
    measured: xr.Dataset, *, progress: Callable[[int], object] | None = None
) -> list[dict[str, Prediction]]:
    """The prediction of each level, for each epoch of the record."""
    found: list[dict[str, Prediction]] = []
    for epoch in measured.epoch.values:
        point = measured.sel(epoch=epoch)
        found.append({})
        for level in LEVELS:
            found[-1][level] = predict(point, level=level)
            if progress is not None:
                progress(1)
    return found


def assembled(measured: xr.Dataset, found: Sequence[dict[str, Prediction]]) -> xr.Dataset:
    """The record of ``fit`` from the predictions at each epoch."""
    points = []
    for epoch, levels in zip(measured.epoch.values, found, strict=True):
        point = measured.sel(epoch=epoch)
        one = _predicted(levels).merge(errors(point, levels))
        if "term_frobenius" in point:
            K = logit_curvature(point)
            one = one.assign({name: variable(name, value) for name, value in K.items()})
        if "freeness" in point:
            one = one.merge(free_sums(point, levels))
        if "layer_eigenvalues" in point:
            one = one.merge(by_layer(point))
        points.append(one)
    return xr.concat(points, dim=measured.epoch, join="outer")


def _predicted(found: dict[str, Prediction]) -> xr.Dataset:
    """What the levels predict, along the axis ``level``."""
    levels = found.values()
    size = max(len(each.model.outliers) for each in levels)
    columns: dict[str, list[Array] | list[float]] = {
        "outliers": [padded(each.model.outliers, size) for each in levels],
        "gradient_power": [padded(each.power.outliers, size) for each in levels],
        "trace": [each.model.trace for each in levels],
        "frobenius": [each.model.frobenius for each in levels],
        "gradient_norm": [each.power.norm for each in levels],
    }
    arrays = {}
    for name, column in columns.items():
        array = variable(f"predicted_{name}", column, dims=("level",), observable=name)
        ranked = {"rank": "predicted_rank"} if array.ndim == 2 else {}
        arrays[f"predicted_{name}"] = array.rename(ranked)
    arrays["predicted_bulk_edge"] = xr.DataArray(
        [each.model.edges[-1, 1] for each in levels],
        dims="level",
        attrs={"long_name": "predicted upper edge of the bulk of G", "units": CURVATURE},
    )
    arrays["crowding"] = xr.DataArray(
        next(each.model.crowding for each in levels if isinstance(each.model, Separable)),
        attrs={
            "long_name": "R tr T²/(tr T)² of R means",
            "symbol": "R tr T²/(tr T)²",
            "units": "1",
        },
    )
    ranks = np.arange(size) + 1
    return xr.Dataset(arrays, coords={"level": list(found), "predicted_rank": ranks})
