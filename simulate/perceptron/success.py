"""How often searches find a solution, over the load, and how many solutions lie around it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray as xr

from simulate.perceptron.bethe import local_entropy
from simulate.perceptron.machine import Found, patterns
from simulate.perceptron.message_passing import focusing
from simulate.perceptron.metropolis import annealing
from simulate.perceptron.replicated_descent import replicated
from simulate.perceptron.settings import Searches
from theory import ConvergenceError, stream
from theory.arrays import Array

Search = Callable[..., Found]
SEARCHES: dict[str, Search] = {
    "focusing": focusing,
    "replicated": replicated,
    "annealing": annealing,
}
DIMS = ("algorithm", "alpha", "replicate")
MEANINGS = {
    "errors": "patterns that are misclassified when the search ends, NaN where it has not run",
    "sweeps": "passes through the patterns that the search took",
    "local_entropy": "Bethe entropy per weight of the solutions around the one found, in nats; NaN "
    "where none was found or belief propagation does not come to rest",
}


def searched(
    settings: Searches, *, algorithm: str, alpha: float, replicate: int
) -> tuple[Found, float]:
    """One search, and the local entropy of the solution that it found; NaN where there is none.

    The patterns are those of the load and the replicate, whichever the algorithm.
    """
    P = settings.patterns(alpha)
    xi = patterns(P, N=settings.N, rng=stream(settings.seed, "patterns", P, replicate))
    rng = stream(settings.seed, algorithm, P, replicate)
    search = SEARCHES[algorithm]
    found = search(xi, hidden=settings.hidden, sweeps=settings.sweeps, rng=rng)
    if not found.solved:
        return found, np.nan
    try:
        return found, local_entropy(found.weights, patterns=xi, distance=settings.distance)
    except ConvergenceError:
        return found, np.nan


def success(
    settings: Searches,
    *,
    begun: xr.Dataset | None = None,
    kept: Callable[[xr.Dataset], object] | None = None,
    progress: Callable[[int], object] | None = None,
) -> xr.Dataset:
    """All searches of a study; those that ``begun`` holds are not made again.

    Parameters
    ----------
    begun
        What an earlier call gave to ``kept``.
    kept
        Called with the record so far after each load of each algorithm.
    progress
        Called with the number of searches done.

    Returns
    -------
    xr.Dataset
        ``errors``, ``sweeps`` and ``local_entropy`` over ``algorithm``, ``alpha`` and
        ``replicate``; a search has solved where ``errors`` is 0.
    """
    record = begun.copy(deep=True) if begun is not None else _empty(settings)
    for i, algorithm in enumerate(settings.algorithms):
        for j, alpha in enumerate(settings.alpha):
            new = np.flatnonzero(np.isnan(record.errors.values[i, j]))
            for replicate in range(settings.replicates):
                if replicate in new:
                    found, around = searched(
                        settings, algorithm=algorithm, alpha=alpha, replicate=replicate
                    )
                    values = (found.errors, found.sweeps, around)
                    for name, value in zip(MEANINGS, values, strict=True):
                        record[name].values[i, j, replicate] = value
                if progress is not None:
                    progress(1)
            if kept is not None and new.size:
                kept(record)
    return record


def _empty(settings: Searches) -> xr.Dataset:
    shape = (len(settings.algorithms), len(settings.alpha), settings.replicates)
    unknown: Array = np.full(shape, np.nan)
    units = {name: "nat" if name.startswith("local") else "1" for name in MEANINGS}
    return xr.Dataset(
        {
            name: (DIMS, unknown.copy(), {"long_name": meaning, "units": units[name]})
            for name, meaning in MEANINGS.items()
        },
        coords={
            "algorithm": list(settings.algorithms),
            "alpha": ("alpha", list(settings.alpha), {"long_name": "patterns per weight"}),
            "replicate": np.arange(settings.replicates),
        },
    )
