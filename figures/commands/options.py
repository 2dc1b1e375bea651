"""Options that several commands share."""

from __future__ import annotations

import argparse
import os
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from figures.judge.thresholds import Thresholds


def command(
    subparsers: Any, name: str, summary: str, examples: str, run: Any
) -> argparse.ArgumentParser:
    """The parser of one command, with its examples, that calls ``run``."""
    parser = subparsers.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    return parser


def count(text: str) -> int:
    """An integer, also as ``1e9``."""
    try:
        return int(text)
    except ValueError:
        pass
    try:
        number = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be an integer, got {text!r}") from None
    if not number.is_integer():
        raise argparse.ArgumentTypeError(f"must be an integer, got {text!r}")
    return int(number)


def add_workers(command: argparse.ArgumentParser) -> None:
    """``--workers``, as many as there are cores by default."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    command.add_argument(
        "--workers",
        type=count,
        default=cores or 1,
        metavar="W",
        help=f"draws side by side; the result does not depend on it (default: {cores})",
    )


UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


def size(text: str) -> int:
    """Bytes, as ``4G``, ``4GiB`` or ``500M``: powers of 1024.

    Examples
    --------
    >>> size("500M"), size("4G") == size("4GiB")
    (524288000, True)
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(?:iB)?", text.strip())
    bytes_ = int(float(found[1]) * UNITS[found[2]]) if found else 0
    if bytes_ < 1:
        raise argparse.ArgumentTypeError(f"must be a size above 0 as 500M or 4GiB, got {text!r}")
    return bytes_


def add_folder(command: argparse.ArgumentParser, default: str) -> None:
    """``--out``, the folder that the command writes into, and ``--json``."""
    command.add_argument(
        "--out", type=Path, default=Path(default), metavar="DIR", help=f"default: {default}"
    )
    command.add_argument("--json", action="store_true", help="print one JSON object on stdout")


def add_thresholds(command: argparse.ArgumentParser) -> None:
    """``--threshold``, the errors that a report allows."""
    defaults = " ".join(f"{name}={value:g}" for name, value in asdict(Thresholds()).items())
    command.add_argument(
        "--threshold",
        nargs="+",
        default=[],
        metavar="NAME=VALUE",
        help=f"errors with which a prediction holds (default: {defaults})",
    )
