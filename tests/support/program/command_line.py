"""The command line in this process, whose start would cost more than most commands."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from subprocess import CompletedProcess

from figures import cli


def run(*arguments: str, cwd: Path | None = None) -> CompletedProcess[str]:
    """What a process of ``fort-ganguli`` with these arguments would give."""
    out, error = io.StringIO(), io.StringIO()
    with (
        contextlib.chdir(cwd or Path.cwd()),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(error),
    ):
        try:
            status = cli.main(list(arguments))
        except SystemExit as stop:  # of argparse
            status = stop.code
    return CompletedProcess(arguments, int(status or 0), out.getvalue(), error.getvalue())
