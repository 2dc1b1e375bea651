"""Options that several commands share."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, fields
from pathlib import Path
from typing import Any

from figures.judge.thresholds import Thresholds
from simulate.settings import Sampling
from theory import InputError
from theory.records.settings import Settings


def command(
    subparsers: Any,
    name: str,
    summary: str,
    examples: str,
    run: Callable[[argparse.Namespace], object],
) -> argparse.ArgumentParser:
    """The parser of one command, with its examples, that calls ``run`` with the options.

    ``called`` is what it is called by. ``--debug`` and ``--quiet`` are absent where they are not
    given, so that a study of a command takes over what was said before its name.
    """
    parser = subparsers.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, called=parser.prog)
    parser.add_argument(
        "--debug",
        action="store_true",
        default=argparse.SUPPRESS,
        help="show where in the code an error was raised",
    )
    parser.add_argument(
        "--quiet",
        action="store_true",
        default=argparse.SUPPRESS,
        help="say nothing on stderr but what stops the command",
    )
    return parser


def path(text: str) -> Path:
    """The name of a file or folder; an empty one, as of an unset shell variable, is none.

    Raises
    ------
    ArgumentTypeError
        If it is empty.
    """
    if not text:
        raise argparse.ArgumentTypeError("must name a file or folder, got ''")
    return Path(text)


def require_there(file: Path) -> None:
    """Refuse a file or folder to read that is not there, before what reads it is loaded.

    Raises
    ------
    InputError
        Naming it.
    """
    if not file.exists():
        raise InputError(f"cannot read {file}: no such file")


def count(text: str) -> int:
    """An integer, also as ``1e9``.

    Raises
    ------
    ArgumentTypeError
        If the text is not one.
    """
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


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def add_workers(command: argparse.ArgumentParser) -> None:
    """``--workers``, as many as there are cores by default."""
    command.add_argument(
        "--workers",
        type=count,
        default=cores(),
        metavar="W",
        help=f"draws side by side; the result does not depend on it (default: {cores()})",
    )


def add_replicates(command: argparse.ArgumentParser) -> None:
    """``--replicates`` of a sampled model."""
    add_setting(command, Sampling, "replicates", type=count, metavar="R", meaning="draws")


UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


def size(text: str) -> int:
    """Bytes, as ``4G``, ``4GiB`` or ``500M``: powers of 1024.

    Raises
    ------
    ArgumentTypeError
        If the text is no such size, or less than one byte.

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
    """``--out``, the folder that the command writes into, ``--overwrite`` and ``--json``."""
    command.add_argument(
        "--out", type=path, default=Path(default), metavar="DIR", help=f"default: {default}"
    )
    add_overwrite(command)
    command.add_argument("--json", action="store_true", help="print one JSON object on stdout")


def add_file(command: argparse.ArgumentParser, saves: str) -> None:
    """``--out``, a file that the command saves if asked to, ``--overwrite`` and ``--json``."""
    command.add_argument("--out", type=path, metavar="FILE", help=saves)
    add_overwrite(command)
    command.add_argument("--json", action="store_true", help="print one JSON object on stdout")


def add_overwrite(command: argparse.ArgumentParser) -> None:
    """``--overwrite``."""
    command.add_argument(
        "--overwrite", action="store_true", help="replace what other settings left at --out"
    )


def add_mixed_versions(command: argparse.ArgumentParser) -> None:
    """``--mixed-versions``, of what a run that was stopped goes on with."""
    command.add_argument(
        "--mixed-versions",
        action="store_true",
        help="go on with a record that other code began; its provenance names both",
    )


def add_thresholds(command: argparse.ArgumentParser) -> None:
    """``--threshold``, the errors that a report allows."""
    defaults = " ".join(f"{name}={value:g}" for name, value in asdict(Thresholds()).items())
    command.add_argument(
        "--threshold",
        "--tolerance",
        nargs="+",
        default=[],
        metavar="NAME=VALUE",
        help=f"errors with which a prediction holds (default: {defaults})",
    )


def add_setting(
    group: Any, settings: type[Settings], field: str, *, meaning: str = "", **how: Any
) -> None:
    """The option of a field of ``settings``, absent from the namespace where it is not given.

    Its default is told by the field, and is set there alone. ``how`` is what ``add_argument``
    takes; ``name`` in it is the option's, if not the field's.
    """
    name = how.pop("name", field)
    default = shown_default(settings, field)
    told = f"{meaning} (default: {default})" if default else meaning
    group.add_argument(
        f"--{name.replace('_', '-')}", default=argparse.SUPPRESS, help=told.strip(), **how
    )


def shown_default(settings: type[Settings], field: str) -> str:
    """The default of a field as it would be typed; empty where there is none to tell."""
    (default,) = (each.default for each in fields(settings) if each.name == field)
    if default is MISSING or default is None or isinstance(default, bool):
        return ""
    values = default if isinstance(default, tuple) else (default,)
    return " ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in values)


def given(
    arguments: argparse.Namespace,
    settings: type[Settings],
    *,
    defaults: Mapping[str, Any] | None = None,
    **renamed: str,
) -> dict[str, Any]:
    """The fields of ``settings`` that options were given for, beside the command's ``defaults``.

    ``renamed`` has the options whose names are not those of their fields.
    """
    found = dict(defaults or {})
    for each in fields(settings):
        option = renamed.get(each.name, each.name)
        if hasattr(arguments, option):
            found[each.name] = getattr(arguments, option)
    return found
