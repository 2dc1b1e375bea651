"""Deterministic training, and the checkpoints that it leaves."""

from __future__ import annotations

import copy
import json
import math
import pickle
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from empirical import resume
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
    progress: Callable[[int, float], object] | None = None,
) -> list[Path]:
    """Train a copy of ``network`` by stochastic gradient descent; return the checkpoints' paths.

    Each epoch visits every example once, in an order that depends on the seed and the epoch only;
    the last batch of an epoch may be smaller. It runs on one thread, so that the same arguments
    give the same bits whatever the number of cores.

    A run that is killed and started again with the same arguments goes on after its last whole
    epoch and ends in the same bits: until it is done, ``resume.pt`` in ``folder`` holds the weights
    and the state of the optimizer. One that belongs to other arguments is overwritten.

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
        Called after each epoch that is trained with its number and its mean loss.

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
    run = made_by | {"saves": sorted(saves), "start": resume.fingerprint(trained, data)}
    point = Path(folder) / "resume.pt"
    paths = {epoch: Path(folder) / f"epoch-{epoch:04d}.pt" for epoch in sorted(saves)}
    with _one_thread():
        done = resume.load(point, run, saved=paths, network=trained, optimizer=optimizer)
        for epoch in range(done + 1, epochs + 1):
            if epoch > 0:
                loss = _epoch(trained, data, optimizer, batch_size=batch_size, seed=seed, at=epoch)
                if not math.isfinite(loss):
                    point.unlink(missing_ok=True)
                    raise InputError(
                        f"learning_rate {learning_rate:g} is too large: "
                        f"the loss is {loss} in epoch {epoch}"
                    )
                if progress is not None:
                    progress(epoch, loss)
            if epoch in paths:
                _save(paths[epoch], Checkpoint(trained, epoch, data.name, seed, made_by))
            resume.save(point, run, epoch=epoch, network=trained, optimizer=optimizer)
    point.unlink(missing_ok=True)
    return list(paths.values())


@contextmanager
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _epoch(
    network: nn.Module,
    data: Data,
    optimizer: torch.optim.Optimizer,
    *,
    batch_size: int,
    seed: int,
    at: int,
) -> float:
    """One pass over the data, with torch's global random state that of this epoch: a layer that
    draws from it, as dropout does, draws the same in a run that was resumed."""
    order = torch.from_numpy(stream(seed, "order", at).permutation(len(data)))
    total = 0.0
    with torch.random.fork_rng():
        torch.manual_seed(int(stream(seed, "layers", at).integers(2**63)))
        for batch in order.split(batch_size):
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
        raise InputError(broken) from error
    raise InputError(f"{path} is of the user's own network {owner}, got {factory}")
