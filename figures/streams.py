"""Standard output and standard error as they are found: closed, full, or of few characters."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr

from theory import InputError


def prepare() -> None:
    r"""Let any text be printed: what the terminal cannot show appears as ``\u2016``.

    A closed stderr takes what is said and forgets it, as libraries write to it without asking.
    """
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115, PTH123 (open until the process ends)
    for each in (sys.stdout, sys.stderr):
        if isinstance(each, io.TextIOWrapper):
            each.reconfigure(errors="backslashreplace")


@contextmanager
def quiet() -> Iterator[None]:
    """Let what is said on stderr be forgotten, bars and warnings too."""
    with open(os.devnull, "w") as nowhere, redirect_stderr(nowhere):  # noqa: PTH123 (no file)
        yield


def require_stdout() -> None:
    """Refuse to work where the result would be lost.

    Raises
    ------
    InputError
        If stdout is closed.
    """
    if sys.stdout is None:
        raise InputError("standard output is closed")


def flush_stdout() -> None:
    """Write what was printed, so that a disk that is full is noticed while it can be said.

    Raises
    ------
    BrokenPipeError
        If no one reads any more.
    InputError
        If it cannot be written.
    """
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise InputError(f"cannot write standard output: {error.strerror}") from error


def discard_stdout() -> None:
    """Let Python's own last flush find no error, where stdout cannot be written any more."""
    try:
        flush_stdout()
    except (BrokenPipeError, InputError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
