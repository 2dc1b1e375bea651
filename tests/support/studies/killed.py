"""Sweeps of the command line that are killed, with all their workers, and go on."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path


def start(folder: Path, name: str) -> subprocess.Popen:
    """The sweep of ``study.toml`` in a folder, in a process group of its own."""
    command = [sys.executable, "-m", "figures", "sweep", "study.toml", "--out", name]
    return subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, start_new_session=True)


def killed_twice(folder: Path, name: str, *, done: Callable[[Path], int]) -> None:
    """Start the sweep, and kill it by SIGKILL once more cells are ``done``; the same again."""
    for _ in range(2):
        before = done(folder / name)
        process = start(folder, name)
        while process.poll() is None and done(folder / name) == before:
            time.sleep(0.02)
        assert process.poll() is None, "it ended before it was killed"
        process.send_signal(signal.SIGKILL)
        process.communicate()
        while _in_group(process.pid):  # workers that outlive it would be waited for in vain
            time.sleep(0.05)


def _in_group(leader: int) -> list[int]:
    """Living processes of the group, zombies apart."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == leader and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found
