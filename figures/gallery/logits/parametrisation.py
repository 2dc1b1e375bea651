"""Networks over their width in each parametrisation: coordinates, and what the model sees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from empirical.settings import DataSource, Experiment, Measurement, Network, Training
from figures.gallery.networks import MODELLED, Networks
from figures.gallery.settings import Gallery
from theory.ntk import parametrisation
from theory.ntk.parametrisation import NAMES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from empirical.data import Data
    from empirical.networks.training import Checkpoint

COORDINATES = {
    "features_step": "features, steps",
    "logits": "logits",
    "logits_step": "logits, steps",
    "kernel": "‖J‖²",
    "curvature": "η λ$_{max}$",
}
"""Those with a power of theory, as the picture names them."""
DEPTH = {"mean-field": 1}  # hidden layers; of all others two
STEPS, RATE, BATCH = 10, 0.3, 100
PROBES = 8


def compute(settings: Gallery, networks: Networks) -> xr.Dataset:
    """Coordinates and the model's parameters over the width, in each parametrisation.

    Of ``empirical.coordinates`` each of ``COORDINATES`` (parametrisation, seed, width), its
    ``exponent`` (parametrisation, coordinate, fit, bound) and ``power``, that of theory. Of the
    network as made and after training, over (parametrisation, width, epoch): ``sigma_z``, the mean
    cosines ``q_SLSC``, ``q_SL`` and ``q_DL``, ``sigma_c`` and ``sigma_E`` of level cluster,
    ``lambda_max`` of G, ``step_curvature``, the learning rate times it, and ``curvature_ratio``,
    ``‖K‖_F/‖G‖_F``.
    """
    widths = (16, 32, 64) if settings.fast else (32, 64, 128, 256, 512, 1024)
    seeds = 3 if settings.fast else 8
    each = [_of(name, widths, seeds, settings, networks) for name in NAMES]
    data = xr.concat(each, dim=xr.Variable("parametrisation", list(NAMES)))
    epoch = float(data.epoch[-1])
    return data.assign_attrs(
        caption=f"Perceptrons with tanh on {settings.data}, of two hidden layers of width n "
        "without biases, mean-field of one; all of one depth are the same network at n = 64. "
        f"a, b: mean change of the last hidden layer in {STEPS} steps of gradient descent on "
        f"{BATCH} examples, learning rate {RATE:g} at n = 64, and mean squared length of a logit "
        f"gradient, means over {seeds} seeds; dotted: theory's powers, through the largest n. "
        "c: powers fitted over all n, by lines (circles) and with a correction that falls as "
        "1/√n (squares), 95 % intervals over seeds; bars: theory. d, e, f: one network, as made "
        f"(open) and after {epoch:g} epochs (filled), {_examples(settings)[0]} examples."
    )


def _of(
    name: str, widths: Sequence[int], seeds: int, settings: Gallery, networks: Networks
) -> xr.Dataset:
    from empirical.coordinates import coordinates, exponents

    depth = DEPTH.get(name, 2)
    batch = networks.data()[0].take(np.arange(BATCH))
    network = Network(hidden=(1,) * depth, activation="tanh", parametrisation=name)
    roots = range(settings.seed, settings.seed + seeds)
    found = coordinates(
        network, batch, widths=widths, seeds=roots, steps=STEPS, learning_rate=RATE
    )[list(COORDINATES)]
    theory = parametrisation.named(name, hidden_layers=depth).exponents
    axis = xr.Variable("coordinate", list(COORDINATES))
    fitted = exponents(found)
    found = found.assign(
        exponent=xr.concat([fitted[each] for each in COORDINATES], dim=axis),
        power=("coordinate", [getattr(theory, each) for each in COORDINATES]),
    )
    points = [_measured(name, n, settings, networks) for n in widths]
    return found.merge(xr.concat(points, dim=xr.Variable("width", list(widths))))


def _examples(settings: Gallery) -> tuple[int, int]:
    return (60, 120) if settings.fast else (100, 200)


def _measured(name: str, width: int, settings: Gallery, networks: Networks) -> xr.Dataset:
    """The model's parameters of one network, as made and trained."""
    from empirical.experiment import run
    from empirical.networks.architectures import parametrised
    from empirical.networks.training import load_checkpoint, name_of

    examples, held_out = _examples(settings)
    depth, seed = DEPTH.get(name, 2), settings.seed
    experiment = Experiment(
        network=Network(hidden=(width,) * depth, activation="tanh", parametrisation=name),
        data=DataSource(name=settings.data, seed=seed),
        training=Training(epochs=(0, 1) if settings.fast else (0, 5), seed=seed),
        measurement=Measurement(
            observe=MODELLED, examples=examples, held_out=held_out, dtype="float32", seed=seed
        ),
    )
    out = networks.folder / f"{settings.data}-{name}-{width}-seed{seed}"
    record = run(experiment, out=out, overwrite=True, progress=networks.progress)
    cluster = record.sel(level="cluster")
    checkpoints = [load_checkpoint(out / "checkpoints" / name_of(at)) for at in record.epoch.values]
    seen = networks.data()[0].take(np.arange(examples))
    found = [_curvature(each, seen, seed=seed) for each in checkpoints]
    scaling, made = parametrised.scaling(checkpoints[0].network), checkpoints[0].network
    rate = experiment.trained[1].first_rate * (1.0 if scaling is None else scaling.rate(made))
    values = {
        "sigma_z": record.logit_variance**0.5,
        "q_SLSC": record.q_SLSC,
        "q_SL": record.q_SL,
        "q_DL": record.q_DL,
        "sigma_c": cluster.sigma_c,
        "sigma_E": cluster.sigma_E,
        "lambda_max": record.lambda_max,
        "step_curvature": record.lambda_max * rate,
        "curvature_ratio": ("epoch", found),
    }
    return xr.Dataset(values).reset_coords(drop=True)


