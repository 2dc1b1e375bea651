"""What a training run needs to go on: written whole, and read only by the same run."""

from __future__ import annotations

import hashlib
import json
import pickle
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from empirical.data import Data
from theory import files
from theory.runs import Run

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


def save(
    path: Path,
    run: Run,
    *,
    epoch: int,
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
) -> None:
    """Keep the point that ``run`` has come to after ``epoch``."""
    contents = {
        "made_by": json.dumps(run.made_by),
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
) -> int:
    """Put ``network`` and ``optimizer`` where ``run`` had come to; returns the epoch.

    -1 where there is nothing to go on from: no file, one that is damaged or to be overwritten, or a
    checkpoint of an earlier epoch in ``saved`` that is no longer there.

    Raises
    ------
    InputError
        If it is another run's, or other code's, and not to be overwritten.
    """
    if not zipfile.is_zipfile(path):
        return -1
    try:
        contents = torch.load(path, map_location="cpu", weights_only=True)
        held_by = json.loads(contents["made_by"])
        if not run.may_go_on(held_by, at=path):
            return -1
        epoch = int(contents["epoch"])
        if not all(kept.is_file() for at, kept in saved.items() if at <= epoch):
            return -1
        network.load_state_dict(contents["network"])
        optimizer.load_state_dict(contents["optimizer"])
        return epoch
    except (OSError, EOFError, RuntimeError, KeyError, TypeError, pickle.UnpicklingError):
        return -1
