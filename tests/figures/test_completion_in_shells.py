"""The scripts in shells as one types in them: a key is pressed, and the word is completed."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from figures import cli, completion

PATIENCE = 60  # seconds
INTERACTIVE = {"bash": ["--norc", "--noprofile", "-i"], "zsh": ["-f", "-i"]}
TYPED = {
    "gold": "goldilocks",
    "predict --labels bal": "predict --labels balanced",
    "wedges cuts --sc": "wedges cuts --scales",
    "figures ph": "figures phase",
}


def installed(shell: str) -> str:
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"{shell} is not installed")
    return found


@pytest.fixture
def script(tmp_path, request) -> Path:
    path = tmp_path / "script"
    path.write_text(completion.script(cli.parser(), shell=request.param), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("shell", "script"), [(s, s) for s in INTERACTIVE], indirect=["script"], ids=INTERACTIVE
)
def test_the_tabulator_completes(shell, script):
    program = installed(shell)
    pid, terminal = pty.fork()
    if pid == 0:
        own = {"TERM": "dumb", "PS1": "", "HOME": str(script.parent), "PATH": os.defpath}
        os.execve(program, [shell, *INTERACTIVE[shell]], own)
    try:
        os.write(terminal, f"source '{script}'; echo re''ady\n".encode())
        read(terminal, "ready")
        for typed, completed in TYPED.items():
            os.write(terminal, f"fort-ganguli {typed}\t".encode())
            read(terminal, f"fort-ganguli {completed} ")
            os.write(terminal, b"\x15")  # the line is taken back
    finally:
        os.close(terminal)
        os.waitpid(pid, 0)


def read(terminal: int, until: str) -> None:
    """What the shell shows, up to a text."""
    shown, end = "", time.monotonic() + PATIENCE
    while until not in shown:
        assert time.monotonic() < end, shown
        if select.select([terminal], [], [], 0.1)[0]:
            shown += os.read(terminal, 4096).decode(errors="replace")


@pytest.mark.parametrize("script", ["fish"], indirect=True)
def test_fish_completes(script):
    asked = "; echo; ".join(f"complete -C'fort-ganguli {typed}'" for typed in TYPED)
    done = subprocess.run(
        [installed("fish"), "--no-config", "-c", f"source '{script}'; {asked}"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "HOME": str(script.parent)},
    )
    offered = [line.split("\t")[0] for line in done.stdout.splitlines() if line]
    assert offered == [completed.split()[-1] for completed in TYPED.values()]
    assert done.stderr == ""
