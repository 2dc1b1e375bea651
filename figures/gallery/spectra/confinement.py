"""Gradient confinement: how much of the gradient lies on the top eigenvectors, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import xarray as xr

from figures.gallery import captions, series
from figures.gallery.networks import Networks
from figures.gallery.settings import Gallery
from theory import Params, stream
from theory.arrays import Array
from theory.params import LABEL_LAWS
from theory.streams import derived_seed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from theory.params import LabelLaw

SIGMA_Z, SIGMA_E, MARGIN = 0.5, 0.7, 2.0
SIGMA_Y = {"FG": 0.0, "cluster": 0.5}  # length of what the true class adds to a mean
LAWS: dict[str, tuple[LabelLaw, ...]] = {"FG": LABEL_LAWS, "cluster": ("uniform", "balanced")}
MARKED = 15  # draws of each law that have a marker


class Case(NamedTuple):
    """A level and a law of the labels."""

    level: str
    law: LabelLaw


CASES = tuple(Case(level, law) for level, laws in LAWS.items() for law in laws)
SPECTRA = (Case("FG", "uniform"), Case("FG", "balanced"), Case("cluster", "balanced"))


def compute(settings: Gallery, networks: Networks) -> xr.Dataset:
    """Gradient power over the spectrum, its law over draws for each law of the labels, training.

    ``power`` (spectrum, replicate, rank) are fractions of ``‖g‖²`` on the eigenvectors of one draw,
    ``predicted_power`` what is expected of its outliers given its outputs, labels and means, and
    ``predicted_bulk`` the mean on one of the others.
    ``share`` (case, replicate) is the fraction on all outliers, ``predicted_share`` (case,
    quantile) theory's law of it over draws. Of a network, (epoch): ``measured`` fraction on the
    first C-1 eigenvectors, ``predicted`` (level), ``drawn`` (draw) from the level cluster, and
    ``random``, that on as many directions.
    """
    model = _model(settings)
    draws, repeats = (12, 6) if settings.fast else (60, 20)
    spectra = [_spectra(case, model, draws=repeats, settings=settings) for case in SPECTRA]
    along = xr.concat(spectra, dim=_axis("spectrum", SPECTRA), join="outer")
    laws = [_law(case, model, draws=draws, settings=settings) for case in CASES]
    data = along.merge(xr.concat(laws, dim=_axis("case", CASES)))
    measured = networks.measured()
    data = data.merge(_trained(measured, draws=repeats, settings=settings))
    return data.assign_attrs(
        caption=f"N = {model.N}, C = {model.C}, D = {captions.count(model.D)}, σ_z = {SIGMA_Z}, "
        f"σ_E = {SIGMA_E} σ_c, σ_y = {SIGMA_Y['cluster']} σ_c at level cluster, margin {MARGIN:g}; "
        "FG, uniform: the level, and the law of its labels. "
        f"a: mean of {repeats} draws, of near ranks together; lines: theory given the outputs, "
        "labels and means of each draw, in the bulk its mean. b: markers: the share of all "
        f"outliers in {draws} draws of logits, labels, means and noise, ascending; lines: theory's "
        "law of it from the parameters alone (cases of a as there). "
        f"c: {networks.describe()}, {measured.sizes['example']} examples, predicted from others; "
        "bars: one standard deviation of a draw."
    )


def _axis(name: str, cases: Sequence[Case]) -> xr.Variable:
    return xr.Variable(name, [f"{case.level}, {case.law}" for case in cases])


def _model(settings: Gallery) -> Params:
    if settings.fast:
        return Params(N=120, C=4, D=250, sigma_z=SIGMA_Z, sigma_c=1.0, sigma_E=SIGMA_E)
    return Params(N=300, C=10, D=1000, sigma_z=SIGMA_Z, sigma_c=1.0, sigma_E=SIGMA_E)


def _of(case: Case, model: Params) -> Params:
    margin = MARGIN if case.law == "margin" else 0.0
    return replace(model, labels=case.law, margin=margin, sigma_y=SIGMA_Y[case.level])


def _spectra(case: Case, model: Params, *, draws: int, settings: Gallery) -> xr.Dataset:
    """The gradient's power on the spectrum of each draw, and what is expected of its outliers."""
    from simulate.hessian import spectrum
    from simulate.one_draw.draws import examples, mean_gram
    from theory.models import Isotropic

    params, rows = _of(case, model), []
    most = params.outlier_directions
    for i in range(draws):
        seed = derived_seed(settings.seed, "confinement", i)
        drawn = examples(params, seed=seed)
        Gamma = mean_gram(params, rng=stream(seed, "means"))
        given = {
            "Gamma": Gamma,
            "sigma_E": params.sigma_E,
            "D": params.D,
            "groups": drawn.y if params.sigma_y else None,
        }
        found = spectrum(drawn.p, drawn.r, rng=stream(seed, "noise"), **given)
        power = Isotropic(drawn.p, **given).power(drawn.r)
        each = power.ordered.mean
        behind = len(found.eigenvalues) - len(each)
        rows.append(
            (found.gradient_power, np.pad(each, (0, most - len(each))), power.bulk / behind)
        )
    sampled, predicted, bulk = (np.array(column) for column in zip(*rows, strict=True))
    return xr.Dataset(
        {
            "power": (("replicate", "rank"), sampled),
            "predicted_power": (("replicate", "outlier"), predicted),
            "predicted_bulk": ("replicate", bulk),
        },
        coords={"rank": np.arange(sampled.shape[1]) + 1, "outlier": np.arange(most) + 1},
    )


