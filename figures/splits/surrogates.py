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
from theory.arrays import Array

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
    return xr.concat(parts, dim="split")


def _split(asked: networks.Experiment) -> xr.Dataset:
    """Errors at every checkpoint, on one choice of examples."""
    import torch

    from empirical.capture import capture
    from empirical.data import load
    from empirical.hierarchy.surrogates import surrogates
    from empirical.trajectory import opened
    from theory import stream

    data, _ = load(asked.data)
    how = asked.measurement
    order = stream(how.seed, "examples").permutation(len(data))  # as ``empirical.measure``
    N, last = how.examples, how.examples + how.held_out
    rows, epochs = [], []
    for point in opened(asked.checkpoints or (), data):
        sample, others = (
            capture(point.network, data.take(chosen), dtype=torch.float32)
            for chosen in (order[:N], order[N:last])
        )
        found = surrogates(sample, others, seed=how.seed)
        again = others.take(torch.arange(min(N, how.held_out)))
        rows.append(_errors(found, again=_spectrum(again), top=sample.C - 1))
        epochs.append(point.epoch)
    return xr.concat(rows, dim=xr.Variable("epoch", epochs))


def _spectrum(sample: object) -> Array:
    from empirical.gauss_newton.spectrum import spectrum

    return spectrum(sample).eigenvalues.numpy().astype(np.float64)


def _errors(found: xr.Dataset, *, again: Array, top: int) -> xr.Dataset:
    """By surrogate and quantity, of one point; ``again`` are eigenvalues of other examples."""
    true, *drawn = found.surrogate_eigenvalues.values
    rows = []
    for values in (*drawn, np.resize(again, true.shape)):
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
