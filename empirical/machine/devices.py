"""Devices and floating-point types by their names."""

from __future__ import annotations

from typing import Any

import torch

from empirical.settings import Measurement
from theory import checks
from theory.checks import InputError


def named(device: torch.device | str) -> torch.device:
    """A device, or the one of this name.

    Raises
    ------
    InputError
        If torch has none of this name.
    """
    try:
        return torch.device(device)
    except (RuntimeError, TypeError) as error:
        raise InputError(f"device must be cpu, cuda or cuda:<n>, got {device!r}") from error


def placed(device: str) -> torch.device:
    """``cpu``, ``cuda`` or ``cuda:<n>``.

    Raises
    ------
    InputError
        If the name is not known or the machine has no such device.
    """
    found = named(device)
    checks.choice("device", found.type, ("cpu", "cuda"))
    count = torch.cuda.device_count()
    if found.type == "cuda" and (found.index or 0) >= count:
        raise InputError(f"device must be one of this machine's {count} GPUs, got {device!r}")
    return found


def whereabouts(measurement: Measurement) -> dict[str, Any]:
    """``dtype``, ``device`` and ``memory``, as ``empirical.capture`` takes them.

    Raises
    ------
    InputError
        If the machine has no such device.
    """
    return {
        "dtype": getattr(torch, measurement.dtype),
        "device": placed(measurement.device),
        "memory": measurement.memory,
    }


def names() -> list[str]:
    """The devices of this machine as ``--device`` takes them, GPUs with their names and memory."""
    found = ["cpu"]
    for index in range(torch.cuda.device_count()):
        about = torch.cuda.get_device_properties(index)
        found.append(f"cuda:{index} ({about.name}, {about.total_memory / 2**30:.0f} GiB)")
    return found
