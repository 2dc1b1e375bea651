"""Success of random cuts: of the toy at one D, and of training networks at one radius."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from figures.wedges.perceptrons import perceptron, weights
from theory.wedges import Nearest, cuts

if TYPE_CHECKING:
    from empirical.settings import WedgeCuts

EXACT = 1e-9  # tolerance of what counts as met, over the loss at the base point; rounding is 1e-12

Progress = Callable[[int], object]


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
    make = perceptron(data, settings.hidden)
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
    return record.assign_attrs(D=weights(data, settings.hidden))


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
