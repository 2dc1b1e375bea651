"""What fits in memory, said before the work starts."""

from __future__ import annotations

import torch

from theory import checks
from theory import memory as host
from theory.checks import InputError


def bound(memory: int | None, device: torch.device) -> int | None:
    """``memory`` in bytes; if None, what is free on the device, or None where that is not known."""
    if memory is not None:
        return checks.integer("memory", memory, low=1)
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    return host.free()


def require(
    needed: int,
    *,
    memory: int | None,
    device: torch.device,
    work: str,
    instead: str = "take fewer examples or float32",
) -> None:
    """Refuse work that would need more than ``memory`` bytes, or than the device has free.

    ``instead`` says what may fit.

    Raises
    ------
    InputError
        Naming the work, what it needs and the bound.
    """
    limit = bound(memory, device)
    if limit is not None and needed > limit:
        raise InputError(
            f"memory must be at least {needed} bytes ({needed / 2**30:.2f} GiB) for {work}, "
            f"got {limit}: {instead}"
        )
