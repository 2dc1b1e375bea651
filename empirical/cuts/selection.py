"""Choosing among random initial points by the loss or its curvature there, and what that gains."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import xarray as xr
from scipy import stats
from torch import nn

from empirical.cuts.goldilocks import measure, scaled
from empirical.cuts.hyperplane import directions
from empirical.cuts.restricted import Schedule, train
from empirical.data import Data
from empirical.recorded import variable
from empirical.settings.goldilocks import Basis
from theory import checks
from theory.checks import InputError
from theory.streams import derived_seed

CRITERIA = {"convexity": 1, "positive": 1, "loss": -1}  # sign: what counts as better
FOUND = ("chosen_steps", "other_steps", "faster_p", "rank_correlation")


def candidates(
    make: Callable[[int], nn.Module],
    data: Data,
    *,
    test: Data,
    scales: Sequence[float],
    d: int,
    schedule: Schedule,
    target: float,
    examples: int,
    basis: Basis = "dense",
    seed: int,
    progress: Callable[[int], object] | None = None,
) -> xr.Dataset:
    """Random initial points, each with its own network and subspace: measured, then trained.

    Parameters
    ----------
    make
        Makes the network of a seed.
    scales
        Factor of the initial weights of each candidate.
    d
        Dimension of the subspaces.
    target
        Training accuracy to reach, above 0 and below 1.
    examples
        The first so many of ``data`` give the criteria; all are trained on.
    progress
        Called with 1 after each candidate.

    Returns
    -------
    ``convexity`` and ``positive`` on the schedule's surface, ``loss``, ``weight_norm``
    and ``steps`` to the target (``inf`` where it was not reached) with an axis ``candidate``.

    Raises
    ------
    InputError
        If an argument is out of its bound.
    """
    if not 0 < checks.real("target", target) < 1:
        raise InputError(f"target must be above 0 and below 1, got {target:g}")
    if checks.count("examples", examples) > len(data):
        raise InputError(f"examples must be at most {len(data)}, got {examples}")
    factors = [checks.real("scales", scale, low=0, strict=True) for scale in scales]
    if not factors:
        raise InputError("scales must hold one factor for each candidate, got none")
    seen = data.take(np.arange(examples))
    rows_of = {name: np.empty(len(factors)) for name in (*CRITERIA, "weight_norm", "steps")}
    for i, scale in enumerate(factors):
        own_seed = derived_seed(seed, "candidate", i)
        point = scaled(make(own_seed), scale)
        D = sum(w.numel() for w in point.parameters())
        rows = directions(D, d=d, basis=basis, seed=own_seed)
        ratios, own = measure(point, seen, rows=rows)
        outcome = train(
            point, data, test=test, rows=rows, schedule=schedule, target=target, seed=own_seed
        )
        values = {**own, **ratios[schedule.surface], "steps": outcome.steps}
        for name, column in rows_of.items():
            column[i] = values[name]
        if progress is not None:
            progress(1)
    arrays = {name: variable(name, column, dims=("candidate",)) for name, column in rows_of.items()}
    return xr.Dataset(arrays, coords={"scale": ("candidate", factors)}, attrs={"target": target})


def gain(record: xr.Dataset, *, share: float = 0.25) -> xr.Dataset:
    """What choosing the best ``share`` of the candidates by each criterion gains in steps.

    High ``convexity``, high ``positive`` or low ``loss`` is chosen. A point that never
    reached the target counts as slower than all others, so medians and ranks need no model of it.

    Returns
    -------
    With an axis ``criterion``: median ``chosen_steps`` and ``other_steps``; ``faster_p``, the
    one-sided Mann-Whitney p-value of the chosen being faster, times the number of criteria
    (Bonferroni); ``rank_correlation`` of better with faster (Spearman), 1 if they agree
    wholly, nan if all candidates are equal.

    Raises
    ------
    InputError
        If ``share`` leaves fewer than 3 candidates chosen or not chosen.
    """
    count = record.sizes["candidate"]
    best = round(count * checks.real("share", share, low=0))
    if not 3 <= best <= count - 3:
        raise InputError(f"share must choose at least 3 of {count} and leave 3, got {best} chosen")
    steps = record.steps.values
    found: dict[str, list[float]] = {name: [] for name in FOUND}
    for name, sign in CRITERIA.items():
        score = np.nan_to_num(sign * record[name].values, nan=-np.inf)
        order = np.argsort(-score, kind="stable")
        chosen, others = steps[order[:best]], steps[order[best:]]
        faster = stats.mannwhitneyu(chosen, others, alternative="less")
        found["chosen_steps"].append(float(np.median(chosen)))
        found["other_steps"].append(float(np.median(others)))
        found["faster_p"].append(min(1.0, len(CRITERIA) * float(faster.pvalue)))
        found["rank_correlation"].append(_rank_correlation(score, -steps))
    arrays = {name: variable(name, column, dims=("criterion",)) for name, column in found.items()}
    return xr.Dataset(arrays, coords={"criterion": list(CRITERIA)}, attrs={"chosen": best})


def _rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's, nan if all of one are equal."""
    ranks = stats.rankdata(a), stats.rankdata(b)
    if min(np.ptp(rank) for rank in ranks) == 0:
        return math.nan
    return float(np.corrcoef(*ranks)[0, 1])
