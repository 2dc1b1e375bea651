"""The observables of a network at several points of its training."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import xarray as xr

from empirical.classification import accuracy
from empirical.data import Data
from empirical.machine.processes import Group, from_first, is_first
from empirical.measure import measure
from empirical.networks import named, resume, weights
from empirical.networks.training import Checkpoint, load_checkpoint
from empirical.recorded import variable
from empirical.settings import Measurement, Network
from theory import record as records
from theory.checks import InputError
from theory.records.runs import Held, Run


def opened(
    paths: Sequence[str | Path], data: Data, *, factory: str | None = None
) -> list[Checkpoint]:
    """The checkpoints of one training on ``data``.

    Parameters
    ----------
    paths
        Files that ``training.train`` wrote, at least one, each of another epoch.
    factory
        The user's own network, as for ``load_checkpoint``.

    Raises
    ------
    InputError
        If a checkpoint cannot be read or belongs to other data, or two are of the same epoch.
    """
    found = [load_checkpoint(path, factory=factory) for path in paths]
    if not found:
        raise InputError("checkpoints must name at least one file, got none")
    for path, checkpoint in zip(paths, found, strict=True):
        if checkpoint.data != data.name:
            raise InputError(f"{path} was trained on {checkpoint.data}, got data {data.name}")
    epochs = [checkpoint.epoch for checkpoint in found]
    if len(set(epochs)) < len(epochs):
        raise InputError(f"checkpoints must be of different epochs, got {epochs}")
    return found


def weighted(
    paths: Sequence[str | Path], network: Network, data: Data, *, seed: int = 0
) -> list[Checkpoint]:
    """The network with the weights of each file, as the points 0, 1, … in the order given.

    Parameters
    ----------
    paths
        Files as ``weights.read`` takes them, at least one.
    network
        What the weights are of; its sizes are those that ``data`` need.
    data
        What the network takes.
    seed
        Of all that the network draws as it is made and no file holds.

    Raises
    ------
    InputError
        If a file cannot be read or does not hold the weights of the network.
    """
    found: list[Checkpoint] = []
    for point, path in enumerate(paths):
        made = named(network, data, seed=seed)
        weights.put(made, weights.read(path), source=str(path))
        found.append(Checkpoint(made.eval(), point, point, data.name, seed, {}))
    return found


def trajectory(
    checkpoints: Sequence[Checkpoint],
    data: Data,
    measurement: Measurement,
    *,
    test: Data,
    store: str | Path,
    run: Run,
    progress: Callable[[int], object] | None = None,
    group: Group | None = None,
) -> xr.Dataset:
    """``measure`` at each checkpoint, along a new axis ``epoch``; ``step`` is its step.

    After each checkpoint the record is written whole at ``store``, with its provenance. The same
    call goes on after the points that are there and ends in the same bits.

    Parameters
    ----------
    checkpoints
        As ``opened`` or ``weighted`` return them.
    data
        Where the measured and the held-out examples come from.
    measurement
        What is measured, and on which examples.
    test
        Examples for ``test_accuracy``.
    store
        Path of the record.
    run
        Its provenance, with all that the numbers depend on, and whether it may replace another.
    progress
        Called with 1 after each group of observables of each checkpoint.
    group
        Processes that share the work; the first of them writes.

    Raises
    ------
    InputError
        If ``measure`` refuses, the record cannot be written, or one of other settings, other code
        or other checkpoints is there and is not to be replaced.
    """
    prints = [resume.fingerprint(checkpoint.network, data) for checkpoint in checkpoints]
    held = from_first(lambda: _held(store, prints, run), group)
    points = [] if held is None else _points(held.record)
    made_by = {**(run.made_by if held is None else held.made_by), "checkpoints": prints}
    if progress is not None and points:
        progress(len(points) * len(measurement.observe))
    for checkpoint in checkpoints[len(points) :]:
        network = checkpoint.network
        point = measure(network, data, measurement, progress=progress, group=group)
        if not is_first(group):
            continue
        point["test_accuracy"] = variable("test_accuracy", accuracy(network, test))
        point = point.expand_dims(epoch=[float(checkpoint.epoch)])
        points.append(point.assign_coords(step=("epoch", [checkpoint.step])))
        records.save(_joined(points), store, made_by=made_by)
    return from_first(lambda: records.load(store), group)


def _held(store: str | Path, prints: list[str], run: Run) -> Held | None:
    held = run.held(store)
    if held is None or json.loads(held.record.provenance).get("checkpoints") == prints:
        return held
    if run.overwrite:
        return None
    raise InputError(f"{store} holds measurements of other checkpoints: {run.how_to_go_on}")


def _points(record: xr.Dataset) -> list[xr.Dataset]:
    return [record.drop_attrs(deep=False).isel(epoch=[i]) for i in range(record.sizes["epoch"])]


def _joined(points: Sequence[xr.Dataset]) -> xr.Dataset:
    """The points along ``epoch``; an axis that is shorter at some of them ends there in NaN.

    How many directions the means have components along depends on the weights: noise spans fewer
    where hidden units die.
    """
    known = {str(axis) for point in points for axis in point.dims if axis not in point.coords}
    longest = {axis: max(point.sizes.get(axis, 0) for point in points) for axis in known}
    padded: list[xr.Dataset] = []
    for point in points:
        short = {
            a: (0, n - point.sizes[a]) for a, n in longest.items() if point.sizes.get(a, n) < n
        }
        padded.append(point.pad(short, keep_attrs=True) if short else point)
    return xr.concat(padded, dim="epoch")
