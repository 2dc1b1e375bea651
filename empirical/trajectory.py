"""The observables of a network at several points of its training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
import xarray as xr

from empirical.data import Data
from empirical.knockout import shuffled_outputs
from empirical.measure import measure
from empirical.training import load_checkpoint
from theory.checks import InputError
from theory.record import variable


def trajectory(
    checkpoints: Sequence[str | Path],
    data: Data,
    *,
    test: Data,
    examples: int,
    held_out: int | None = None,
    seed: int,
    progress: Callable[[int], object] | None = None,
) -> xr.Dataset:
    """``measure`` and ``shuffled_outputs`` at each checkpoint, along a new axis ``epoch``.

    Parameters
    ----------
    checkpoints
        Files that ``training.train`` wrote, at least one.
    data
        Where the measured and the held-out examples come from.
    test
        Examples for ``test_accuracy``.
    examples, held_out, seed
        As for ``measure``.
    progress
        Called with 1 after each checkpoint.

    Raises
    ------
    InputError
        If a checkpoint cannot be read or belongs to other data, or ``measure`` refuses.
    """
    if not checkpoints:
        raise InputError("checkpoints must name at least one file, got none")
    opened = [load_checkpoint(path) for path in checkpoints]
    for path, checkpoint in zip(checkpoints, opened, strict=True):
        if checkpoint.data != data.name:
            raise InputError(f"{path} was trained on {checkpoint.data}, got data {data.name}")
    records: list[xr.Dataset] = []
    for checkpoint in opened:
        record = measure(checkpoint.network, data, examples=examples, held_out=held_out, seed=seed)
        with torch.no_grad():
            right = checkpoint.network(test.inputs).argmax(1) == test.targets
        shuffled = shuffled_outputs(checkpoint.network, data, examples=examples, seed=seed)
        record = record.assign(shuffled.variables)
        record["test_accuracy"] = variable("test_accuracy", float(right.double().mean()))
        records.append(record.assign_coords(epoch=checkpoint.epoch))
        if progress is not None:
            progress(1)
    return xr.concat(records, dim="epoch")
