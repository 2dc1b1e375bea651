"""The tables of a study's file: lists and ranges of values, and what is wrong in them."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from simulate.studies.definition import MOST_POINTS, Value
from theory import checks

COMMON = ("observables", "seed", "replicates", "grid", "points")  # keys that every study has
LARGEST = 2**53  # up to there all whole numbers are floats, and all fit an axis of a store
RANGE = ("start", "stop", "num", "spacing")

Defined = TypeVar("Defined")


def load(path: str | Path, define: Callable[[Mapping[str, Any]], Defined]) -> Defined:
    """What ``define`` makes of a file.

    Raises
    ------
    InputError
        If the file cannot be read, is not TOML, or ``define`` refuses what it holds.
    """
    try:
        return define(tomllib.loads(Path(path).read_text(encoding="utf-8")))
    except OSError as error:
        raise checks.InputError(f"cannot read {path}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise checks.InputError(f"{path} is not TOML: {error}") from error
    except checks.InputError as error:
        raise checks.InputError(f"{path}: {error}") from error


def varying(
    tables: Mapping[str, Any], values: Callable[[str, object], tuple[Value, ...]]
) -> dict[str, Any]:
    """The fields ``axes`` and ``zipped`` of a study, from its grid or its points.

    Raises
    ------
    InputError
        If there is neither or both, or ``values`` refuses an entry.
    """
    if ("grid" in tables) == ("points" in tables):
        raise checks.InputError("the study has no points: give one of [grid] and [points]")
    zipped = "points" in tables
    rows = table(tables, "points" if zipped else "grid")
    return {"axes": {name: values(name, raw) for name, raw in rows.items()}, "zipped": zipped}


def table(tables: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The table of this name; an empty one where there is none.

    Raises
    ------
    InputError
        If it is no table.
    """
    found = tables.get(key, {})
    if not isinstance(found, Mapping):
        raise checks.InputError(f"{key} must be a table, got {found!r}")
    return found


def names(tables: Mapping[str, Any], key: str, default: list[str]) -> tuple[str, ...]:
    """The names that a key lists.

    Raises
    ------
    InputError
        If it is no list of names.
    """
    found = tables.get(key, default)
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        raise checks.InputError(f"{key} must be a list of names, got {found!r}")
    return tuple(found)


def values(
    name: str,
    raw: object,
    *,
    value: Callable[[str, object], Value],
    lowest: float = 0.0,
    whole: bool = False,
) -> tuple[Value, ...]:
    """The values of an axis, from a list or a range ``{start, stop, num, spacing}``.

    Parameters
    ----------
    value
        Checks one value of the parameter ``name``.
    lowest
        Of a linear range.
    whole
        Whether a range is rounded to whole numbers, each once.

    Raises
    ------
    InputError
        If it is neither, or a value is out of its bounds.
    """
    if isinstance(raw, Mapping):
        raw = _range(name, raw, lowest=lowest, whole=whole)
    if not isinstance(raw, list):
        raise checks.InputError(f"{name} must be a list or a range, got {raw!r}")
    return tuple(value(name, entry) for entry in raw)


def whole(name: str, raw: object) -> int:
    """A whole number, which may be written as ``1e3``.

    Raises
    ------
    InputError
        If it is none, or beyond ``LARGEST``.
    """
    number = checks.real(name, raw)
    if not number.is_integer():
        raise checks.InputError(f"{name} must be an integer, got {raw!r}")
    return checks.integer(name, int(number), low=-LARGEST, high=LARGEST)


def _range(name: str, given: Mapping[str, Any], *, lowest: float, whole: bool) -> list[Any]:
    for key in given:
        checks.choice(f"key of {name}", key, RANGE)
    for key in RANGE[:3]:
        if key not in given:
            raise checks.InputError(f"{name} needs {key} for a range")
    num = checks.integer(f"num of {name}", given["num"], low=0, high=MOST_POINTS)
    spacing = checks.choice(f"spacing of {name}", given.get("spacing", "linear"), ("linear", "log"))
    log = spacing == "log"
    least = 0.0 if log else lowest
    low, high = (checks.real(f"{k} of {name}", given[k], low=least, strict=log) for k in RANGE[:2])
    found = np.geomspace(low, high, num) if log else np.linspace(low, high, num)
    return np.unique(np.rint(found).astype(int)).tolist() if whole else found.tolist()
