"""Clustering of logit gradients: three mean cosines, over networks, data and training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from figures.gallery import captions
from figures.gallery.networks import MODELLED, NAMES, Networks
from figures.gallery.settings import DATA, Gallery
from theory import Params, stream
from theory.arrays import Array
from theory.streams import derived_seed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GROUPS = {"relu": MODELLED}  # what other figures measure too
FEW = ("logits", "clustering", "model")
COSINES = ("q_SLSC", "q_SL", "q_DL")
LEVELS = ("FG", "cluster")
TITLES = {"relu": "ReLU perceptron", "tanh": "tanh perceptron", "cnn": "small CNN"}
PLACES = {"FG": -0.07, "cluster": 0.0, "sampled": 0.07}  # of marks about a bar's middle


def compute(settings: Gallery, networks: Networks) -> xr.Dataset:
    """The cosines before, during and after training, and what levels FG and cluster say of them.

    ``q_…`` are measured, (network, epoch); epochs of several data follow one another, named by the
    coordinate ``source``. ``predicted_q_…`` (level, network, epoch) come from the lengths of the
    means and of the noise, estimated on other examples, with ``predicted_q_…_error`` from those of
    the lengths; ``sampled_q_…`` (network, epoch, replicate) from logit gradients of level cluster
    with the same lengths.
    """
    draws = 4 if settings.fast else 20
    names = NAMES if networks.record is None else ("record",)
    sources = DATA[: DATA.index(settings.data) + 1] if networks.record is None else ("record",)
    rows = []
    for name in names:
        parts = []
        for source in sources:
            own = networks
            if networks.record is None:
                own = replace(networks, settings=replace(settings, data=source))
            measured = own.measured(name, observe=GROUPS.get(name, FEW))
            last = measured.sizes["epoch"] - 1
            for at in (0, (last + 1) // 2, last):
                point = measured.isel(epoch=[at])
                seed = derived_seed(settings.seed, "clustering", name, source, at)
                found = _at(point.isel(epoch=0), draws=draws, seed=seed)
                parts.append(
                    found.expand_dims(epoch=point.epoch).assign_coords(source=("epoch", [source]))
                )
        rows.append(xr.concat(parts, dim="epoch"))
    data = xr.concat(rows, dim=xr.Variable("network", list(names)))
    means, rest = "σ_{c}² + σ_{y}²", "σ_{c}² + σ_{y}² + σ_{E}²"
    return data.assign_attrs(
        caption=f"{_described(networks, names, sources)}; before, during and after training. "
        "Bars: measured. Level FG: σ_{c}²/(σ_{c}² + σ_{E}²) for both cosines of one logit; "
        "level cluster: "
        f"({means})/({rest}) in one class, (σ_{{c}}² + σ_{{y}}²/C)/({rest}) over all; "
        "0 between logits at both. "
        "Lengths estimated on other examples; bars on marks: their standard error. Sampled: level "
        f"cluster, {captions.draws(draws)} of means and noise in D_{{eff}} dimensions, bars: "
        "standard deviation."
    )


def _described(networks: Networks, names: Sequence[str], sources: Sequence[str]) -> str:
    """The networks in words, and on how many examples they were measured."""
    if networks.record is not None:
        return networks.describe()
    sizes = {name: networks.experiment(name).measurement.examples for name in names}
    network, _ = networks.experiment("relu").trained
    widths = ", ".join(map(str, network.hidden or ()))
    return (
        f"Perceptrons of hidden widths {widths} ({sizes['relu']} examples), small CNN "
        f"({sizes['cnn']}), on {' and '.join(sources)}"
    )


def _at(point: xr.Dataset, *, draws: int, seed: int) -> xr.Dataset:
    """The measured cosines at one epoch, predicted and sampled ones."""
    found = point[list(COSINES)].drop_vars(["epoch", "step", "level"], errors="ignore")
    models = {level: _model(point, level=level) for level in LEVELS}
    errors = {level: _error(point, level=level) for level in LEVELS}
    sampled = _sampled(models["cluster"], draws=draws, seed=seed)
    for i, name in enumerate(COSINES):
        values = [getattr(models[level], name) for level in LEVELS]
        found[f"predicted_{name}"] = ("level", values)
        found[f"predicted_{name}_error"] = (
            "level",
            [errors[level] if name != "q_DL" else 0.0 for level in LEVELS],
        )
        found[f"sampled_{name}"] = ("replicate", sampled[:, i])
    return found.assign_coords(level=list(LEVELS))


def _model(point: xr.Dataset, *, level: str) -> Params:
    """The random model of the measured lengths: at level FG ``σ_y = 0``.

    At level cluster ``σ_c²`` is the mean of ``c_{k,y}·c_{k,y'}`` over pairs of classes, ``σ_y²``
    what the squared length of ``c_{k,y}`` has beyond it.
    """
    own = point.sel(level=level)
    N, C = point.sizes["example"], point.sizes["logit"]
    D = max(2, round(float(own.effective_dimension)))
    sizes = {"N": N, "C": C, "D": D, "sigma_z": float(np.sqrt(point.logit_variance))}
    if level == "FG":
        return Params(**sizes, sigma_c=float(own.sigma_c), sigma_E=float(own.sigma_E))
    Gamma = point.Gamma_cluster.values.reshape(C, C, C, C)  # y, k, y', k'
    same_logit = np.einsum("ykzk->yz", Gamma) / C
    between = (same_logit.sum() - np.trace(same_logit)) / (C * (C - 1))
    shared = min(max(between, 0.0), np.trace(same_logit) / C)
    return Params(
        **sizes,
        sigma_c=float(np.sqrt(shared)),
        sigma_y=float(np.sqrt(np.trace(same_logit) / C - shared)),
        sigma_E=float(own.sigma_E),
    )


def _error(point: xr.Dataset, *, level: str) -> float:
    """Standard error of ``x/(x + σ_E²)``, x the squared length of the means, to first order."""
    own = point.sel(level=level)
    means, noise = float(own.sigma_c), float(own.sigma_E)
    q = means**2 / (means**2 + noise**2)
    relative = np.hypot(own.sigma_c_error / means, own.sigma_E_error / noise)
    return float(2 * q * (1 - q) * relative)


def _sampled(model: Params, *, draws: int, seed: int) -> Array:
    """The three cosines (draws, 3) of logit gradients drawn from the model."""
    from simulate.one_draw.draws import examples, over_classes

    y = examples(model, seed=seed).y
    C, D = model.C, model.D
    rows = []
    for i in range(draws):
        rng = stream(seed, "clustering", i)
        means = over_classes(model, rng.standard_normal((C * C, D)) / np.sqrt(D))
        noise = rng.standard_normal((model.N, C, D)) * (model.sigma_E / np.sqrt(D))
        rows.append(_cosines(means.reshape(C, C, D)[y] + noise, y))
    return np.array(rows)


def _cosines(J: Array, y: NDArray[np.int64]) -> Array:
    """Mean cosines of logit gradients (N, C, D): one logit and class, one logit, different ones."""
    units = J / np.linalg.norm(J, axis=2, keepdims=True)
    N, C = units.shape[:2]
    cosine = np.einsum("mkd,nkd->mn", units, units) / C - np.eye(N)  # without a pair of one example
    alike = y[:, None] == y
    pairs = N * (N - 1)
    total = units.sum(axis=0)
    between = (np.square(total.sum(axis=0)).sum() - np.square(total).sum()) / (N * N * C * (C - 1))
    return np.array([cosine[alike].sum() / (alike.sum() - N), cosine.sum() / pairs, between])


def draw(data: xr.Dataset, axes: Sequence[Axes]) -> None:
    """Bars of the three cosines for each network, and the model's values on them."""
    from figures.pictures import style
    from figures.pictures.logits import clustering

    for ax in axes[data.sizes["network"] :]:
        ax.set_axis_off()
    for ax, name in zip(axes, data.network.values, strict=False):
        own = data.sel(network=name)
        clustering.draw(own, ax)
        middle = np.arange(own.sizes["epoch"])
        for i, cosine in enumerate(COSINES):
            at = middle + 0.27 * (i - 1)
            for level in LEVELS:
                look: dict[str, Any] = style.level(level) | {"linestyle": "none"}
                ax.errorbar(
                    at + PLACES[level],
                    own[f"predicted_{cosine}"].sel(level=level),
                    own[f"predicted_{cosine}_error"].sel(level=level),
                    markersize=3.5,
                    elinewidth=0.8,
                    label=style.predicted_label(level),
                    **look,
                )
            sampled = own[f"sampled_{cosine}"]
            ax.errorbar(
                at + PLACES["sampled"],
                sampled.mean("replicate"),
                sampled.std("replicate", ddof=1),
                fmt=".",
                color=style.SAMPLED,
                markersize=3,
                elinewidth=0.8,
                label="sampled, level cluster",
            )
        if len(set(data.source.values)) > 1:
            told = zip(own.epoch.values, own.source.values, strict=True)
            ax.set_xticks(middle, [f"{epoch:g}\n{source}" for epoch, source in told], fontsize=5)
        ax.set_title(TITLES.get(name, "the network of the record"))
        ax.set_ylim(top=1.05)
        if not style.first_in_row(ax):
            ax.set_ylabel("")
