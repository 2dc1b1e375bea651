"""Whatever ends a command early, as one line and an exit status."""

from __future__ import annotations

import os
import sys
import sysconfig
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from figures import streams
from theory import InputError

PACKAGES = ("theory", "simulate", "empirical", "figures")
HERE = Path(__file__).resolve().parent.parent
NOT_THE_USERS = (
    *(HERE / package for package in PACKAGES),
    *(Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "purelib", "platlib")),
)
LONGEST = 600  # characters of a message
OUT_OF_RANGE = (OverflowError, ZeroDivisionError, FloatingPointError)


class Failure(NamedTuple):
    """What is said on stderr, and the exit status."""

    message: str
    status: int = 2


def failure(error: BaseException) -> Failure:
    """The failure that ``error`` is.

    The status is 130 for an interrupt, 1 where an iteration did not converge, else 2. An error that
    was raised in a user's own code, a network's say, is told with its file and line.
    """
    if isinstance(error, KeyboardInterrupt):
        return Failure("interrupted", 130)
    own = _users_line(error)
    if isinstance(error, InputError):
        place = "" if own is None else f" ({own.place})"
        return Failure(f"error: {one_line(error)}{place}")
    if own is not None:
        said = "" if str(error) else f": {own.code}"  # of a bare assert the line says more
        return Failure(f"error: {own.place}: {named(error)}{said}")
    if isinstance(error, MemoryError) or _is_torch_memory(error):
        return Failure(f"error: not enough memory: {one_line(error) or 'a smaller run may fit'}")
    if isinstance(error, OUT_OF_RANGE):
        why = "a value is too large or too small for floating-point numbers"
        return Failure(f"error: {why}: {one_line(error)}")
    if isinstance(error, ArithmeticError):
        return Failure(f"no convergence: {one_line(error)}", 1)
    if isinstance(error, OSError):
        place = "" if error.filename is None else f"{error.filename}: "
        return Failure(f"error: {place}{error.strerror or one_line(error)}")
    return Failure(f"error: unexpected {named(error)} (--debug shows where)")


def of_torchrun() -> bool:
    """Whether ``torchrun`` started this process, and so maybe others that meet the same."""
    return "TORCHELASTIC_RUN_ID" in os.environ


@contextmanager
def said_once() -> Iterator[None]:
    """Of processes that are asked the same, let the first alone say what it thinks of it."""
    if of_torchrun() and os.environ.get("RANK", "0") != "0":
        with streams.quiet():
            yield
    else:
        yield


def to_be_said(error: BaseException) -> bool:
    """Whether no other process of the same run says what stopped it."""
    if not of_torchrun():
        return True
    from empirical.machine import processes

    return not isinstance(error, processes.ToldByFirstError) and processes.first_to_say()


def one_line(error: BaseException) -> str:
    """The message without line breaks; of a long one, as torch has them, the beginning."""
    text = " ".join(str(error).split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"


def named(error: BaseException) -> str:
    """The kind of the error and its message."""
    return f"{type(error).__name__}: {one_line(error)}".removesuffix(": ")


def _is_torch_memory(error: BaseException) -> bool:
    """Whether torch found no memory, on the CPU or on a device: it has no common class for both."""
    return type(error).__name__ == "OutOfMemoryError" or "can't allocate memory" in str(error)


class _Line(NamedTuple):
    """File and line number, and what stands there."""

    place: str
    code: str


def _users_line(error: BaseException) -> _Line | None:
    """The innermost line of code that is neither ours, Python's, nor installed.

    A file that does not compile has no line that ran: it is the one that the error names. Where we
    have said in our words what went wrong, it is that of the cause.
    """
    if isinstance(error, SyntaxError) and error.filename and _is_users(error.filename):
        return _Line(f"{error.filename}:{error.lineno}", error.text or "")
    frames = traceback.extract_tb(error.__traceback__)
    # what started the command is no code that it runs
    inside = [i for i, each in enumerate(frames) if _is_ours(each.filename)]
    own = [each for each in frames[min(inside, default=0) :] if _is_users(each.filename)]
    if own:
        return _Line(f"{own[-1].filename}:{own[-1].lineno}", own[-1].line or "")
    return None if error.__cause__ is None else _users_line(error.__cause__)


def _is_ours(filename: str) -> bool:
    return any(Path(filename).is_relative_to(HERE / package) for package in PACKAGES)


def _is_users(filename: str) -> bool:
    place = Path(filename).resolve()
    return place.is_file() and not any(place.is_relative_to(each) for each in NOT_THE_USERS)


def shown(error: BaseException) -> None:
    """The traceback on stderr, for who asked for it."""
    traceback.print_exception(error, file=sys.stderr)
