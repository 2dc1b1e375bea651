"""Outputs on the simplex of three classes: a network in training beside the random energies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from scipy.special import softmax

from figures.gallery import captions
from figures.gallery.networks import Networks
from figures.gallery.settings import Gallery
from theory import rem, stream
from theory.arrays import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CORNERS = 3
GROUPS = ("logits",)
SPREAD = 2.5  # of the logits in nat, near which the second density is shown
ENERGIES = "energies"
DECADES = np.linspace(-1.5, 1.5, 13)  # of the density over the uniform law's, that are shaded
SINGLE = 60  # outputs of each class that are shown over a density


def compute(settings: Gallery, networks: Networks) -> xr.Dataset:
    """Outputs among the first three classes: of a network, and of independent energies.

    ``outputs``, ``mean`` and ``own`` are as of ``figures.pictures.logits.simplex``, of the network;
    ``model_outputs``, ``model_mean`` and ``model_own`` the same of energies ``σ_z x``, x fixed and
    σ_z as measured at each epoch, with labels drawn from the last outputs. ``density`` (shown,
    point) is the law of such outputs at the points ``p``, over that of the uniform law, at the
    epochs ``shown``. ``largest``, ``model_largest`` and ``exact_largest`` (epoch) are the mean of
    the largest of the three outputs, of the network, of the draws and exactly; those that end in
    ``_error`` its standard errors.
    """
    from figures.pictures.logits import simplex

    measured = networks.measured(observe=GROUPS)
    sigma = np.sqrt(measured.logit_variance.values.astype(float))
    network = simplex.compute(measured[["p", "labels"]])
    model = simplex.compute(_energies(sigma, measured.epoch.values, settings))
    model = model.drop_vars("corner_name")
    model = model.rename({str(n): f"model_{n}" for n in model.data_vars} | {"example": ENERGIES})
    after = 1 + int(np.abs(np.log(sigma[1:] / SPREAD)).argmin()) if len(sigma) > 1 else 0
    shown = [0, after]
    points = _points(120)
    density = [rem.simplex.density(points, sigma_z=s) / 2 for s in sigma[shown]]
    data = network.merge(model).assign(
        density=(("shown", "point"), np.array(density)),
        points=(("point", "logit"), points),
        sigma_z=("epoch", sigma),
        exact_largest=("epoch", rem.largest(sigma, C=CORNERS)),
    )
    for name, axis in (("", "example"), ("model_", ENERGIES)):
        largest = data[f"{name}outputs"].max("logit")
        data[f"{name}largest"] = largest.mean(axis)
        data[f"{name}largest_error"] = largest.std(axis, ddof=1) / np.sqrt(largest.sizes[axis])
    spreads = ", ".join(f"{s:.2g}" for s in sigma)
    return data.assign_coords(shown=measured.epoch.values[shown]).assign_attrs(
        caption=f"a, c, d: {networks.describe()}; outputs of {data.sizes['example']} examples of "
        "the first three classes, over their sum among these. a, b: thick: mean of a class, from "
        "the first epoch (open) to the last (filled); thin: single examples. "
        f"b: {captions.count(data.sizes[ENERGIES])} triples of energies σ_z x, x ~ N(0, 1) fixed, "
        f"at the network's σ_z = {spreads} (nat); labels drawn from the last outputs. "
        "c, d: shading: density of the random energies' outputs, exact, in steps of a factor "
        f"of {10 ** np.diff(DECADES)[0]:.2g}; its centre is a maximum for σ_z < 1 and a minimum "
        "beyond. "
        "Numbers: mean of the largest of the three outputs."
    )


def _energies(sigma: Array, epochs: Array, settings: Gallery) -> xr.Dataset:
    """Outputs and labels as of a record, of independent energies at each σ_z."""
    count = 300 if settings.fast else 3000
    x = stream(settings.seed, "simplex", "energies").standard_normal((count, CORNERS))
    outputs = softmax(sigma[:, None, None] * x, axis=2)
    below = np.cumsum(outputs[-1], axis=1)[:, :-1]
    uniform = stream(settings.seed, "simplex", "labels").random((count, 1))
    labels = (uniform >= below).sum(axis=1)
    return xr.Dataset(
        {
            "p": (("epoch", "example", "logit"), outputs),
            "labels": (("epoch", "example"), np.tile(labels, (len(sigma), 1))),
        },
        coords={"epoch": epochs},
    )


def _points(count: int) -> Array:
    """Points inside the triangle, (points, 3), on a regular grid."""
    first, second = np.indices((count, count)).reshape(2, -1)
    inside = first + second < count
    pair = (np.stack([first, second])[:, inside] + 1 / 3) / count
    return np.stack([*pair, 1 - pair.sum(axis=0)], axis=1)


def draw(data: xr.Dataset, axes: Sequence[Axes]) -> None:
    """Paths of the network's outputs and of the model's, and the network over two densities."""
    from figures.pictures.logits import simplex

    trained, random, *over = axes
    model = data[["model_outputs", "model_mean", "model_own"]]
    names = {str(name): str(name).removeprefix("model_") for name in model.data_vars}
    shown = model.rename(names | {ENERGIES: "example"}).assign_coords(corner_name=data.corner_name)
    parts = (data, "network in training"), (shown, "random energies, σ$_z$ as there")
    for ax, (part, title) in zip((trained, random), parts, strict=True):
        simplex.draw(part, ax)
        legend = ax.get_legend()
        if legend is not None:  # the figure has one for all
            legend.remove()
        ax.set_title(title, pad=18)
    for ax, epoch in zip(over, data.shown.values, strict=True):
        _over_density(data.sel(shown=epoch), ax)


def _over_density(data: xr.Dataset, ax: Axes) -> None:
    """The network's outputs at one epoch, over the law of random energies of the same spread."""
    from figures.pictures.logits import simplex

    height = np.log10(np.maximum(data.density.values, 10 ** DECADES[0]))
    x, y = (data.points.values @ simplex.PLACES).T
    shading = ax.tricontourf(x, y, height, levels=DECADES, cmap="Greys", extend="both")
    shading.set_rasterized(True)
    epoch = data.shown.item()
    now = data.sel(epoch=epoch)
    for label, color in enumerate(simplex.COLORS):
        mine = now.outputs.values[now.own.values == label][:SINGLE]
        ax.plot(*(mine @ simplex.PLACES).T, ".", color=color, markersize=2.5)
    simplex.frame(ax, data.corner_name.values.tolist())
    ax.set_title(
        f"epoch {epoch:g}, σ$_z$ = {float(now.sigma_z):.2g}: largest output\n"
        f"network {float(now.largest):.3f} ± {float(now.largest_error):.3f}, "
        f"random {float(now.exact_largest):.3f}",
        pad=18,
    )
