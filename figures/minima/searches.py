"""Wide flat minima: what theory says of the binary perceptron, and searches beside it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np
import xarray as xr
from scipy.stats import binomtest

from simulate.perceptron import Searches
from theory import ConvergenceError, InputError, checks, perceptron

LEVEL = 0.95  # of the intervals of a share


def predicted(
    alpha: float,
    *,
    kappa: float = 0.0,
    reference_margin: float = 0.0,
    distances: Sequence[float] = (),
) -> dict[str, Any]:
    """Entropy, capacity and local entropy of the binary perceptron, in nats per weight.

    Parameters
    ----------
    alpha
        Patterns per weight, above 0.
    kappa
        Margin of the solutions.
    reference_margin
        Margin of the solution around which others are counted.
    distances
        Where local entropies are wanted, as shares of the weights.

    Raises
    ------
    InputError
        If an argument is out of its bounds.
    ConvergenceError
        If a saddle cannot be followed.

    Examples
    --------
    >>> round(predicted(0.5)["entropy"], 4)
    0.3144
    """
    checks.real("alpha", alpha, low=0, strict=True)
    checks.real("kappa", kappa)
    checks.real("reference_margin", reference_margin)
    q = float(perceptron.overlap(alpha, kappa=kappa))
    numbers: dict[str, Any] = {
        "alpha": alpha,
        "kappa": kappa,
        "entropy": float(perceptron.entropy(alpha, kappa=kappa)),
        "overlap": q,
        "typical_distance": (1 - q) / 2,
        "capacity": float(perceptron.capacity(kappa=kappa)),
        "largest_margin": float(perceptron.largest_margin(alpha)),
    }
    if len(distances):
        around = perceptron.local_entropy(
            list(distances), alpha=alpha, kappa=kappa, reference_margin=reference_margin
        )
        numbers |= {
            "reference_margin": reference_margin,
            "distances": list(distances),
            "local_entropy": around.tolist(),
            "largest_local_entropy": perceptron.largest_local_entropy(list(distances)).tolist(),
        }
    return numbers


def compared(record: xr.Dataset, settings: Searches) -> xr.Dataset:
    """Shares of searches that solved, with intervals, and the local entropy of what they found.

    Theory stands beside them for the perceptron: its capacity, the local entropy of typical
    solutions at the same distance, and the most that any has. Of a committee it has neither.

    Parameters
    ----------
    record
        As of ``simulate.perceptron.success``.

    Returns
    -------
    xr.Dataset
        ``solved``, ``solved_low`` and ``solved_high`` (95 % Wilson intervals), ``around`` and
        ``around_error`` over algorithm and alpha; ``typical`` over alpha and ``largest``;
        ``capacity``; ``distance``.
    """
    ran = np.isfinite(record.errors)
    tried, solved = ran.sum("replicate").values, ((record.errors == 0) & ran).sum("replicate")
    intervals = np.array(
        [
            binomtest(int(k), int(n)).proportion_ci(LEVEL, method="wilson") if n else (0.0, 1.0)
            for k, n in zip(solved.values.flat, tried.flat, strict=True)
        ]
    ).reshape(*tried.shape, 2)
    known = record.local_entropy.where(np.isfinite(record.local_entropy))
    count = known.count("replicate")
    spread = (known.std("replicate", ddof=1) / np.sqrt(count)).where(count > 1)
    distance = settings.distance
    dims = ("algorithm", "alpha")
    return xr.Dataset(
        {
            "solved": (solved / np.maximum(tried, 1)).assign_attrs(long_name="share solved"),
            "solved_low": (dims, intervals[..., 0]),
            "solved_high": (dims, intervals[..., 1]),
            "around": known.mean("replicate").assign_attrs(long_name="local entropy", units="nat"),
            "around_error": spread,
            "typical": ("alpha", _typical(settings, distance)),
            "largest": float(perceptron.largest_local_entropy(distance)),
            "capacity": float(perceptron.capacity()) if settings.hidden == 1 else np.nan,
            "distance": distance,
        }
    )


def _typical(settings: Searches, distance: float) -> list[float]:
    """Local entropies of typical solutions at each load, NaN where theory gives none."""
    found = [np.nan] * len(settings.alpha)
    limit = float(perceptron.capacity())
    for i, alpha in enumerate(settings.alpha):
        load = settings.patterns(alpha) / settings.N
        if settings.hidden == 1 and load < limit:
            with suppress(ConvergenceError, InputError):  # near the capacity, or too close
                found[i] = float(perceptron.local_entropy(distance, alpha=load))
    return found


def numbers(data: xr.Dataset) -> dict[str, Any]:
    """What ``compared`` holds, for ``--json``: lists over the loads for each algorithm."""

    def plain(values: Any) -> Any:
        listed = np.asarray(values, dtype=float).tolist()
        if isinstance(listed, list):
            return [None if np.isnan(each) else each for each in listed]
        return None if np.isnan(listed) else listed

    told: dict[str, Any] = {"alpha": data.alpha.values.tolist()}
    told |= {name: plain(data[name]) for name in ("distance", "capacity", "largest", "typical")}
    for name in data.algorithm.values:
        row = data.sel(algorithm=name)
        keys = ("solved", "solved_low", "solved_high", "around", "around_error")
        told[str(name)] = {key: plain(row[key]) for key in keys}
    return told
