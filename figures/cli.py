"""The command line ``fort-ganguli``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from figures.commands import (
    compare,
    draw,
    fit,
    goldilocks,
    measure,
    model,
    predict,
    simulate,
    sweep,
)
from theory import InputError

COMMANDS = (predict, simulate, sweep, draw, measure, compare, fit, goldilocks)


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {message}\n")


class _Version(argparse.Action):
    """``--version``, looked up when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        from theory.provenance import version_line

        print(f"{parser.prog} {version_line()}")
        parser.exit()


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0, 2 for bad input, 1 without convergence."""
    arguments = parser().parse_args(argv)
    try:
        arguments.run(arguments)
    except InputError as error:
        print(f"fort-ganguli {arguments.command}: error: {error}", file=sys.stderr)
        return 2
    except ArithmeticError as error:
        print(f"fort-ganguli {arguments.command}: no convergence: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print(f"fort-ganguli {arguments.command}: interrupted", file=sys.stderr)
        return 130
    return 0


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    top = _Parser(
        prog="fort-ganguli",
        description="The Fort-Ganguli random-matrix model of neural loss landscapes: "
        "predict it, simulate it, measure networks, and compare the three.",
        epilog=f"example: fort-ganguli predict {model.EXAMPLE}",
    )
    top.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    subparsers = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(subparsers)
    return top
