"""Widths of tunnels of networks by what they were trained with, and of the toy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from figures.wedges.perceptrons import perceptron
from theory import stream
from theory.streams import derived_seed
from theory.wedges import tunnels

if TYPE_CHECKING:
    from empirical.settings import Recipe, WedgeTunnels

TOY = {"D": 1000, "n": 960}
TOY_NOISE, TOY_RISE, TOY_BATCH, TOY_STEPS = 0.05, 0.1, 32, 600

Progress = Callable[[int], object]


def tunnel(
    settings: WedgeTunnels, recipe: Recipe, *, progress: Progress | None = None
) -> xr.Dataset:
    """Widths of the tunnels around the optima of one training, by ``replicate``.

    ``width_uniform`` is a length in weight space, ``width_filter`` a share of the weights, both
    means over directions; with the loss, accuracies and the norm of the weights at the optimum.
    """
    from empirical.data import digits
    from empirical.settings.wedges import DIRECTIONS
    from empirical.wedges import Losses, optima
    from empirical.wedges import tunnels as widths

    data, test = digits(seed=settings.seed)
    make, seen = perceptron(data, settings.hidden), data.take(np.arange(settings.examples))
    names = ("loss", "accuracy", "test_accuracy", "weight_norm")
    found = {name: np.empty(settings.replicates) for name in names}
    found |= {f"width_{kind}": np.empty(settings.replicates) for kind in DIRECTIONS}
    for i in range(settings.replicates):
        seed = derived_seed(settings.seed, "optimum", i)
        network = make(seed)
        weights = optima.train(network, data, recipe, seed=seed)
        at, held = Losses(network, seen), Losses(network, test)
        found["loss"][i] = float(at.loss(weights)[0])
        found["accuracy"][i] = float(at.accuracy(weights)[0])
        found["test_accuracy"][i] = float(held.accuracy(weights)[0])
        found["weight_norm"][i] = float(weights.norm())
        for kind in DIRECTIONS:
            radii = widths.radii(
                at,
                weights[0],
                rise=settings.rise,
                kind=kind,
                directions=settings.directions,
                seed=seed,
            )
            found[f"width_{kind}"][i] = float(radii.mean())
        if progress is not None:
            progress(1)
    return xr.Dataset({name: ("replicate", column) for name, column in found.items()})


def joined(settings: WedgeTunnels, records: Sequence[xr.Dataset]) -> xr.Dataset:
    """The records of ``tunnel`` of each training, with what it varies and the toy's widths.

    ``varies_KNOB`` marks the trainings whose values of the knob are compared; attribute ``base`` is
    the place of the training that the widths are told over: the recipe itself, or the first.
    """
    from empirical.settings.wedges import KNOBS

    recipes = [recipe for recipe, _ in settings.trainings]
    joined = xr.concat(records, dim="training")
    columns: dict[str, Any] = {
        knob: ("training", [getattr(recipe, knob) for recipe in recipes]) for knob in KNOBS
    }
    for knob in KNOBS:
        marks = [knob in knobs for _, knobs in settings.trainings]
        columns[f"varies_{knob}"] = ("training", np.array(marks))
    toy = [
        toy_tunnel(recipe.learning_rate, batch_size=recipe.batch_size, seed=settings.seed)
        for recipe in recipes
    ]
    for name, column in zip(("toy_theory", "toy_sampled"), zip(*toy, strict=True), strict=True):
        columns[name] = ("training", list(column))
    base = recipes.index(settings.recipe) if settings.recipe in recipes else 0
    return joined.assign(columns).assign_attrs(rise=settings.rise, base=base)


def toy_tunnel(learning_rate: float, *, batch_size: float, seed: int) -> tuple[float, float]:
    """Width of the toy's tunnel where noisy descent stays, by theory and sampled.

    The noise of a gradient coordinate is ``TOY_NOISE`` at a batch of ``TOY_BATCH`` and goes as its
    inverse root; the tunnel ends where the loss has risen by ``TOY_RISE``.
    """
    from simulate.wedges import descent, landscape

    noise = TOY_NOISE * (TOY_BATCH / batch_size) ** 0.5
    floor = tunnels.noise_floor(learning_rate, **TOY, noise=noise)
    theory = tunnels.radius(floor + TOY_RISE, **TOY, loss=floor)
    start = np.where(np.arange(TOY["D"]) < TOY["n"], 10.0, 0.0)  # far from all other planes
    end = descent.descend(
        start,
        n=TOY["n"],
        learning_rate=learning_rate,
        noise=noise,
        steps=TOY_STEPS,
        rng=stream(seed, "descent"),
    )
    radii = descent.tunnel_radius(
        end.end,
        n=TOY["n"],
        bound=landscape.off_plane(end.end, n=TOY["n"])[0] + TOY_RISE,
        directions=50,
        rng=stream(seed, "directions"),
    )
    return theory, float(radii.mean())
