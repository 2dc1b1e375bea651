"""The sharpness of a batch: N is a parameter of the model, and λ_max of G depends on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from figures.gallery import captions, series
from figures.gallery.networks import Networks
from figures.gallery.settings import Gallery
from theory import Params, stream
from theory.arrays import Array
from theory.streams import derived_seed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from empirical.data import Data
    from empirical.networks.training import Checkpoint

MODEL = Params(N=300, C=10, D=1000, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7)
NOISE = (0.7, 4.0)  # σ_E/σ_c


def compute(settings: Gallery, networks: Networks) -> xr.Dataset:
    """λ_max of G over batches of each size, of the model and of a network at two epochs.

    Of the model, (noise_ratio, N): ``mean`` and ``std`` over draws in theory, ``sampled``
    (noise_ratio, N_sampled, replicate). Of the network, (epoch, batch_size, batch): ``measured``,
    and ``predicted`` (level) from the outputs and labels of the same batch, the rest from examples
    outside of all batches.
    """
    sizes = (16, 40, 100) if settings.fast else (10, 20, 50, 100, 200)
    batches = 4 if settings.fast else 12
    network = _network(networks, sizes, batches=batches, seed=settings.seed)
    draws = 5 if settings.fast else 20
    data = _model(draws=draws, settings=settings).merge(network)
    return data.assign_attrs(
        caption=f"a: level FG, C = {MODEL.C}, D = {captions.count(MODEL.D)}, "
        f"σ_z = {MODEL.sigma_z:g}; "
        f"markers: {draws} draws of logits, means and noise, lines: theory averaged over them, "
        f"bars and bands: one standard deviation. b, c: {networks.describe()} at two epochs; "
        f"{batches} batches of each size, bars: one standard deviation over batches; predicted "
        "given the outputs and labels of each batch, means and noise from other examples."
    )


def _model(*, draws: int, settings: Gallery) -> xr.Dataset:
    """Theory and draws of λ_max over N at two strengths of the noise."""
    from theory import sharpness

    N = np.unique(np.geomspace(10, 10_000, 16 if settings.fast else 40).astype(int))
    where = (16, 64, 256) if settings.fast else (16, 32, 64, 128, 256, 512, 1024)
    rows: list[xr.Dataset] = []
    for ratio in NOISE:
        noisy = replace(MODEL, sigma_E=ratio)
        mean, std = np.transpose([sharpness.largest(replace(noisy, N=n)) for n in N.tolist()])
        sampled = [_sampled(replace(noisy, N=n), draws=draws, seed=settings.seed) for n in where]
        rows.append(
            xr.Dataset(
                {
                    "mean": ("N", mean),
                    "std": ("N", std),
                    "sampled": (("N_sampled", "replicate"), sampled),
                },
                coords={"N": N, "N_sampled": list(where)},
            )
        )
    return xr.concat(rows, dim=xr.Variable("noise_ratio", list(NOISE)))


def _sampled(params: Params, *, draws: int, seed: int) -> list[float]:
    from simulate.replicates import replicates

    seeds = [derived_seed(seed, "batch", params.N, i) for i in range(draws)]
    return [float(replicates(params, seed=own, replicates=1, top=1).lambda_max[0]) for own in seeds]


def _network(networks: Networks, sizes: Sequence[int], *, batches: int, seed: int) -> xr.Dataset:
    """λ_max of batches at the first and the last epoch, measured and predicted."""
    checkpoints = networks.checkpoints()
    points = networks.measured()
    others = networks.unseen()
    rows: list[xr.Dataset] = []
    for at in (0, -1):
        point = points.isel(epoch=at)
        rows.append(_batches(checkpoints[at], point, others, sizes, batches=batches, seed=seed))
    return xr.concat(rows, dim=points.epoch[[0, -1]])


def _batches(
    checkpoint: Checkpoint,
    point: xr.Dataset,
    examples: Data,
    sizes: Sequence[int],
    *,
    batches: int,
    seed: int,
) -> xr.Dataset:
    from empirical.capture import capture
    from empirical.gauss_newton.spectrum import eigenvectors
    from figures.judge.levels import isotropic

    measured = np.empty((len(sizes), batches))
    predicted = np.empty((len(sizes), batches, len(series.SHOWN)))
    for i, j in np.ndindex(measured.shape):
        order = stream(seed, "batch", i, j).permutation(len(examples))
        batch = capture(checkpoint.network, examples.take(order[: sizes[i]]))
        values, _ = eigenvectors(batch, count=1)
        measured[i, j] = float(values[0])
        for k, level in enumerate(series.SHOWN):
            given = isotropic(point, level=level)
            if given["groups"] is not None:
                given["groups"] = batch.targets.numpy()
            predicted[i, j, k] = _top(batch.p.numpy(), given)
    return xr.Dataset(
        {
            "measured": (("batch_size", "batch"), measured),
            "predicted": (("batch_size", "batch", "level"), predicted),
        },
        coords={"batch_size": list(sizes), "level": list(series.SHOWN)},
    )


def _top(p: Array, given: dict[str, Any]) -> float:
    from theory.models import Isotropic

    model = Isotropic(p, **given)
    return float(model.outliers[0]) if len(model.outliers) else float(model.edges[-1, 1])


def draw(data: xr.Dataset, axes: Sequence[Axes]) -> None:
    """λ_max over the size of the batch: the model, and the network at both epochs."""
    from figures.pictures import scales, style

    model, *network = axes
    for ax in axes:
        scales.log_axis(ax, "x")
        scales.log_axis(ax, "y")
    for i, ratio in enumerate(data.noise_ratio.values):
        own, color = data.sel(noise_ratio=ratio), style.COLORS[i]
        told = f"σ$_E$ = {ratio:g} σ$_c$"
        line = style.LINES[i]
        model.plot(data.N, own["mean"], color=color, linestyle=line, label=f"theory, {told}")
        band = scales.BAND if i == 0 else None
        scales.band(model, data.N, own["mean"], own["std"], color=color, label=band)
        series.sampled(model, data.N_sampled, own.sampled, number=i, told=told)
    model.set(xlabel="examples N", ylabel="λ$_{max}$, in units of σ$_c$²")
    for ax, epoch in zip(network, data.epoch.values, strict=True):
        own = data.sel(epoch=epoch)
        mean, std = own.measured.mean("batch"), own.measured.std("batch", ddof=1)
        look = {"color": style.MEASURED, "elinewidth": 0.8, "markersize": 4}
        ax.errorbar(data.batch_size, mean, std, fmt="o", label="measured", **look)
        series.levels(ax, data.batch_size, own.predicted.mean("batch"))
        ax.set(xlabel="examples in the batch", ylabel="λ$_{max}$ (nat/weight²)")
        ax.set_title(f"network, epoch {epoch:g}")
