"""What a training run needs to go on: written whole, and read only by the same run."""

from __future__ import annotations

import hashlib
import json
import pickle
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn

from empirical.data import Data
from theory import files
from theory.records.runs import Run

EXAMPLES = 64  # that stand for the data in a fingerprint


def write(path: Path, contents: Mapping[str, Any]) -> None:
    """Save plain values and tensors at ``path``; the file appears whole or not at all.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    with files.whole(path) as partial, partial.open("wb") as file:
        torch.save(dict(contents), file)


def fingerprint(network: nn.Module, data: Data) -> str:
    """SHA-256 of the network's state, all targets, and evenly spaced inputs."""
    digest = hashlib.sha256()
    for name, value in network.state_dict().items():
        digest.update(name.encode())
        digest.update(value.cpu().numpy().tobytes())
    digest.update(data.targets.numpy().tobytes())
    some = np.linspace(0, len(data) - 1, min(EXAMPLES, len(data))).astype(np.int64)
    digest.update(data.inputs[torch.from_numpy(some)].numpy().tobytes())
    return digest.hexdigest()


class Resumed(NamedTuple):
    """The epoch that a run had come to, and the provenance of what it makes from there."""

    epoch: int
    made_by: dict[str, Any]


def save(
    path: Path,
    made_by: Mapping[str, Any],
    *,
    epoch: int,
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
) -> None:
    """Keep the point that the run of this provenance has come to after ``epoch``."""
    contents = {
        "made_by": json.dumps(made_by),
        "epoch": epoch,
        "network": network.state_dict(),
        "optimizer": optimizer.state_dict(),
    }
    write(path, contents)


def load(
    path: Path,
    run: Run,
    *,
    saved: Mapping[float, Path],
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
) -> Resumed | None:
    """Put ``network`` and ``optimizer`` where ``run`` had come to.

    None where there is nothing to go on from: no file, one that is damaged or to be overwritten, or
    a checkpoint of an earlier epoch in ``saved`` that is no longer there.

    Raises
    ------
    InputError
        If it is another run's, or other code's, and not to be overwritten.
    """
    if not zipfile.is_zipfile(path):
        return None
    try:
        contents = torch.load(path, map_location="cpu", weights_only=True)
        held_by = json.loads(contents["made_by"]) if "made_by" in contents else {}
        made_by = run.going_on(held_by, at=path)
        epoch = int(contents["epoch"])
        lost = any(not kept.is_file() for at, kept in saved.items() if at <= epoch)
        if made_by is None or lost:
            return None
        network.load_state_dict(contents["network"])
        optimizer.load_state_dict(contents["optimizer"])
        return Resumed(epoch, made_by)
    except (OSError, EOFError, RuntimeError, KeyError, TypeError, pickle.UnpicklingError):
        return None
