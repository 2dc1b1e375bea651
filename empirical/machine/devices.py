"""Devices and floating-point types by their names."""

from __future__ import annotations

import torch

from theory import checks
from theory.checks import InputError


def placed(device: str) -> torch.device:
    """``cpu``, ``cuda`` or ``cuda:<n>``.

    Raises
    ------
    InputError
        If the name is not known or the machine has no such device.
    """
    try:
        found = torch.device(device)
    except RuntimeError as error:
        raise InputError(f"device must be cpu, cuda or cuda:<n>, got {device!r}") from error
    checks.choice("device", found.type, ("cpu", "cuda"))
    count = torch.cuda.device_count()
    if found.type == "cuda" and (found.index or 0) >= count:
        raise InputError(f"device must be one of this machine's {count} GPUs, got {device!r}")
    return found


def floating(dtype: str) -> torch.dtype:
    """``float64`` or ``float32``.

    Raises
    ------
    InputError
        If it is another.
    """
    checks.choice("dtype", dtype, ("float64", "float32"))
    return torch.float64 if dtype == "float64" else torch.float32
