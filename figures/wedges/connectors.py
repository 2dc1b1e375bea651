"""m-connectors of networks and of the toy, and averages of the networks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from figures.wedges.perceptrons import perceptron

if TYPE_CHECKING:
    from empirical.data import Data
    from empirical.settings import WedgeConnectors

SWA_EPOCHS = 10  # that weights are averaged over
TOY = {"D": 1000, "n": 960}

Progress = Callable[[int], object]


def connector(settings: WedgeConnectors, *, m: int, progress: Progress | None = None) -> xr.Dataset:
    """Losses on the m-connector of m + 1 networks, and on the toy's of as many divisions.

    Those of the toy have the prefix ``toy_``; its loss is a distance, not in nats.
    """
    from empirical.wedges import connectors
    from simulate.wedges import connectors as toy

    losses, optima, _ = _optima(settings, count=m + 1)
    divisions = settings.divisions[settings.m.index(m)]
    own = connectors.relax(
        losses,
        optima,
        divisions=divisions,
        steps=settings.steps,
        learning_rate=settings.learning_rate,
        progress=progress,
    )
    record = connectors.measure(own, losses, points=settings.points, seed=settings.seed)
    sampled = toy.losses(
        **TOY, m=m, divisions=divisions, points=settings.points, seed=settings.seed
    )
    sampled = sampled.rename({name: f"toy_{name}" for name in [*sampled, "point", "node"]})
    return record.merge(sampled).assign_attrs(m=m, divisions=divisions, bound=settings.bound)


def averages(settings: WedgeConnectors) -> xr.Dataset:
    """Weights averaged against outputs averaged: of independent optima, and of one training."""
    from empirical.wedges import Losses
    from empirical.wedges import averages as compared

    losses, optima, path = _optima(settings, count=settings.m[-1] + 1)
    _, test = _digits(settings)
    at = Losses(losses.network, test)
    parts = {"optima": optima, "epochs": path}
    joined = [compared.compare(at, weights) for weights in parts.values()]
    return xr.concat(joined, dim="networks").assign_coords(
        networks=list(parts), size=("networks", [len(each) for each in parts.values()])
    )


def _digits(settings: WedgeConnectors) -> tuple[Data, Data]:
    from empirical.data import digits

    return digits(seed=settings.seed)


def _optima(settings: WedgeConnectors, *, count: int) -> tuple[Any, Any, Any]:
    """Losses, the first ``count`` optima, and the last epochs of the first one's training."""
    from empirical.wedges import Losses, optima

    data, _ = _digits(settings)
    make = perceptron(data, settings.hidden)
    kept = min(SWA_EPOCHS, settings.recipe.epochs)
    runs = optima.several(make, data, settings.recipe, count=count, kept=kept, seed=settings.seed)
    seen = data.take(np.arange(settings.examples))
    return Losses(make(0), seen), runs[:, -1], runs[0]
