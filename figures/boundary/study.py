"""All networks of the study of boundaries, measured, and maps of some."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from figures.boundary.predicted import outliers
from theory.levels import LEVELS
from theory.streams import derived_seed

if TYPE_CHECKING:
    from empirical.boundary.networks import Trained
    from empirical.settings import Boundary

DIMS = ("set", "initialisation", "replicate")
EIGENVALUES = 20
MAP = 120  # nodes of a map on each side
VECTORS = 3  # first eigenvectors whose alignment is mapped


def boundaries(
    settings: Boundary,
    *,
    begun: xr.Dataset | None = None,
    kept: Callable[[xr.Dataset], object] | None = None,
    progress: Callable[[int], object] | None = None,
) -> xr.Dataset:
    """Every network of the study, measured; those that ``begun`` holds are not made again.

    Parameters
    ----------
    begun
        What an earlier call gave to ``kept``.
    kept
        Called with the record so far after the networks of each set.
    progress
        Called with the number of networks done.

    Returns
    -------
    xr.Dataset
        The quantities ``empirical.boundary.networks.NAMES`` and ``eigenvalues`` over ``DIMS``;
        ``predicted_outliers`` and ``edge_outliers`` by level; of the first initialisation's first
        replicate ``map_class``, ``map_alignment`` and the points trained on, by set.

    Raises
    ------
    InputError
        If training diverges.
    """
    from empirical.boundary import networks

    record = begun.copy(deep=True) if begun is not None else _empty(settings)
    for place in settings.networks:
        if np.isnan(record.train_loss.values[place]):
            one = networks.made(settings, place)
            seed = derived_seed(settings.seed, "starts", place[2])
            values = one.values.numpy()
            found = outliers(one)
            for k, level in enumerate(LEVELS):
                record.predicted_outliers.values[*place, k] = found[level][0]
                record.edge_outliers.values[*place, k] = found[level][1]
            leading = values[:EIGENVALUES]
            record.eigenvalues.values[*place, : len(leading)] = leading
            if place[1:] == (0, 0):
                _map(record, one, place[0])
            for name, value in networks.measured(one, settings, seed=seed).items():
                record[name].values[place] = value
            if kept is not None and place[1] == len(settings.initialisations) - 1:
                kept(record)
        if progress is not None:
            progress(1)
    return record


def _map(record: xr.Dataset, one: Trained, i: int) -> None:
    from empirical.boundary.maps import alignment_map

    found = alignment_map(one, nodes=MAP, vectors=VECTORS)
    record.map_alignment.values[i], record.map_class.values[i] = found.alignment, found.grid.labels
    record.map_x.values[i], record.map_y.values[i] = found.grid.x, found.grid.y
    record.point.values[i], record.point_class.values[i] = found.points, found.targets


def _empty(settings: Boundary) -> xr.Dataset:
    from empirical.boundary.networks import NAMES

    values = (settings.sets, settings.initialisations, range(settings.replicates))
    shape = tuple(len(each) for each in values)
    sets, seen = shape[0], settings.examples - settings.examples // 2

    def empty(*sizes: int) -> np.ndarray:
        return np.full(sizes, np.nan)

    arrays = {
        name: (DIMS, empty(*shape), {"long_name": meaning, "units": units})
        for name, (meaning, units) in NAMES.items()
    } | {
        "eigenvalues": (
            (*DIMS, "rank"),
            empty(*shape, EIGENVALUES),
            {"long_name": "eigenvalues of H", "units": "nat/weight²"},
        ),
        "predicted_outliers": (
            (*DIMS, "level"),
            empty(*shape, len(LEVELS)),
            {"long_name": "outliers of G that a level predicts", "units": "1"},
        ),
        "edge_outliers": (
            (*DIMS, "level"),
            empty(*shape, len(LEVELS)),
            {"long_name": "eigenvalues of H above the bulk that a level predicts", "units": "1"},
        ),
        "map_class": (("set", "row", "column"), empty(sets, MAP, MAP), {"units": "1"}),
        "map_alignment": (
            ("set", "vector", "row", "column"),
            empty(sets, VECTORS, MAP, MAP),
            {"long_name": "alignment of the reinforcing gradient", "units": "1"},
        ),
        "map_x": (("set", "column"), empty(sets, MAP), {"units": "input"}),
        "map_y": (("set", "row"), empty(sets, MAP), {"units": "input"}),
        "point": (("set", "example", "axis"), empty(sets, seen, 2), {"units": "input"}),
        "point_class": (("set", "example"), empty(sets, seen), {"units": "1"}),
    }
    coords = dict(zip(DIMS, map(list, values), strict=True)) | {
        "level": list(LEVELS),
        "rank": np.arange(EIGENVALUES) + 1,
        "vector": np.arange(VECTORS) + 1,
    }
    return xr.Dataset(arrays, coords=coords)
