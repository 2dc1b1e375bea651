"""The observables of a network at several points of its training."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
import xarray as xr
from torch import nn

from empirical import observable_groups
from empirical.data import Data
from empirical.measure import measure
from empirical.networks import resume
from empirical.networks.training import load_checkpoint
from theory import record as records
from theory.checks import InputError
from theory.provenance import lasting
from theory.record import variable

BATCH = 500  # test examples at a time


def trajectory(
    checkpoints: Sequence[str | Path],
    data: Data,
    *,
    test: Data,
    observe: Iterable[str] = observable_groups.COMPARED,
    examples: int,
    held_out: int | None = None,
    seed: int,
    dtype: torch.dtype = torch.float64,
    device: torch.device | str | None = None,
    memory: int | None = None,
    factory: str | None = None,
    store: str | Path,
    made_by: Mapping[str, Any],
    progress: Callable[[int], object] | None = None,
) -> xr.Dataset:
    """``measure`` at each checkpoint, along a new axis ``epoch``; ``step`` is its step.

    After each checkpoint the record is written whole at ``store``, with its provenance. The same
    call goes on after the points that are there and ends in the same bits; a record of other
    checkpoints, other data or another provenance is overwritten.

    Parameters
    ----------
    checkpoints
        Files that ``training.train`` wrote, at least one, each of another epoch.
    data
        Where the measured and the held-out examples come from.
    test
        Examples for ``test_accuracy``.
    observe, examples, held_out, seed, dtype, device, memory
        As for ``measure``.
    factory
        The user's own network, as for ``load_checkpoint``.
    store
        Path of the record.
    made_by
        Its provenance, as of ``theory.record.provenance``, with all that the numbers depend on.
    progress
        Called with 1 after each group of observables of each checkpoint.

    Raises
    ------
    InputError
        If a checkpoint cannot be read or belongs to other data, two are of the same epoch,
        ``measure`` refuses, or the record cannot be written.
    """
    chosen = observable_groups.chosen(observe)
    opened = [load_checkpoint(path, factory=factory) for path in checkpoints]
    if not opened:
        raise InputError("checkpoints must name at least one file, got none")
    for path, checkpoint in zip(checkpoints, opened, strict=True):
        if checkpoint.data != data.name:
            raise InputError(f"{path} was trained on {checkpoint.data}, got data {data.name}")
    epochs = [checkpoint.epoch for checkpoint in opened]
    if len(set(epochs)) < len(epochs):
        raise InputError(f"checkpoints must be of different epochs, got {epochs}")
    prints = [resume.fingerprint(checkpoint.network, data) for checkpoint in opened]
    made_by = {**made_by, "checkpoints": prints}
    there = stored(store, made_by=made_by)
    points: list[xr.Dataset] = []
    if there is not None and json.loads(there.provenance)["checkpoints"] == prints:
        points = [there.drop_attrs(deep=False).isel(epoch=[i]) for i in range(there.sizes["epoch"])]
    if progress is not None and points:
        progress(len(points) * len(chosen))
    for checkpoint in opened[len(points) :]:
        network = checkpoint.network
        point = measure(
            network,
            data,
            observe=chosen,
            examples=examples,
            held_out=held_out,
            seed=seed,
            dtype=dtype,
            device=device,
            memory=memory,
            progress=progress,
        )
        point["test_accuracy"] = variable("test_accuracy", _accuracy(network, test))
        point = point.expand_dims(epoch=[float(checkpoint.epoch)])
        points.append(point.assign_coords(step=("epoch", [checkpoint.step])))
        records.save(xr.concat(points, dim="epoch"), store, made_by=made_by)
    return records.load(store)


def stored(store: str | Path, *, made_by: Mapping[str, Any]) -> xr.Dataset | None:
    """The record at ``store``, if its provenance is ``made_by`` but for the checkpoints' state."""
    try:
        found = records.load(store)
    except InputError:
        return None
    found_by = lasting(json.loads(found.provenance))
    asked = json.loads(json.dumps(lasting(made_by))) | {"checkpoints": found_by.get("checkpoints")}
    return found if found_by == asked else None


def _accuracy(network: nn.Module, data: Data) -> float:
    right = 0
    with torch.no_grad():
        pairs = zip(data.inputs.split(BATCH), data.targets.split(BATCH), strict=True)
        for inputs, targets in pairs:
            right += int((network(inputs).argmax(1) == targets).sum())
    return right / len(data)
