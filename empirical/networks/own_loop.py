"""Training by the user's own loop, and the checkpoints that it leaves."""

from __future__ import annotations

import copy
import importlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import nn

from empirical.data import Data
from empirical.networks import resume
from empirical.networks.descent import one_thread
from empirical.networks.identity import source
from empirical.networks.training import (
    MAKE_THE_NUMBERS,
    Checkpoint,
    name_of,
    save_checkpoint,
)
from empirical.settings import OwnTraining
from theory import checks, files, record
from theory.checks import InputError
from theory.records.runs import Run
from theory.streams import derived_seed

Loop = Callable[[nn.Module, Data], Iterator[float]]


def found(loop: str) -> Loop:
    """The function that ``package.module:function`` names.

    Raises
    ------
    InputError
        If it cannot be imported or is no function.
    """
    module, _, attribute = loop.partition(":")
    try:
        function: Loop = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise InputError(f"cannot import training loop {loop}: {error}") from error
    if not callable(function):
        raise InputError(f"training loop {loop} must be a function, got {type(function).__name__}")
    return function


def made_of(loop: str) -> str:
    """Digest of the source file of a loop, so that an edited one is not taken for the same."""
    return source([found(loop).__module__])


def train(
    network: nn.Module,
    data: Data,
    training: OwnTraining,
    *,
    folder: str | Path,
    overwrite: bool = False,
    mixed_versions: bool = False,
) -> list[Path]:
    """Let the loop train a copy of ``network``; return the paths of the points that it yields.

    It runs on one thread, with torch's random state from the seed. What it yields is the epoch of
    a checkpoint, each above the last. A run that is done returns at once; one that was stopped
    begins anew, as only the loop knows its state.

    Parameters
    ----------
    network
        Made by ``empirical.networks``; left as it is.
    training
        The loop and its seed.
    folder
        Where ``epoch-<n>.pt`` files are written, each whole or not at all.
    overwrite
        Replace the training of other settings that the folder holds.
    mixed_versions
        Take what other code made.

    Raises
    ------
    InputError
        If the loop cannot be imported, yields nothing or no ascending numbers, or the folder cannot
        be written or holds another training.
    """
    trained = copy.deepcopy(network).train()
    architecture: Any = network.architecture
    made_by = record.provenance(
        command="empirical.networks.own_loop.train",
        parameters={
            "network": architecture,
            "data": {"name": data.name, "examples": len(data)},
            "training": {**training.as_dict(), "made_of": made_of(training.loop)},
            "start": resume.fingerprint(trained, data),
        },
        seed=training.seed,
    )
    run = Run(
        made_by=made_by,
        packages=MAKE_THE_NUMBERS,
        overwrite=overwrite,
        mixed_versions=mixed_versions,
    )
    with files.claimed(folder), one_thread(), torch.random.fork_rng():
        done = Path(folder) / "done.pt"
        held = resume.done(done, run)
        if held is not None:
            return [Path(folder) / name for name in held]
        torch.manual_seed(derived_seed(training.seed, "loop"))
        paths: list[Path] = []
        try:
            for step, epoch in enumerate(_epochs(training.loop, trained, data)):
                paths.append(Path(folder) / name_of(epoch))
                kept = Checkpoint(trained, epoch, step, data.name, training.seed, made_by)
                save_checkpoint(paths[-1], kept)
        except InputError:
            for path in paths:
                path.unlink(missing_ok=True)
            raise
        resume.write(done, {"made_by": json.dumps(made_by), "files": [p.name for p in paths]})
    return paths


def _epochs(loop: str, network: nn.Module, data: Data) -> Iterator[float]:
    """What the loop yields, seen to be ascending numbers.

    Raises
    ------
    InputError
        If it is not, or nothing.
    """
    yielded = found(loop)(network, data)
    if not isinstance(yielded, Iterator):
        raise InputError(
            f"training loop {loop} must yield the epochs to measure at, returned "
            f"{type(yielded).__name__}"
        )
    last = -1.0
    for value in yielded:
        epoch = checks.real(f"epoch that {loop} yields", value, low=0)
        if epoch <= last:
            raise InputError(
                f"training loop {loop} must yield ascending epochs, got {epoch:g} after {last:g}"
            )
        last = epoch
        yield epoch
    if last < 0:
        raise InputError(f"training loop {loop} must yield at least one epoch, got none")
