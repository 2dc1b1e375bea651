"""The command line ``fort-ganguli``."""

from __future__ import annotations

import argparse
import os
import sys
import threading
from collections.abc import Sequence
from contextlib import nullcontext
from typing import NoReturn

GROUPS = {
    "the model": ("predict", "explore", "simulate"),
    "parameter studies": ("sweep", "draw"),
    "networks": ("measure", "fit", "compare", "levels", "goldilocks", "language"),
    "neighbouring theories": ("wedges", "minima", "boundary"),
    "results": ("figures", "report", "table"),
    "this program": ("doctor", "completion"),
}
COMMANDS = tuple(name for names in GROUPS.values() for name in names)


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
        from figures.options import colour
    except KeyboardInterrupt:
        print(f"{name}: interrupted", file=sys.stderr, flush=True)
        return 130
    streams.prepare()
    arguments = None
    try:
        streams.require_stdout()
        try:
            arguments = parser().parse_args(argv)
            name, debug = arguments.called, debug or hasattr(arguments, "debug")
            with streams.quiet() if hasattr(arguments, "quiet") else nullcontext():
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
        print(f"{name}: {colour.said(message)}", file=sys.stderr, flush=True)
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
    from figures import commands
    from figures.options import model
    from figures.options.suggestions import CommandParser, GroupedParser

    top = GroupedParser(
        prog="fort-ganguli",
        description="The Fort-Ganguli random-matrix model of neural loss landscapes: "
        "predict it,\nsimulate it, measure networks, and compare the three.",
        epilog=f"""example:
  fort-ganguli predict {model.EXAMPLE}

exit status:
  0  done
  1  an iteration did not converge, a self-check failed, or no one reads the output
  2  anything else that stops a command, told in one line on stderr
  130  interrupted

Each command has --help with examples, --quiet and --debug.""",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.groups = GROUPS
    top.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    subparsers = top.add_subparsers(
        dest="command", required=True, metavar="COMMAND", parser_class=CommandParser
    )
    for command in COMMANDS:
        getattr(commands, command).add(subparsers)
    return top
