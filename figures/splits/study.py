"""Every level on several splits of each network's examples."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import xarray as xr

from figures.fit import assembled, predictions
from figures.judge.addition import quadrature, spectrum
from figures.judge.errors import OTHER
from figures.judge.levels import Prediction
from figures.splits import networks
from figures.splits.settings import Levels
from theory.arrays import Array
from theory.free_addition import FreeSum
from theory.levels import LEVELS

QUANTITIES = {
    "outliers": "mean size of the relative errors of the C-1 largest eigenvalues of G",
    "worst": "size of the largest of these errors",
    "share": "error of the gradient's share on the C-1 eigenvectors, absolute",
    "bulk": "Wasserstein distance of all other eigenvalues, over their mean",
    "top": "relative error of λ_max of H, G ⊞ K with K of other examples",
    "bottom": "relative error of λ_min of H, likewise",
}
SOURCES = (*LEVELS, OTHER)


def study(
    settings: Levels, *, folder: Path, progress: Callable[[str], object] | None = None
) -> xr.Dataset:
    """Sizes of the errors of every level, by network, epoch and split.

    Networks are trained, split by split measured, and predicted; what is done is kept in
    ``folder`` and not made again.

    Parameters
    ----------
    folder
        Of the networks.
    progress
        Called with what was done last, in words.

    Returns
    -------
    xr.Dataset
        ``size`` (network, epoch, split, source, quantity), NaN where a network has no such epoch
        or a level predicts no such thing; ``accuracy`` and ``loss`` (network, epoch). For λ_max and
        λ_min of H the source ``other examples`` is the next split.
    """
    rows = [
        _network(name, settings, folder=folder, progress=progress) for name in settings.networks
    ]
    return xr.concat(rows, dim=xr.Variable("network", list(settings.networks)), join="outer")


def _network(
    name: str, settings: Levels, *, folder: Path, progress: Callable[[str], object] | None
) -> xr.Dataset:
    from empirical.experiment import run

    own = folder / (f"{name}-small" if settings.fast else name)
    own.mkdir(parents=True, exist_ok=True)
    whole = networks.trained(name, fast=settings.fast, seed=settings.seed, folder=own)
    paths = tuple(map(str, trained(whole, folder=own)))
    parts = []
    for number in range(settings.splits):
        asked = networks.split(whole, number=number, checkpoints=paths)
        place = own / f"split-{number}"
        measured = run(asked, out=place, overwrite=True, progress=False)
        parts.append(_kept_sizes(measured, place))
        if progress is not None:
            progress(f"{name}, split {number + 1} of {settings.splits}")
    found: xr.Dataset = xr.concat(parts, dim="split")  # pyright: ignore[reportAssignmentType]
    found["size"].loc[{"source": OTHER, "quantity": ["top", "bottom"]}] = _between_splits(found)
    return found.drop_vars("hessian").assign(
        accuracy=found.accuracy.mean("split"), loss=found.loss.mean("split")
    )


def trained(experiment: networks.Experiment, *, folder: Path) -> list[Path]:
    """Checkpoints of a network's training in ``folder``, made where they are not there."""
    from empirical.data import load
    from empirical.networks import named
    from empirical.networks.training import train

    network, training = experiment.trained
    data, _ = load(experiment.data)
    return train(
        named(network, data, seed=training.seed),
        data,
        training,
        folder=folder / "checkpoints",
        overwrite=True,
    )


def _kept_sizes(measured: xr.Dataset, folder: Path) -> xr.Dataset:
    from figures.gallery.kept import kept
    from theory.records.record import provenance

    made_by = provenance(
        command="figures.splits",
        parameters={"measured": json.loads(measured.provenance)},
        seed=None,
    )
    return kept(folder / "sizes.nc", made_by=made_by, make=lambda: sizes(measured), overwrite=True)[
        0
    ].drop_attrs()


def sizes(measured: xr.Dataset) -> xr.Dataset:
    """Sizes of the errors on one record with the groups ``networks.OBSERVED``.

    ``size`` (epoch, source, quantity), as ``study`` has it; ``hessian`` (epoch, end), λ_max and
    λ_min of H; ``accuracy``, ``loss`` (epoch).
    """
    found = predictions(measured)
    own = assembled(measured.drop_vars(["freeness", "freeness_error"]), found)
    error = np.abs(own.outlier_error)
    columns = {
        "outliers": error.mean("outlier"),
        "worst": error.max("outlier"),
        "share": np.abs(own.share_error),
        "bulk": own.bulk_distance,
    }
    rows, ends = [], []
    for epoch, levels in zip(measured.epoch.values, found, strict=True):
        row, end = _hessian(measured.sel(epoch=epoch), levels)
        rows.append(row)
        ends.append(end)
    H = np.array(rows)
    for i, name in enumerate(("top", "bottom")):
        columns[name] = xr.DataArray(
            H[:, :, i], dims=("epoch", "source"), coords={"source": list(LEVELS)}
        )
    size = xr.concat(
        [each.reindex(source=list(SOURCES)) for each in columns.values()],
        dim=xr.Variable("quantity", list(columns)),
        join="override",
        coords="minimal",
    )
    return xr.Dataset(
        {
            "size": size.transpose("epoch", "source", "quantity"),
            "hessian": (("epoch", "end"), np.array(ends)),
            "accuracy": ("epoch", measured.accuracy.values),
            "loss": ("epoch", measured.loss.values),
        },
        coords={"epoch": measured.epoch.values},
    )


def _hessian(point: xr.Dataset, levels: dict[str, Prediction]) -> tuple[Array, Array]:
    """Relative errors of λ_max and λ_min of H (level, 2), and both as measured."""
    K, H = (quadrature(point, of).positions for of in ("curvature", "hessian"))
    law = quadrature(point, "curvature")
    true = np.array([H[-1], H[0]])
    if not np.ptp(K):
        return np.full((len(levels), 2), np.nan), true
    D = int(point.weights)
    rows = []
    for each in levels.values():
        low, high = FreeSum(spectrum(each.model.eigenvalues, D=D), law).ends
        rows.append(np.abs(np.array([high, low]) / true - 1))
    return np.array(rows), true


def _between_splits(found: xr.Dataset) -> Array:
    """What λ_max and λ_min of H of the next split differ by, (split, epoch, 2)."""
    H = found.hessian.transpose("split", "epoch", "end").values
    return np.abs(np.roll(H, -1, axis=0) / H - 1)