def _law(case: Case, model: Params, *, draws: int, settings: Gallery) -> xr.Dataset:
    """The share of the outliers in each draw, ascending, and theory's quantiles of it."""
    from simulate.replicates import replicates
    from theory.averaged import Averaged

    params = _of(case, model)
    averaged = Averaged(params)
    count = len(averaged.outliers.mean)
    shares = [
        float(
            replicates(
                params,
                seed=derived_seed(settings.seed, "confinement", "law", i),
                replicates=1,
                top=count,
            ).gradient_power.sum()
        )
        for i in range(draws)
    ]
    q = np.linspace(0.01, 0.99, 99)
    return xr.Dataset(
        {
            "share": ("draw", np.sort(shares)),
            "predicted_share": ("quantile", averaged.power.quantile(q)),
            "predicted_mean": averaged.power.mean,
            "predicted_deviation": averaged.power.std,
        },
        coords={"quantile": q},
    )


def _trained(measured: xr.Dataset, *, draws: int, settings: Gallery) -> xr.Dataset:
    """The share of a network's first C-1 eigenvectors at each epoch."""
    from figures.judge.levels import isotropic, predict, residuals
    from simulate.replicates import conditional

    top = measured.sizes["logit"] - 1
    points = [measured.sel(epoch=epoch) for epoch in measured.epoch.values]
    predicted = [
        [
            float(predict(point, level=level).power.ordered.mean[:top].sum())
            for level in series.SHOWN
        ]
        for point in points
    ]
    drawn = [
        conditional(
            point.p.values,
            residuals(point),
            **isotropic(point, level="cluster"),
            seed=settings.seed,
            replicates=draws,
            workers=settings.workers,
            top=top,
        ).gradient_power.sum("rank")
        for point in points
    ]
    share = measured.gradient_power.isel(rank=slice(top)).sum("rank")
    return xr.Dataset(
        {
            "measured": ("epoch", share.values),
            "predicted": (("epoch", "level"), predicted),
            "drawn": (("epoch", "draw_of_noise"), np.array(drawn)),
            "random": ("epoch", top / measured.weights.values),
        },
        coords={"epoch": measured.epoch.values, "level": list(series.SHOWN)},
    )


def _binned(power: xr.DataArray) -> tuple[Array, Array]:
    """Means over ranks that are near each other on a logarithmic axis: single ones at first."""
    ranks = power["rank"].values
    bins = np.unique(np.geomspace(1, ranks[-1] + 1, 40).astype(int))
    group = np.digitize(ranks, bins)
    counts = np.bincount(group)[1:]
    mean = [np.bincount(group, weights=each)[1:] / counts for each in (ranks, power.values)]
    return mean[0], mean[1]


def draw(data: xr.Dataset, axes: Sequence[Axes]) -> None:
    """Power by rank, the law of the share in each case, and the share over training."""
    from figures.pictures import scales, style

    by_rank, law, trained = axes
    for i, name in enumerate(data.spectrum.values):
        own, color = data.sel(spectrum=name), style.COLORS[i]
        ranks, power = _binned(own.power.mean("replicate"))
        marker = style.MARKERS[i]
        told = name
        by_rank.plot(ranks, power, marker, color=color, mfc="none", markersize=3, label=told)
        line = own.predicted_power.mean("replicate")
        seen = int((line > 0).sum())
        look = {"color": color, "linestyle": style.LINES[i]}
        by_rank.plot(own.outlier[:seen], line[:seen], **look)
        by_rank.plot([seen + 1, ranks[-1]], [own.predicted_bulk.mean("replicate")] * 2, **look)
    scales.log_axis(by_rank, "x")
    scales.log_axis(by_rank, "y")
    by_rank.set(xlabel="rank of the eigenvalue", ylabel="‖g‖² on one eigenvector")
    colors = dict(zip(data.spectrum.values, style.COLORS, strict=False))
    others = iter(style.COLORS[len(colors) :])
    for i, name in enumerate(data.case.values):
        own = data.sel(case=name)
        below = (np.arange(own.sizes["draw"]) + 0.5) / own.sizes["draw"]
        color = colors.get(name) or next(others)
        marker, line = style.MARKERS[i], style.LINES[i]
        few = max(1, len(below) // MARKED)
        law.plot(own.share, below, marker, color=color, mfc="none", markersize=3, markevery=few)
        told = None if name in colors else name
        law.plot(own.predicted_share, own["quantile"], color=color, linestyle=line, label=told)
    law.set(xlim=(-0.02, 1.02), ylim=(0, 1), ylabel="share of draws below")
    law.set_xlabel("fraction of ‖g‖² on all outliers")
    epochs = data.epoch.values.tolist()
    trained.plot(epochs, data.measured, "o-", color=style.MEASURED, label="measured")
    series.levels(trained, epochs, data.predicted)
    series.drawn(trained, epochs, data.drawn, dim="draw_of_noise")
    trained.plot(epochs, data.random, ":", color="0.5", label="random directions")
    scales.epoch_axis(trained, epochs)
    trained.set(ylim=(0, 1.02), ylabel="‖g‖² on the first C−1")
