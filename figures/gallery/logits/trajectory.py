"""Logit variance, logit-gradient length and weight norm in training; variance over the radius."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from figures.gallery import captions
from figures.gallery.logits.clustering import FEW, GROUPS
from figures.gallery.networks import NAMES, Networks
from figures.gallery.settings import Gallery
from figures.pictures import symbols
from theory.arrays import Array
from theory.streams import derived_seed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from empirical.data import Data

OVER_TRAINING = ("logit_variance", "logit_gradient_length", "weight_norm")
TOLD = {"relu": "ReLU", "tanh": "tanh", "cnn": "CNN", "record": "the network of the record"}
SCALES = (0.2, 5.0)  # of the initial weights, on the axis of radii


def compute(settings: Gallery, networks: Networks) -> xr.Dataset:
    """The three over training, and the logits' variance of random networks over weight radius.

    ``logit_variance``, ``logit_gradient_length`` and ``weight_norm`` are measured, (network,
    epoch). ``random_variance`` and ``random_norm`` (random, replicate, scale) are of networks at
    random weights times each scale; ``wide_variance`` with its deviation over networks
    ``wide_variance_std`` (scale) is that of ReLU perceptrons of infinite width, at the radius
    ``wide_norm``.
    """
    names = NAMES if networks.record is None else ("record",)
    measured = [networks.measured(name, observe=GROUPS.get(name, FEW)) for name in names]
    rows = [part[list(OVER_TRAINING)].drop_vars("step", errors="ignore") for part in measured]
    data = xr.concat(rows, dim=xr.Variable("network", list(names)))
    draws = 6 if settings.fast else 20
    factors = np.geomspace(*SCALES, 7 if settings.fast else 13)
    seen = _inputs(settings, networks)
    drawn = [_random(name, seen, factors, draws, networks) for name in NAMES]
    data = data.merge(xr.concat(drawn, dim=xr.Variable("random", list(NAMES))))
    data = data.merge(_wide(seen, factors, layers=_layers(networks)))
    data["wide_norm"] = data.random_norm.sel(random="relu").mean("replicate")
    ours = _networks(networks)
    trained, random = (
        (ours, "the same networks") if networks.record is None else (networks.describe(), ours)
    )
    sizes = [part.sizes["example"] for part in measured]
    return data.assign_attrs(
        caption=f"a–c: {trained}, {captions.listed(sizes)} examples. "
        f"d: {random} at random weights, which are then "
        f"multiplied by 0.2 to 5; {captions.draws(draws)}, {len(seen)} examples, bars: standard "
        "deviation over draws; theory: ReLU perceptrons of infinite width, "
        f"∝ {symbols.unit(f'‖W‖^{2 * _layers(networks)}')}, band: one standard deviation of a "
        "network. Thin: the networks of a and c in training."
    )


def _networks(networks: Networks) -> str:
    network = networks.experiment("relu").network
    widths = ", ".join(map(str, network.hidden or ())) if network else ""
    return f"perceptrons of hidden widths {widths} and a small CNN on {networks.settings.data}"


def _layers(networks: Networks) -> int:
    network, _ = networks.experiment("relu").trained
    return len(network.hidden or ()) + 1


def _inputs(settings: Gallery, networks: Networks) -> Data:
    data, _ = networks.data()
    return data.take(np.arange(100 if settings.fast else 300))


def _random(name: str, seen: Data, factors: Array, draws: int, networks: Networks) -> xr.Dataset:
    """Variance of the logits of random networks, and the length of their weights."""
    from empirical.cuts.goldilocks import scaled
    from empirical.networks import named

    network, _ = networks.experiment(name).trained
    variance, norm = np.empty((2, draws, len(factors)))
    for i in range(draws):
        seed = derived_seed(networks.settings.seed, "trajectory", name, i)
        made = named(network, seen, seed=seed).double()
        squares = [float(weights.detach().square().sum()) for weights in made.parameters()]
        for j, factor in enumerate(factors):
            logits = scaled(made, factor)(seen.inputs.double()).detach()
            variance[i, j] = float(logits.var(correction=0))
        norm[i] = np.sqrt(sum(squares)) * factors
    axes = ("replicate", "scale")
    return xr.Dataset(
        {"random_variance": (axes, variance), "random_norm": (axes, norm)},
        coords={"scale": factors},
    )


def _wide(seen: Data, factors: Array, *, layers: int) -> xr.Dataset:
    """Mean and deviation of the variance of the logits, of ReLU perceptrons of infinite width."""
    mean, deviation = _variance(
        _kernel(seen.inputs.double().flatten(1).numpy(), layers=layers), C=seen.classes
    )
    growth = factors ** (2 * layers)
    return xr.Dataset(
        {
            "wide_variance": ("scale", mean * growth),
            "wide_variance_std": ("scale", deviation * growth),
        },
        coords={"scale": factors},
    )


def _kernel(x: Array, *, layers: int) -> Array:
    """Covariance of a logit over examples, of ReLU perceptrons of infinite width; (N, N).

    The arc-cosine kernel of weights ``N(0, 2/fan_in)``, half as large in the last layer (Cho and
    Saul 2009; Lee et al. 2018, arXiv:1711.00165). Finite widths add a relative order 1/width.
    """
    K = 2 * x @ x.T / x.shape[1]
    for _ in range(layers - 1):
        length = np.sqrt(np.diag(K))
        cosine = np.clip(K / np.outer(length, length), -1, 1)
        angle = np.arccos(cosine)
        K = np.outer(length, length) * (np.sin(angle) + (np.pi - angle) * cosine) / np.pi
    return K / 2


def _variance(K: Array, *, C: int) -> tuple[float, float]:
    """Mean and deviation of the variance of N C Gaussian logits of this covariance, C independent.

    A quadratic form: with ``n = N C`` its mean is ``tr K/N - 1ᵀK1/(N n)``, its variance
    ``2 [C tr K² - 2C 1ᵀK²1/n + (C 1ᵀK1/n)²]/n²``.
    """
    N, n, total = len(K), len(K) * C, float(K.sum())
    square = C * np.sum(K**2) - 2 * C * np.sum(K.sum(axis=0) ** 2) / n + (C * total / n) ** 2
    return float(np.trace(K) / N - total / (N * n)), float(np.sqrt(2 * square) / n)


def draw(data: xr.Dataset, axes: Sequence[Axes]) -> None:
    """The three against the epoch, and the logit variance against the radius."""
    from figures.pictures import scales, style
    from figures.pictures.logits import trajectory

    *training, radius = axes
    looks: dict[str, dict[str, Any]] = {
        name: {"color": style.COLORS[i], "marker": style.MARKERS[i], "linestyle": style.LINES[i]}
        for i, name in enumerate(NAMES)
    }
    looks["record"] = looks[NAMES[0]]
    for ax, quantity in zip(training, OVER_TRAINING, strict=True):
        for name in data.network.values:
            ax.plot(
                data.epoch,
                data[quantity].sel(network=name),
                mfc="none",
                label=f"{TOLD[name]}, trained",
                **looks[name],
            )
        scales.log_axis(ax, "y")
        scales.epoch_axis(ax, data.epoch.values.tolist())
        ax.set_ylabel(trajectory.PANELS[quantity].ylabel)
    for which in ("x", "y"):
        scales.log_axis(radius, which)
    for name in data.random.values:
        own = data.sel(random=name)
        points: dict[str, Any] = looks[name] | {"linestyle": "none"}
        radius.errorbar(
            own.random_norm.mean("replicate"),
            own.random_variance.mean("replicate"),
            own.random_variance.std("replicate", ddof=1),
            mfc="none",
            elinewidth=0.8,
            label=f"{TOLD[name]}, at random weights",
            **points,
        )
    radius.plot(data.wide_norm, data.wide_variance, "k-", linewidth=0.9, label="theory, wide ReLU")
    scales.band(radius, data.wide_norm, data.wide_variance, data.wide_variance_std, color="k")
    for name in data.network.values:
        own = data.sel(network=name)
        radius.plot(
            own.weight_norm,
            own.logit_variance,
            linewidth=0.7,
            color=looks[name]["color"],
            linestyle=looks[name]["linestyle"],
        )
    radius.set(xlabel="weight norm ‖W‖ (weight)", ylabel=trajectory.PANELS["logit_variance"].ylabel)