def _curvature(checkpoint: Checkpoint, data: Data, *, seed: int) -> float:
    """``‖K‖_F/‖G‖_F`` from a few random vectors: good to a tenth."""
    from empirical.operators import Curvature
    from empirical.operators.traces import frobenius

    terms = Curvature(checkpoint.network, [(data.inputs, data.targets)])
    K, G = (frobenius(term, probes=PROBES, seed=seed).value for term in (terms.K, terms.G))
    return K / G


def draw(data: xr.Dataset, axes: Sequence[Axes]) -> None:
    """Coordinates over the width, fitted powers, and what the model sees, as made and trained."""
    from figures.pictures import scales

    steps, kernel, powers, curved, noisy, cosines = axes
    for i, name in enumerate(data.parametrisation.values.tolist()):
        own = data.sel(parametrisation=name)
        _coordinate(steps, own, "features_step", number=i)
        _coordinate(kernel, own, "kernel", number=i)
        _powers(powers, own, number=i)
        _trained(curved, own.curvature_ratio, number=i)
        _trained(noisy, own.sigma_E / own.sigma_c, number=i)
        _trained(cosines, own.q_SLSC, number=i)
    for ax in (steps, kernel, curved, noisy, cosines):
        ax.set_xlabel("width n")
        scales.log_axis(ax, "x")
    for ax in (steps, kernel, curved, noisy):
        scales.log_axis(ax, "y")
    steps.set_ylabel("mean |Δh|")
    kernel.set_ylabel("mean ‖J‖²")
    curved.set_ylabel("‖K‖$_F$/‖G‖$_F$")
    noisy.set_ylabel("σ$_E$/σ$_c$")
    cosines.set_ylabel("q$_{SLSC}$")
    powers.set_xticks(range(len(COORDINATES)), list(COORDINATES.values()), rotation=30, ha="right")
    powers.set_ylabel("power of n")


def _coordinate(ax: Axes, own: xr.Dataset, name: str, *, number: int) -> None:
    """A coordinate over the width, and theory's power through its value at the largest."""
    from figures.pictures import style

    n, mean = own.width.values, own[name].mean("seed").values
    color = style.COLORS[number]
    power = float(own.power.sel(coordinate=name))
    told = str(own.parametrisation.item())
    ax.plot(n, mean, color=color, linestyle="", marker=style.MARKERS[number], label=told)
    ax.plot(n, mean[-1] * (n / n[-1]) ** power, color=color, linestyle=":", linewidth=0.9)


def _powers(ax: Axes, own: xr.Dataset, *, number: int) -> None:
    """Fitted powers of each coordinate beside those of theory."""
    from figures.pictures import style

    color = style.COLORS[number]
    x = np.arange(own.sizes["coordinate"]) + 0.2 * (number - 1.5)
    ax.hlines(own.power, x - 0.09, x + 0.09, color=color, linewidth=2.5, alpha=0.4)
    for fit, marker, shift in (("line", "o", -0.04), ("corrected", "s", 0.04)):
        low, mean, high = (own.exponent.sel(fit=fit, bound=each) for each in own.bound.values)
        ax.errorbar(
            x + shift,
            mean,
            [mean - low, high - mean],
            fmt=marker,
            color=color,
            mfc="none",
            elinewidth=0.7,
            markersize=2.5,
        )


def _trained(ax: Axes, values: xr.DataArray, *, number: int) -> None:
    """As made and after training, over the width."""
    from figures.pictures import style

    look = {"color": style.COLORS[number], "marker": style.MARKERS[number], "markersize": 3.5}
    for at, filled in ((0, "none"), (-1, None)):
        one = values.isel(epoch=at).sortby("width")
        ax.plot(one.width, one, linestyle=style.LINES[number], linewidth=0.8, mfc=filled, **look)
