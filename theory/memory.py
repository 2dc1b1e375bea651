"""Memory of this machine that is free."""

from __future__ import annotations

from pathlib import Path

MEMINFO = Path("/proc/meminfo")


def free() -> int | None:
    """Bytes that programs may still take without swapping; None where that is not known."""
    if not MEMINFO.is_file():
        return None
    for line in MEMINFO.read_text(encoding="ascii").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return None
