"""Sharpness rises, then falls: λ_max as the softmax freezes, and along a real training run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from figures.gallery import captions, series
from figures.gallery.networks import Networks
from figures.gallery.settings import Gallery
from theory import Params
from theory.arrays import Array
from theory.streams import derived_seed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from theory.models import Isotropic, Separable

SIGMA_E = 0.7  # over σ_c, at every step
GROWTH = {"fixed": 0.0, "growing": 0.25}  # exponents of σ_c in σ_z
SCALES = ("sigma_z", "sigma_c", "sigma_E")
BESIDE = 3  # points by which the greater of two labels is higher, and the lesser lower


def compute(settings: Gallery, networks: Networks) -> xr.Dataset:
    """λ_max over σ_z, at fixed and at growing lengths, and over training.

    ``mean`` and ``std`` (schedule, sigma_z) are theory over logits, means and noise, ``sampled``
    (schedule, sigma_z_sampled, replicate) draws of them all; ``peak`` and ``peak_height``
    (schedule) where λ_max is largest. Of a network, (epoch): ``lambda_max``; ``averaged`` and
    ``averaged_std``, from its three scales alone; ``predicted`` (level), given its outputs and
    mean logit gradients; ``drawn`` (draw), samples of the level cluster; and ``measured_``
    of each of the scales.
    """
    model = _small() if settings.fast else _usual()
    draws = 6 if settings.fast else 20
    schedules = [
        _schedule(model, growth, draws=draws, settings=settings) for growth in GROWTH.values()
    ]
    along = xr.concat(schedules, dim=xr.Variable("schedule", list(GROWTH)))
    measured = networks.measured()
    data = along.merge(_trained(measured, draws=draws, settings=settings))
    return data.assign_attrs(
        caption=f"a: N = {model.N}, C = {model.C}, D = {captions.count(model.D)}, "
        f"σ_E = {SIGMA_E} σ_c; {draws} draws of logits, means and noise a point; lines: theory "
        "averaged over them; bands and bars: one standard deviation. σ_c = 1, or the fourth root "
        f"of σ_z. b: {networks.describe()}, {measured.sizes['example']} examples. Predicted from "
        "other examples: from σ_z, σ_c, σ_E and D_eff alone (averaged), or from the Gram matrix of "
        "the means and the measured outputs (levels FG and cluster). c: the three at each epoch."
    )


def _usual() -> Params:
    return Params(N=300, C=10, D=1000, sigma_z=1.0, sigma_c=1.0, sigma_E=SIGMA_E)


def _small() -> Params:
    return replace(_usual(), N=120, C=5, D=400)


def _schedule(model: Params, growth: float, *, draws: int, settings: Gallery) -> xr.Dataset:
    """Theory and draws along σ_z, with ``σ_c = σ_z^growth``."""
    from theory import sharpness

    sigma_z = np.geomspace(0.1, 20, 24 if settings.fast else 60)
    found = sharpness.schedule(
        model,
        t=np.log(sigma_z),
        sigma_z=sigma_z,
        sigma_c=sigma_z**growth,
        sigma_E=SIGMA_E * sigma_z**growth,
    )
    where = np.geomspace(0.1, 20, 8)
    return xr.Dataset(
        {
            "mean": ("sigma_z", found.mean),
            "std": ("sigma_z", found.std),
            "peak": np.exp(found.peak_time),
            "peak_height": found.peak_height,
            "interior": found.interior,
            "sampled": (
                ("sigma_z_sampled", "replicate"),
                _sampled(model, where, where**growth, draws=draws, settings=settings),
            ),
        },
        coords={"sigma_z": sigma_z, "sigma_z_sampled": where},
    )


def _sampled(
    model: Params, sigma_z: Array, sigma_c: Array, *, draws: int, settings: Gallery
) -> Array:
    """λ_max (steps, draws): logits, means and noise are drawn anew for each of the draws."""
    from simulate.replicates import replicates

    steps = [
        replace(model, sigma_z=float(z), sigma_c=float(c), sigma_E=SIGMA_E * float(c))
        for z, c in zip(sigma_z, sigma_c, strict=True)
    ]
    seeds = [derived_seed(settings.seed, "sharpness", i) for i in range(draws)]
    return np.array(
        [
            [
                float(replicates(step, seed=seed, replicates=1, top=1).lambda_max[0])
                for seed in seeds
            ]
            for step in steps
        ]
    )


def _trained(measured: xr.Dataset, *, draws: int, settings: Gallery) -> xr.Dataset:
    """A network's λ_max at each epoch, and what its parameters there predict."""
    points = [measured.sel(epoch=epoch) for epoch in measured.epoch.values]
    rows = [_at(point, draws=draws, settings=settings) for point in points]
    return xr.concat(rows, dim=measured.epoch).merge(measured[["lambda_max"]], compat="override")


