"""The command line ``fort-ganguli``."""

from __future__ import annotations

import argparse
import os
import sys
import threading
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

COMMANDS = (
    "predict",
    "simulate",
    "sweep",
    "draw",
    "measure",
    "compare",
    "fit",
    "goldilocks",
    "minima",
    "figures",
    "report",
    "table",
)


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {message}\n")

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        """Print the help; unlike argparse, not in silence where that fails."""
        print(self.format_help(), end="", file=file)


class _Version(argparse.Action):
    """``--version``, looked up when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from theory.records.provenance import version_line

        print(f"{parser.prog} {version_line()}")
        parser.exit()


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    The exit status is 0, 2 for what one line on stderr says, 1 without convergence or where no one
    reads the output, 130 for an interrupt. ``--debug``, or ``FORT_GANGULI_DEBUG`` in the
    environment, shows the traceback before the line.
    """
    name, debug = "fort-ganguli", bool(os.environ.get("FORT_GANGULI_DEBUG"))
    try:  # all of ours is loaded inside, so that an interrupt is one line then, too
        from figures import failures, streams
    except KeyboardInterrupt:
        print(f"{name}: interrupted", file=sys.stderr, flush=True)
        return 130
    streams.prepare()
    arguments = None
    try:
        streams.require_stdout()
        try:
            arguments = parser().parse_args(argv)
            name, debug = f"{name} {arguments.command}", debug or arguments.debug
            arguments.run(arguments)
        finally:
            streams.flush_stdout()
    except BrokenPipeError:
        streams.discard_stdout()
        return 1
    except BaseException as error:  # SystemExit, too: a user's network may raise it
        if arguments is None and isinstance(error, SystemExit):
            raise
        if debug:
            failures.shown(error)
        message, status = failures.failure(error)
        print(f"{name}: {message}", file=sys.stderr, flush=True)
        streams.discard_stdout()
        if isinstance(error, KeyboardInterrupt) and _draws_go_on():
            os._exit(status)
        return status
    return 0


def _draws_go_on() -> bool:
    """Whether there are threads that cannot be stopped, for which Python would wait to end."""
    others = (each for each in threading.enumerate() if each is not threading.main_thread())
    return any(not each.daemon for each in others)


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    from figures.options import model

    top = _Parser(
        prog="fort-ganguli",
        description="The Fort-Ganguli random-matrix model of neural loss landscapes: "
        "predict it, simulate it, measure networks, and compare the three.",
        epilog=f"example: fort-ganguli predict {model.EXAMPLE}",
    )
    top.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    subparsers = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        import_module(f"figures.commands.{command}").add(subparsers)
    return top
