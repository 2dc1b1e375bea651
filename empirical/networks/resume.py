"""What a training run needs to go on: written whole, and read only by the same run."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from empirical.data import Data
from theory.checks import InputError

EXAMPLES = 64  # that stand for the data in a fingerprint


def write(path: Path, contents: Mapping[str, Any]) -> None:
    """Save plain values and tensors at ``path``; the file appears whole or not at all.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        try:
            with partial.open("wb") as file:
                torch.save(dict(contents), file)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error


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
    run: Mapping[str, Any],
    *,
    epoch: int,
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
) -> None:
    """Keep the point that ``run`` has come to after ``epoch``."""
    contents = {
        "run": json.dumps(run, sort_keys=True),
        "epoch": epoch,
        "network": network.state_dict(),
        "optimizer": optimizer.state_dict(),
    }
    write(path, contents)


def load(
    path: Path,
    run: Mapping[str, Any],
    *,
    saved: Mapping[float, Path],
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
) -> int:
    """Put ``network`` and ``optimizer`` where ``run`` had come to; returns the epoch.

    -1 where there is nothing to go on from: no file, one that is damaged, another run's, or a
    checkpoint of an earlier epoch in ``saved`` that is no longer there.
    """
    if not zipfile.is_zipfile(path):
        return -1
    try:
        contents = torch.load(path, map_location="cpu", weights_only=True)
        if contents["run"] != json.dumps(run, sort_keys=True):
            return -1
        epoch = int(contents["epoch"])
        if not all(kept.is_file() for at, kept in saved.items() if at <= epoch):
            return -1
        network.load_state_dict(contents["network"])
        optimizer.load_state_dict(contents["optimizer"])
        return epoch
    except (OSError, EOFError, RuntimeError, KeyError, TypeError, pickle.UnpicklingError):
        return -1
