"""The command ``table``; heavy imports wait until they are needed."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from figures.options import output, shared
from theory import InputError

FORMATS = ("csv", "markdown", "latex")


def add(subparsers: Any) -> None:
    """Add the command to those of the parser."""
    command = shared.command(
        subparsers,
        "table",
        "any observable of a record over epochs and levels, as CSV, Markdown or LaTeX",
        """examples:
  fort-ganguli table results/measured/measured.nc
  fort-ganguli table results/measured/measured.nc --observable eigenvalues --first 9
  fort-ganguli table results/compare/comparison.nc --observable share_error bulk_distance \\
      --format latex --out errors.tex

A row for each epoch and level; what has a further axis, as ranks, has a column for each of its
first values. A name that the record does not have is answered with those that it has. CSV has all
digits; Markdown and LaTeX (booktabs) say in a comment what made the record.""",
        table,
    )
    command.add_argument(
        "record", type=shared.path, metavar="RECORD", help="a .nc file of another command"
    )
    command.add_argument(
        "--observable",
        nargs="+",
        default=[],
        metavar="NAME",
        help="default: all that have one number at each epoch and level",
    )
    command.add_argument("--format", choices=FORMATS, default="csv", help="default: csv")
    command.add_argument(
        "--first",
        type=shared.count,
        default=10,
        metavar="K",
        help="values of a further axis, at most (default: 10)",
    )
    command.add_argument("--out", type=shared.path, metavar="FILE", help="default: stdout")
    shared.add_overwrite(command)


def table(arguments: Namespace) -> None:
    """Print the table, or save it.

    Raises
    ------
    InputError
        If the record has no such observable, or the file is there and is not to be replaced.
    """
    if arguments.out is not None and arguments.out.exists() and not arguments.overwrite:
        raise InputError(f"{arguments.out} is there: name another --out, or give --overwrite")
    from theory import record as records

    record = records.load(arguments.record)  # before what a missing file need not wait for
    from figures.reports import observables

    found = observables.table(record, observables=arguments.observable, first=arguments.first)
    text = observables.text(record, found, form=arguments.format)
    if arguments.out is None:
        print(text, end="")
    else:
        output.said(records.save_text(text, arguments.out))
