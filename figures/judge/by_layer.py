"""What each level predicts of each layer's own block of G, against the block as it is measured."""

from __future__ import annotations

import numpy as np
import xarray as xr

from figures.judge.errors import padded
from figures.judge.levels import predict
from theory.arrays import Array
from theory.levels import LEVELS
from theory.records.record import variable

PREFIX = "layer_"
SHARED = ("p", "labels")  # the same of all layers


def by_layer(point: xr.Dataset) -> xr.Dataset:
    """Predictions of the levels for each layer, and their errors.

    The parameters are those of the layer's logit gradients on the held-out examples.

    Parameters
    ----------
    point
        One epoch of a record with the group ``layers``.

    Returns
    -------
    xr.Dataset
        ``layer_eigenvalues`` as measured; ``layer_predicted_eigenvalues`` and
        ``layer_outlier_error`` (layer, level, outlier), of the C-1 largest, and
        ``layer_bulk_distance`` (layer, level) of those behind. NaN of a layer that has no noise.
    """
    top = point.sizes["logit"] - 1
    size = point.sizes["layer"], len(LEVELS)
    predicted = np.full((*size, top), np.nan)
    errors = predicted.copy()
    distances = np.full(size, np.nan)
    for i, layer in enumerate(point.layer.values):
        own = of_layer(point, layer)
        if "noise_length" not in own:
            continue
        measured = own.eigenvalues.values
        for j, level in enumerate(LEVELS):
            found = padded(predict(own, level=level).model.eigenvalues, measured.size, by=0.0)
            predicted[i, j] = padded(found, top)
            errors[i, j] = padded(_ratio(found[:top], measured[:top]) - 1, top)
            distances[i, j] = _distance(found[top:], measured[top:])
    dims = ("layer", "level")
    largest = variable(
        "layer_predicted_eigenvalues", predicted, dims=dims, observable="eigenvalues"
    ).rename(rank="outlier")
    return xr.Dataset(
        {
            "layer_eigenvalues": point.layer_eigenvalues.reset_coords(drop=True),
            "layer_predicted_eigenvalues": largest,
            "layer_outlier_error": variable(
                "layer_outlier_error", errors, dims=dims, observable="outlier_error"
            ),
            "layer_bulk_distance": variable(
                "layer_bulk_distance", distances, dims=dims, observable="bulk_distance"
            ),
        },
        coords={"layer": point.layer.values, "level": list(LEVELS)},
    )


def of_layer(point: xr.Dataset, layer: str) -> xr.Dataset:
    """The layer's arrays under the names that they have of a whole network, without padding."""
    own = point.sel(layer=layer)
    found: dict[str, xr.DataArray] = {name: own[name] for name in SHARED}
    for label, array in own.items():
        name = str(label).removeprefix(PREFIX)
        if name == label or array.isnull().all():
            continue
        axes = {str(axis): str(axis).removeprefix(PREFIX) for axis in array.dims}
        padding = [axis for axis in array.dims if str(axis).startswith(PREFIX)]
        for axis in padding:
            array = array.dropna(axis, how="all")
        found[name] = array.rename({old: new for old, new in axes.items() if old != new})
    return xr.Dataset(found)


def _ratio(found: Array, true: Array) -> Array:
    """``found / true``, NaN where the latter is zero."""
    return np.divide(found, true, out=np.full(true.shape, np.nan), where=true > 0)


def _distance(found: Array, true: Array) -> float:
    """Wasserstein distance over the mean; NaN where there are no eigenvalues behind the largest."""
    mean = true.mean() if true.size else 0.0
    return float(np.abs(found - true).mean() / mean) if mean > 0 else float("nan")
