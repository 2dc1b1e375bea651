"""Deterministic training, and the checkpoints that it leaves."""

from __future__ import annotations

import copy
import json
import math
import os
import pickle
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from empirical.data import Data
from empirical.networks import build
from theory import checks, record, stream
from theory.checks import InputError

FORMAT = "fort-ganguli checkpoint 1"


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A network at one point of training, and where it comes from."""

    network: nn.Module
    epoch: int
    data: str
    seed: int
    provenance: dict[str, Any]


def train(
    network: nn.Module,
    data: Data,
    *,
    epochs: int,
    learning_rate: float,
    batch_size: int,
    momentum: float = 0.0,
    seed: int,
    checkpoint_epochs: Iterable[int],
    folder: str | Path,
    progress: Callable[[int, float], None] | None = None,
) -> list[Path]:
    """Train a copy of ``network`` by stochastic gradient descent; return the checkpoints' paths.

    Each epoch visits every example once, in an order that depends on the seed and the epoch only;
    the last batch of an epoch may be smaller. It runs on one thread, so that the same arguments
    give the same bits whatever the number of cores.

    Parameters
    ----------
    network
        Made by ``empirical.networks``; left as it is.
    epochs
        Passes over the data, at least 1.
    learning_rate
        Step per unit of gradient, above 0.
    batch_size
        Examples per step, at least 1.
    momentum
        Weight of the last step in the next, in [0, 1).
    seed
        Root of the order of the examples.
    checkpoint_epochs
        After which epochs to save, each in ``0 … epochs``; 0 is the network as given.
    folder
        Where ``epoch-<n>.pt`` files are written, each whole or not at all.
    progress
        Called after each epoch with its number and its mean loss.

    Raises
    ------
    InputError
        If an argument is out of its bound, the folder cannot be written, or the loss diverges.
    """
    checks.integer("epochs", epochs, low=1)
    checks.integer("batch_size", batch_size, low=1)
    checks.integer("seed", seed, low=0)
    checks.real("learning_rate", learning_rate, low=0, strict=True)
    if checks.real("momentum", momentum, low=0) >= 1:
        raise InputError(f"momentum must be below 1, got {momentum:g}")
    if not isinstance(getattr(network, "architecture", None), dict):
        raise InputError("network must be one that empirical.networks can build again")
    saves = {checks.integer("checkpoint_epochs", epoch, low=0) for epoch in checkpoint_epochs}
    if saves and max(saves) > epochs:
        raise InputError(f"checkpoint_epochs must be at most {epochs}, got {max(saves)}")
    made_by = record.provenance(
        command="empirical.training.train",
        parameters={
            "epochs": epochs,
            "learning_rate": learning_rate,
            "batch_size": batch_size,
            "momentum": momentum,
            "data": data.name,
            "examples": len(data),
        },
        seed=seed,
    )
    made_by["torch"] = torch.__version__
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot write folder {folder}: {error.strerror or error}") from error
    trained = copy.deepcopy(network).train()
    optimizer = torch.optim.SGD(trained.parameters(), lr=learning_rate, momentum=momentum)
    paths: list[Path] = []
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for epoch in range(epochs + 1):
            if epoch > 0:
                order = stream(seed, "order", epoch).permutation(len(data))
                loss = _epoch(trained, data, torch.from_numpy(order).split(batch_size), optimizer)
                if not math.isfinite(loss):
                    raise InputError(
                        f"learning_rate {learning_rate:g} is too large: "
                        f"the loss is {loss} in epoch {epoch}"
                    )
                if progress is not None:
                    progress(epoch, loss)
            if epoch in saves:
                paths.append(Path(folder) / f"epoch-{epoch:04d}.pt")
                _save(paths[-1], Checkpoint(trained, epoch, data.name, seed, made_by))
    finally:
        torch.set_num_threads(threads)
    return paths


def _epoch(
    network: nn.Module,
    data: Data,
    batches: Iterable[torch.Tensor],
    optimizer: torch.optim.Optimizer,
) -> float:
    total = 0.0
    for batch in batches:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(network(data.inputs[batch]), data.targets[batch])
        loss.backward()
        optimizer.step()
        total += loss.item() * len(batch)
    return total / len(data)


def _save(path: Path, checkpoint: Checkpoint) -> None:
    contents = {
        "format": FORMAT,
        "architecture": checkpoint.network.architecture,
        "state": checkpoint.network.state_dict(),
        "epoch": checkpoint.epoch,
        "data": checkpoint.data,
        "seed": checkpoint.seed,
        "provenance": json.dumps(checkpoint.provenance),
    }
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        try:
            with partial.open("wb") as file:
                torch.save(contents, file)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error


def load_checkpoint(path: str | Path) -> Checkpoint:
    """The network that ``train`` saved at ``path``, in eval mode, and where it comes from.

    Only plain values and tensors are read: a foreign file cannot run code.

    Raises
    ------
    InputError
        If the file is missing, truncated, or not a checkpoint of this program.
    """
    if not Path(path).is_file():
        raise InputError(f"cannot read {path}: no such file")
    if not zipfile.is_zipfile(path):  # what torch.save writes ends in a directory of its parts
        raise InputError(f"cannot read {path}: not a whole checkpoint of this program")
    try:
        contents = torch.load(path, map_location="cpu", weights_only=True)
        if contents["format"] != FORMAT:
            raise InputError(f"format is {contents['format']!r}, not {FORMAT!r}")
        network = build(contents["architecture"])
        network.load_state_dict(contents["state"])
        return Checkpoint(
            network.eval(),
            checks.integer("epoch", contents["epoch"], low=0),
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
        raise InputError(f"cannot read {path}: not a whole checkpoint of this program") from error
