"""Wedges, in theory, on the toy landscape and in networks: the records of each study."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from theory import stream
from theory.checks import InputError
from theory.streams import derived_seed
from theory.wedges import Nearest, cuts, tunnels

if TYPE_CHECKING:
    from empirical.data import Data
    from empirical.settings import Recipe, WedgeConnectors, WedgeCuts, WedgeTunnels

EXACT = 1e-9  # tolerance of what counts as met, over the loss at the base point; rounding is 1e-12
SWA_EPOCHS = 10  # that weights are averaged over
TOY = {"D": 1000, "n": 960}  # of the connectors and tunnels
TOY_NOISE, TOY_RISE, TOY_BATCH, TOY_STEPS = 0.05, 0.1, 32, 600

Progress = Callable[[int], object]


def require_possible(settings: WedgeCuts | WedgeConnectors | WedgeTunnels) -> None:
    """Refuse what the data or the network is too small for, before work starts.

    Raises
    ------
    InputError
        If the network has fewer weights than the largest cut has dimensions, or there are not so
        many examples.
    """
    from empirical.data import digits
    from empirical.settings import WedgeCuts

    data, _ = digits(seed=settings.seed)
    if isinstance(settings, WedgeCuts):
        D, most = _weights(data, settings.hidden), settings.dimensions[-1]
        if most > D:
            raise InputError(f"dimensions must be at most {D}, the number of weights, got {most}")
    elif settings.examples > len(data):
        raise InputError(f"examples must be at most {len(data)}, got {settings.examples}")


def toy_cuts(settings: WedgeCuts, *, D: int, progress: Progress | None = None) -> xr.Dataset:
    """Success of searches in random cuts of the toy in D dimensions, beside theory's curves.

    ``tolerance`` is ``settings.share`` of the median loss at a base point. ``nearest``, ``search``
    and ``exact`` count the cuts that came as near to the plane nearest to the base, to any plane
    by changing planes, and to any within ``EXACT``; ``theory_*`` are the probabilities.
    """
    from simulate.wedges import search

    n = D - settings.codimension
    tolerance = settings.share * Nearest(D, n).quantile(0.5)
    dimensions = toy_dimensions(settings)
    found = search.success(
        D=D, n=n, dimensions=dimensions, cuts=settings.cuts, seed=settings.seed, progress=progress
    )
    counts = {
        "nearest": found.nearest <= tolerance,
        "search": found.loss <= tolerance,
        "exact": found.loss <= EXACT * found.start,
    }
    laws = {
        "nearest": cuts.nearest_plane,
        "one": cuts.one_plane,
        "any": cuts.any_plane_bound,
    }
    told = {"D": D, "n": n, "tolerance": tolerance}
    arrays = {name: hit.sum("cut") for name, hit in counts.items()}
    for name, law in laws.items():
        arrays[f"theory_{name}"] = ("dimension", law(dimensions, **told))
    arrays["theory_exact"] = ("dimension", cuts.meets(dimensions, D=D, n=n).astype(float))
    return xr.Dataset(arrays, coords={"dimension": list(dimensions)}).assign_attrs(
        told | {"cuts": settings.cuts}
    )


def toy_dimensions(settings: WedgeCuts) -> tuple[int, ...]:
    """Dimensions of the toy's cuts: the boundary, what is around it, and steps below."""
    c = settings.codimension
    near = {c - 2, c - 1, c, c + 1}
    below = {round(c * share) for share in (0.4, 0.55, 0.7, 0.8, 0.9)}
    return tuple(sorted(d for d in near | below if d >= 1))


def network_cuts(
    settings: WedgeCuts, *, scale: float, progress: Progress | None = None
) -> xr.Dataset:
    """Training accuracy in random cuts of networks whose initial weights are times ``scale``."""
    from empirical.cuts import restricted
    from empirical.data import digits

    data, test = digits(seed=settings.seed)
    make = _perceptron(data, settings.hidden)
    record = restricted.intrinsic(
        make,
        data,
        test=test,
        dimensions=settings.dimensions,
        scales=[scale],
        schedule=restricted.Schedule(steps=settings.steps),
        replicates=settings.replicates,
        seed=settings.seed,
        progress=progress,
    )
    return record.assign_attrs(D=_weights(data, settings.hidden))


def fitted_cuts(settings: WedgeCuts, records: Sequence[xr.Dataset]) -> xr.Dataset:
    """The records of ``network_cuts`` at each scale, and the plane fitted to each."""
    from figures.judge import plane_dimension

    record, D = xr.concat(records, dim="scale"), int(records[0].attrs["D"])
    hits = (record.accuracy >= settings.target).sum("replicate")
    names = ("codimension", "half", "tolerance", "p_value")
    columns: dict[str, list[Any]] = {name: [] for name in (*names, "interval", "half_interval")}
    curves, shown = [], np.linspace(settings.dimensions[0], settings.dimensions[-1], 300)
    for scale in settings.scales:
        own = hits.sel(scale=scale).values
        if own.sum() in (0, own.size * settings.replicates):
            for name, column in columns.items():
                column.append(np.nan if name in names else (np.nan, np.nan))
            curves.append(np.full(300, np.nan))
            continue
        fitted = plane_dimension.fit(settings.dimensions, own, trials=settings.replicates, D=D)
        for name, column in columns.items():
            column.append(getattr(fitted, name))
        curves.append(fitted.success)
    fits = {
        f"fitted_{name}": (("scale", "side") if name.endswith("interval") else "scale", column)
        for name, column in columns.items()
    }
    curve = {"fitted_success": (("scale", "shown"), np.array(curves))}
    return (
        record.assign({"successes": hits} | fits | curve)
        .assign_coords(shown=shown)
        .assign_attrs(D=D, target=settings.target, trials=settings.replicates)
    )


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
    make, seen = _perceptron(data, settings.hidden), data.take(np.arange(settings.examples))
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


def joined_tunnels(settings: WedgeTunnels, records: Sequence[xr.Dataset]) -> xr.Dataset:
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


def _digits(settings: WedgeConnectors) -> tuple[Data, Data]:
    from empirical.data import digits

    return digits(seed=settings.seed)


def _optima(settings: WedgeConnectors, *, count: int) -> tuple[Any, Any, Any]:
    """Losses, the first ``count`` optima, and the last epochs of the first one's training."""
    from empirical.wedges import Losses, optima

    data, _ = _digits(settings)
    make = _perceptron(data, settings.hidden)
    kept = min(SWA_EPOCHS, settings.recipe.epochs)
    runs = optima.several(make, data, settings.recipe, count=count, kept=kept, seed=settings.seed)
    seen = data.take(np.arange(settings.examples))
    return Losses(make(0), seen), runs[:, -1], runs[0]


def _perceptron(data: Data, hidden: Sequence[int]) -> Callable[[int], Any]:
    from empirical.networks import mlp

    widths = [data.inputs.shape[1], *hidden, data.classes]
    return lambda seed: mlp(widths, seed=seed)


def _weights(data: Data, hidden: Sequence[int]) -> int:
    widths = [data.inputs.shape[1], *hidden, data.classes]
    return sum((a + 1) * b for a, b in pairwise(widths))
