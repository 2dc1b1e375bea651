"""Flatness against the error on new examples: rank correlations, and optimizers at equal cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import xarray as xr

from figures.judge.bootstrap import RESAMPLED, percentiles, weighted_spearman
from theory import stream
from theory.arrays import Array

MEASURES = {
    "energy": "local energy, relative noise",
    "energy_misclassified": "local energy of the error",
    "additive_energy": "local energy, additive noise",
    "free_energy": "local entropy, cost above the loss",
    "relative_largest": "λ_max of diag(w) H diag(w)",
    "relative_trace": "trace of diag(w) H diag(w)",
    "largest": "λ_max of H",
    "trace": "trace of H",
    "FG_largest": "λ_max, level FG",
    "FG_trace": "trace, level FG",
    "FG_energy": "local energy, level FG",
    "weighted_largest": "λ_max, level weighted",
    "weighted_trace": "trace, level weighted",
    "train_loss": "loss trained on",
    "weight_norm": "length of the weights",
}
"""What is ranked; above zero where a higher value goes with a higher error."""

COMPARED = ("test_error", "test_loss", "energy", "free_energy", "largest", "relative_largest")
FEWEST = 3  # networks of which a rank correlation is told
FITTED = 0.01  # largest share of misclassified examples of a network that has fitted them
DIMS = ("optimizer", "learning_rate", "batch_size", "replicate")


class Interval(NamedTuple):
    """A value and its bootstrap interval."""

    value: float
    low: float
    high: float


def with_predicted_energy(record: xr.Dataset, *, noise: float, D: int) -> xr.Dataset:
    """The record with ``FG_energy``, the local energy that level FG has.

    To second order in the noise, of the length of the relative one and isotropic as the model's
    logit gradients are: ``σ² |w|²/(2 D) tr G``.

    Parameters
    ----------
    record
        Of ``empirical.minima.flatness``.
    noise
        ``σ``, relative.
    D
        Weights of each network.
    """
    predicted = noise**2 * record.weight_norm**2 / (2 * D) * record.FG_trace
    return record.assign(FG_energy=predicted.assign_attrs(units="nat"))


def interval(of: Callable[[Array], Array], *, count: int, seed: int) -> Interval:
    """``of`` all seeds, with the 95 % percentile interval over seeds drawn with replacement.

    Parameters
    ----------
    of
        Of how often each seed is there, ``(B, count)``, to ``(B,)``.
    count
        How many seeds there are.
    seed
        Root of the draws.
    """
    value, rng = float(of(np.ones((1, count)))[0]), stream(seed, "bootstrap")
    if np.isnan(value):
        return Interval(np.nan, np.nan, np.nan)
    drawn = [rng.integers(0, count, size=count) for _ in range(RESAMPLED)]
    times = np.array([np.bincount(each, minlength=count) for each in drawn], dtype=float)
    return Interval(value, *percentiles(of(times)))


def correlation(
    record: xr.Dataset, measure: str, *, target: str, among: str, seed: int = 0
) -> Interval:
    """Rank correlation of a measure of flatness with the error, and its interval.

    Parameters
    ----------
    record
        Of ``empirical.minima.flatness``.
    measure
        One of ``MEASURES``.
    target
        ``test_error`` or ``test_loss``.
    among
        ``all`` networks, those ``fitted`` (at most 1 % of the examples misclassified), or
        ``seeds``: deviations from the mean over the seeds of each training.
    seed
        Root of the bootstrap, which draws seeds with all their trainings.
    """
    x, y, train = (
        record[name].transpose(*DIMS).values.reshape(-1, record.sizes["replicate"])
        for name in (measure, target, "train_error")
    )
    if among == "seeds":
        x, y = (each - np.nanmean(each, axis=1, keepdims=True) for each in (x, y))

    kept = np.isfinite(x) & np.isfinite(y)
    if among == "fitted":
        kept &= train <= FITTED
    a, b = (np.where(kept, each, 0.0).ravel() for each in (x, y))

    def of(times: Array) -> Array:
        weights = (times[:, None, :] * kept).reshape(len(times), -1)
        return np.where(weights.sum(1) < FEWEST, np.nan, weighted_spearman(a, b, weights))

    return interval(of, count=x.shape[1], seed=seed)


def correlations(record: xr.Dataset, *, seed: int = 0) -> xr.Dataset:
    """``correlation`` of all measures: ``rank`` (measure, target, among, part)."""
    targets, groups = ("test_error", "test_loss"), ("all", "fitted", "seeds")
    values = [
        [[correlation(record, m, target=t, among=g, seed=seed) for g in groups] for t in targets]
        for m in MEASURES
    ]
    dims = ("measure", "target", "among", "part")
    coords = {
        "measure": list(MEASURES),
        "target": list(targets),
        "among": list(groups),
        "part": list(Interval._fields),
    }
    return xr.Dataset({"rank": (dims, np.array(values, dtype=float))}, coords=coords)


def differences(record: xr.Dataset, *, seed: int = 0) -> xr.Dataset:
    """What each optimizer has more of than SGD at the same settings and seed, as paired means.

    ``matched`` (optimizer, quantity, part) is over all learning rates and batch sizes; ``best``
    compares each optimizer at the settings of its own lowest mean test error, which favours all of
    them alike; ``best_mean`` (optimizer, quantity) is its mean there.
    """
    others = [name for name in record.optimizer.values if name != "sgd"]
    count = record.sizes["replicate"]
    matched, best = [], []
    own = {str(name): _best(record.sel(optimizer=name)) for name in record.optimizer.values}
    for name in others:
        ways = [
            (record.sel(optimizer=name) - record.sel(optimizer="sgd")).mean(
                ["learning_rate", "batch_size"]
            ),
            own[str(name)] - own["sgd"],
        ]
        for found, way in zip((matched, best), ways, strict=True):
            found.append([_mean(way[q].values, count=count, seed=seed) for q in COMPARED])
    dims = ("other", "quantity", "part")
    means = [[float(each[q].mean()) for q in COMPARED] for each in own.values()]
    return xr.Dataset(
        {
            "matched": (dims, np.array(matched, dtype=float).reshape(-1, len(COMPARED), 3)),
            "best": (dims, np.array(best, dtype=float).reshape(-1, len(COMPARED), 3)),
            "best_mean": (("optimizer", "quantity"), np.array(means)),
        },
        coords={
            "other": others,
            "optimizer": list(own),
            "quantity": list(COMPARED),
            "part": list(Interval._fields),
        },
    )


def _best(one: xr.Dataset) -> xr.Dataset:
    """The learning rate and batch size of the lowest mean test error."""
    mean = one.test_error.mean("replicate")
    i, j = np.unravel_index(int(mean.values.argmin()), mean.shape)
    return one.isel({str(mean.dims[0]): int(i), str(mean.dims[1]): int(j)}, drop=True).drop_vars(
        "optimizer"
    )


def _mean(values: Array, *, count: int, seed: int) -> Interval:
    return interval(lambda times: times @ values / count, count=count, seed=seed)


def predictions(record: xr.Dataset) -> dict[str, tuple[float, float, float]]:
    """Quartiles over the networks of what the model predicts, over what was measured."""
    pairs = {
        f"{quantity}, level {level}": record[f"{level}_{quantity}"] / record[quantity]
        for level in ("FG", "weighted")
        for quantity in ("largest", "trace")
    } | {
        f"{MEASURES[kind]}, level FG": record.FG_energy / record[kind]
        for kind in ("additive_energy", "energy")
    }
    return {
        name: tuple(np.nanquantile(ratio.values, [0.25, 0.5, 0.75]).tolist())
        for name, ratio in pairs.items()
    }
