"""What fits in memory, said before the work starts."""

from __future__ import annotations

from pathlib import Path

import torch

from theory import checks
from theory.checks import InputError

MEMINFO = Path("/proc/meminfo")


def bound(memory: int | None, device: torch.device) -> int | None:
    """``memory`` in bytes; if None, what is free on the device, or None where that is not known."""
    if memory is not None:
        return checks.integer("memory", memory, low=1)
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    if not MEMINFO.is_file():
        return None
    for line in MEMINFO.read_text(encoding="ascii").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return None


def require(needed: int, *, memory: int | None, device: torch.device, work: str) -> None:
    """Refuse work that would need more than ``memory`` bytes, or than the device has free.

    Raises
    ------
    InputError
        Naming the work, what it needs and the bound.
    """
    limit = bound(memory, device)
    if limit is not None and needed > limit:
        raise InputError(
            f"memory must be at least {needed} bytes ({needed / 2**30:.2f} GiB) for {work}, "
            f"got {limit}: take fewer examples or float32"
        )
