"""Deterministic training, and the checkpoints that it leaves."""

from __future__ import annotations

import copy
import json
import math
import pickle
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from empirical.data import Data
from empirical.networks import optimizers, resume
from empirical.networks.by_name import build
from empirical.networks.descent import epochs, one_thread, require_finite
from empirical.settings import Training
from theory import checks, files, record
from theory.checks import InputError
from theory.records.runs import Run

FORMAT = "fort-ganguli checkpoint 2"
MAKE_THE_NUMBERS = ("theory", "empirical")


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A network at one point of training, and where it comes from.

    Parameters
    ----------
    epoch
        Passes over the data; a fraction is a point within one.
    step
        Steps of the optimizer.
    """

    network: nn.Module
    epoch: float
    step: int
    data: str
    seed: int
    provenance: dict[str, Any]


def train(
    network: nn.Module,
    data: Data,
    training: Training,
    *,
    folder: str | Path,
    overwrite: bool = False,
    mixed_versions: bool = False,
    progress: Callable[[int, float], object] | None = None,
) -> list[Path]:
    """Train a copy of ``network`` on the cross entropy; return the paths of its checkpoints.

    Each epoch visits every example once, in an order that depends on the seed and the epoch only;
    the last batch of an epoch may be smaller. It runs on one thread, so that the same arguments
    give the same bits whatever the number of cores.

    A run that is killed and started again with the same arguments goes on after its last whole
    epoch and ends in the same bits, and one that is done returns at once: ``resume.pt`` in
    ``folder`` holds the weights and the state of the optimizer. Which points are saved does not
    change the training.

    Parameters
    ----------
    network
        Made by ``empirical.networks``; left as it is. Its parametrisation scales the learning rate.
    training
        How it is trained, and the epochs whose checkpoints are saved.
    folder
        Where ``epoch-<n>.pt`` files are written, each whole or not at all.
    overwrite
        Replace the training of other settings that the folder holds.
    mixed_versions
        Go on from a training that other code began.
    progress
        Called after each epoch that is trained, the last in part maybe, with its number and its
        mean loss.

    Raises
    ------
    InputError
        If two checkpoints fall on the same step, the folder cannot be written or holds another
        training, or the loss diverges.
    """
    if not isinstance(getattr(network, "architecture", None), dict):
        raise InputError("network must be one that empirical.networks can build again")
    points = training.steps(len(data))
    trained = copy.deepcopy(network).train()
    made_by = record.provenance(
        command="empirical.networks.training.train",
        parameters={
            "network": network.architecture,
            "data": {"name": data.name, "examples": len(data)},
            "training": training.as_dict(),
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
    optimizer = optimizers.optimizer(trained, training)
    per_epoch = training.steps_per_epoch(len(data))
    point = Path(folder) / "resume.pt"
    paths = {step: Path(folder) / name_of(epoch) for step, epoch in points.items()}

    def keep(step: int) -> None:
        if step in paths:
            checkpoint = Checkpoint(trained, points[step], step, data.name, training.seed, made_by)
            save_checkpoint(paths[step], checkpoint)

    with files.claimed(folder), one_thread():
        at_epochs = {step / per_epoch: path for step, path in paths.items()}
        held = resume.load(point, run, saved=at_epochs, network=trained, optimizer=optimizer)
        if held is None:
            if overwrite:
                for path in Path(folder).glob("epoch-*.pt"):
                    path.unlink()
            keep(0)
            resume.save(point, made_by, epoch=0, network=trained, optimizer=optimizer)
        done, made_by = (0, made_by) if held is None else held
        for epoch, loss in epochs(trained, data, training, optimizer, after=done, keep=keep):
            if not math.isfinite(loss):
                point.unlink(missing_ok=True)
            require_finite(loss, training, epoch=epoch)
            if progress is not None:
                progress(epoch, loss)
            resume.save(point, made_by, epoch=epoch, network=trained, optimizer=optimizer)
    return list(paths.values())


def name_of(epoch: float) -> str:
    """The file of a checkpoint: ``epoch-0001.pt``, ``epoch-0000.25.pt``."""
    whole, dot, part = np.format_float_positional(epoch, trim="-").partition(".")
    return f"epoch-{whole:0>4}{dot}{part}.pt"


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint, whole or not at all."""
    contents = {
        "format": FORMAT,
        "architecture": checkpoint.network.architecture,
        "state": checkpoint.network.state_dict(),
        "epoch": checkpoint.epoch,
        "step": checkpoint.step,
        "data": checkpoint.data,
        "seed": checkpoint.seed,
        "provenance": json.dumps(checkpoint.provenance),
    }
    resume.write(path, contents)


def load_checkpoint(path: str | Path, *, factory: str | None = None) -> Checkpoint:
    """The network that ``train`` saved at ``path``, in eval mode, and where it comes from.

    Only plain values and tensors are read: a foreign file cannot run code. A network of the user's
    own is built by calling its ``package.module:factory``, and only if ``factory`` names the same.

    Raises
    ------
    InputError
        If the file is missing, truncated, or not a checkpoint of this program, or is of another
        network of the user's own.
    """
    if not Path(path).is_file():
        raise InputError(f"cannot read {path}: no such file")
    broken = f"cannot read {path}: not a whole checkpoint of this program"
    if not zipfile.is_zipfile(path):  # what torch.save writes ends in a directory of its parts
        raise InputError(broken)
    try:
        contents = torch.load(path, map_location="cpu", weights_only=True)
        if contents["format"] != FORMAT:
            raise InputError(f"format is {contents['format']!r}, not {FORMAT!r}")
        owner = contents["architecture"].get("factory")
        if owner is None or owner == factory:
            network = build(contents["architecture"], factory=factory)
            network.load_state_dict(contents["state"])
            return Checkpoint(
                network.eval(),
                checks.real("epoch", contents["epoch"], low=0),
                checks.integer("step", contents["step"], low=0),
                str(contents["data"]),
                checks.integer("seed", contents["seed"], low=0),
                json.loads(contents["provenance"]),
            )
    except (
        OSError,
        EOFError,
        RuntimeError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        pickle.UnpicklingError,
    ) as error:
        raise InputError(broken) from error
    raise InputError(f"{path} is of the user's own network {owner}, got {factory}")
