"""What mends the prediction: surrogates of each network on several splits of its examples."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import xarray as xr

from figures.gallery.kept import kept
from figures.judge.errors import OTHER, Spectrum, spectrum_errors
from figures.splits import networks
from figures.splits.settings import Levels
from figures.splits.study import trained

QUANTITIES = {
    "outliers": "mean size of the relative errors of the C-1 largest eigenvalues of G",
    "top": "relative error of the largest, with its sign",
    "edge": "relative error of the C-th, with its sign",
    "bulk": "Wasserstein distance of all from it on, over their mean",
}


def study(
    settings: Levels, *, folder: Path, progress: Callable[[str], object] | None = None
) -> xr.Dataset:
    """Errors of the eigenvalues of surrogates, by network, epoch and split.

    The splits are those of ``figures.splits.study``, whose checkpoints in ``folder`` are read.

    Returns
    -------
    xr.Dataset
        ``error`` (network, epoch, split, surrogate, quantity), NaN where a network has no such
        epoch; the last surrogate is ``other examples``, which is none; ``undecided`` (network,
        epoch, split, part), as ``empirical.hierarchy.surrogates`` has it.
    """
    rows = [_network(name, settings, folder, progress) for name in settings.networks]
    return xr.concat(rows, dim=xr.Variable("network", list(settings.networks)), join="outer")


def _network(
    name: str, settings: Levels, folder: Path, progress: Callable[[str], object] | None
) -> xr.Dataset:
    from theory.records.record import provenance

    own = folder / (f"{name}-small" if settings.fast else name)
    own.mkdir(parents=True, exist_ok=True)
    whole = networks.trained(name, fast=settings.fast, seed=settings.seed, folder=own)
    paths = trained(whole, folder=own)
    parts = []
    for number in range(settings.splits):
        asked = networks.split(whole, number=number, checkpoints=tuple(map(str, paths)))
        made_by = provenance(
            command="figures.splits surrogates", parameters=asked.as_dict(), seed=settings.seed
        )
        place = own / f"surrogates-{number}.nc"
        made = kept(place, made_by=made_by, make=lambda asked=asked: _split(asked), overwrite=True)[
            0
        ]
        parts.append(made.drop_attrs())
        if progress is not None:
            progress(f"{name}, surrogates of split {number + 1} of {settings.splits}")
    found: xr.Dataset = xr.concat(parts, dim="split")  # pyright: ignore[reportAssignmentType]
    return found


def _split(asked: networks.Experiment) -> xr.Dataset:
    """Errors at every checkpoint, on one choice of examples."""
    from empirical.data import load
    from empirical.hierarchy.surrogates import of_network
    from empirical.trajectory import opened

    data, _ = load(asked.data)
    points = opened(asked.checkpoints or (), data)
    rows = [_errors(of_network(point.network, data, asked.measurement)) for point in points]
    return xr.concat(rows, dim=xr.Variable("epoch", [point.epoch for point in points]))


def _errors(found: xr.Dataset) -> xr.Dataset:
    """By surrogate and quantity, of one point."""
    true, *drawn = found.surrogate_eigenvalues.values
    top = int(found.outliers)
    rows = []
    for values in (*drawn, found.resampled_eigenvalues.values):
        whole = spectrum_errors(Spectrum(values, 0.0), true=Spectrum(true, 0.0), top=top)
        outliers = whole["outlier_error"]
        edge = values[top] / true[top] - 1
        rows.append([np.abs(outliers).mean(), outliers[0], edge, whole["bulk_distance"]])
    names = [*found.surrogate.values[1:].tolist(), OTHER]
    return xr.Dataset(
        {
            "error": (("surrogate", "quantity"), np.array(rows)),
            "undecided": ("part", found.undecided.values),
        },
        coords={"surrogate": names, "quantity": list(QUANTITIES), "part": found.part.values},
    )
