"""The observables of a network at several points of its training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
import xarray as xr
from torch import nn

from empirical.data import Data
from empirical.knockout import shuffled_outputs
from empirical.measure import measure
from empirical.training import load_checkpoint
from theory.checks import InputError
from theory.record import variable

BATCH = 500  # test examples at a time


def trajectory(
    checkpoints: Sequence[str | Path],
    data: Data,
    *,
    test: Data,
    examples: int,
    held_out: int | None = None,
    seed: int,
    dtype: torch.dtype = torch.float64,
    device: torch.device | str | None = None,
    factory: str | None = None,
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
    examples, held_out, seed, dtype, device
        As for ``measure``.
    factory
        The user's own network, as for ``load_checkpoint``.
    progress
        Called with 1 after each checkpoint.

    Raises
    ------
    InputError
        If a checkpoint cannot be read or belongs to other data, or ``measure`` refuses.
    """
    if not checkpoints:
        raise InputError("checkpoints must name at least one file, got none")
    opened = [load_checkpoint(path, factory=factory) for path in checkpoints]
    for path, checkpoint in zip(checkpoints, opened, strict=True):
        if checkpoint.data != data.name:
            raise InputError(f"{path} was trained on {checkpoint.data}, got data {data.name}")
    records: list[xr.Dataset] = []
    for checkpoint in opened:
        network = checkpoint.network
        how: dict[str, Any] = {"examples": examples, "seed": seed, "dtype": dtype, "device": device}
        record = measure(network, data, held_out=held_out, **how)
        record = record.assign(shuffled_outputs(network, data, **how).variables)
        record["test_accuracy"] = variable("test_accuracy", _accuracy(network, test))
        records.append(record.assign_coords(epoch=checkpoint.epoch))
        if progress is not None:
            progress(1)
    return xr.concat(records, dim="epoch")


def _accuracy(network: nn.Module, data: Data) -> float:
    right = 0
    with torch.no_grad():
        pairs = zip(data.inputs.split(BATCH), data.targets.split(BATCH), strict=True)
        for inputs, targets in pairs:
            right += int((network(inputs).argmax(1) == targets).sum())
    return right / len(data)