def _at(point: xr.Dataset, *, draws: int, settings: Gallery) -> xr.Dataset:
    from figures.judge.levels import isotropic, predict, residuals
    from simulate.replicates import conditional
    from theory import sharpness

    own = point.sel(level="FG")
    N, C = point.p.shape
    params = Params(
        N=N,
        C=C,
        D=max(C, round(float(own.effective_dimension))),
        sigma_z=float(np.sqrt(point.logit_variance)),
        sigma_c=float(own.sigma_c),
        sigma_E=float(own.sigma_E),
    )
    mean, std = sharpness.largest(params)
    predicted = [_top(predict(point, level=level).model) for level in series.SHOWN]
    drawn = conditional(
        point.p.values,
        residuals(point),
        **isotropic(point, level="cluster"),
        seed=settings.seed,
        replicates=draws,
        workers=settings.workers,
        top=1,
    )
    return xr.Dataset(
        {
            "averaged": mean,
            "averaged_std": std,
            "predicted": ("level", predicted),
            "drawn": ("draw", drawn.lambda_max.values),
            **{f"measured_{name}": getattr(params, name) for name in SCALES},
        },
        coords={"level": list(series.SHOWN)},
    )


def _top(model: Isotropic | Separable) -> float:
    return float(model.outliers[0]) if len(model.outliers) else float(model.edges[-1, 1])


def draw(data: xr.Dataset, axes: Sequence[Axes]) -> None:
    """λ_max over σ_z with its peak, λ_max over training, and the scales over training."""
    from figures.pictures import scales, style

    schedule, trained, lengths = axes
    scales.log_axis(schedule, "x")
    told = {"fixed": "σ$_c$ fixed", "growing": "σ$_c$ ∝ σ$_z^{1/4}$"}
    for i, name in enumerate(data.schedule.values):
        own, color = data.sel(schedule=name), style.COLORS[i]
        line = style.LINES[i]
        schedule.plot(
            own.sigma_z, own["mean"], color=color, linestyle=line, label=f"theory, {told[name]}"
        )
        scales.band(schedule, own.sigma_z, own["mean"], own["std"], color=color, label=None)
        series.sampled(schedule, own.sigma_z_sampled, own.sampled, number=i, told=told[name])
        if own.interior:
            schedule.plot(own.peak, own.peak_height, "*", color=color, markersize=9, label="peak")
    schedule.set(
        xlabel="spread of the logits σ$_z$ (nat)",
        ylabel="λ$_{max}$, in units of σ$_c$² at σ$_z$ = 1",
    )
    schedule.set_ylim(bottom=0)
    epochs = data.epoch.values.tolist()
    trained.plot(epochs, data.lambda_max, "o-", color=style.MEASURED, label="measured")
    series.levels(trained, epochs, data.predicted)
    trained.plot(epochs, data.averaged, "v:", color="0.5", mfc="none", label="predicted, averaged")
    scales.band(trained, epochs, data.averaged, data.averaged_std, color="0.5")
    series.drawn(trained, epochs, data.drawn, dim="draw")
    trained.set_ylabel("λ$_{max}$ (nat/weight²)")
    ends = {name: float(data[f"measured_{name}"][-1]) for name in SCALES}
    lesser, greater = sorted(("sigma_c", "sigma_E"), key=ends.__getitem__)
    for i, name in enumerate(SCALES):
        look = {"color": style.COLORS[i], "linestyle": style.LINES[i], "marker": style.MARKERS[i]}
        lengths.plot(epochs, data[f"measured_{name}"], mfc="none", **look)
        lengths.annotate(
            f"σ$_{name[-1]}$",
            (epochs[-1], ends[name]),
            xytext=(4, {greater: BESIDE, lesser: -BESIDE}.get(name, 0)),
            textcoords="offset points",
            va="center",
            color=style.COLORS[i],
            annotation_clip=False,
        )
    for ax in (trained, lengths):
        scales.log_axis(ax, "y")
        scales.epoch_axis(ax, epochs)
    lengths.set_ylabel("σ$_z$ (nat), σ$_c$, σ$_E$ (nat/weight)")
