"""What the page asks: a query of text that becomes one set of parameters."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any

from figures.options.shared import count
from simulate.studies.settings import WHOLE
from theory import InputError
from theory.averaged.laws.logit_law import ENTRIES
from theory.params import Params

PREVIEW = 2**12  # logits averaged over while a slider moves


@dataclass(frozen=True)
class Question:
    """A set of parameters, the seed whose outputs are given if any, and how fine the answer is.

    ``entries`` are the logits averaged over: as many as everywhere, or fewer for a preview.
    """

    params: Params
    seed: int | None = None
    entries: int = ENTRIES


def read(query: Mapping[str, str]) -> Question:
    """The question that a query asks; what is no parameter of the model is left to others.

    Raises
    ------
    InputError
        If a value is missing, no number, or out of its bounds.

    Examples
    --------
    >>> asked = read(dict(N="1e3", C="10", D="1000", sigma_z="1", sigma_c="1", sigma_E="0.7"))
    >>> asked.params.N, asked.seed
    (1000, None)
    """
    values: dict[str, Any] = {}
    for field in fields(Params):
        text = query.get(field.name)
        if text is None and field.default is MISSING:
            raise InputError(f"{field.name} must be given")
        if text is not None:
            whole = field.name in WHOLE
            values[field.name] = (
                text if field.name == "labels" else _number(field.name, text, whole)
            )
    return Question(
        Params(**values),
        seed=whole_number(query, "seed"),
        entries=PREVIEW if query.get("preview") else ENTRIES,
    )


def whole_number(query: Mapping[str, str], name: str, default: int | None = None) -> int | None:
    """A whole number of the query, as ``1e9`` too; ``default`` where it is not there or empty.

    Raises
    ------
    InputError
        If it is none.
    """
    return _number(name, query[name], True) if query.get(name) else default


def numbers(query: Mapping[str, str], name: str) -> list[float]:
    """Numbers of the query, separated by commas.

    Raises
    ------
    InputError
        If there are none, or one is no number.
    """
    if not query.get(name):
        raise InputError(f"{name} must be given")
    return [_number(name, text, False) for text in query[name].split(",")]


def _number(name: str, text: str, whole: bool) -> Any:
    try:
        return count(text) if whole else float(text)
    except argparse.ArgumentTypeError as error:
        raise InputError(f"{name} {error}") from None
    except (ValueError, OverflowError):
        kind = "an integer" if whole else "a number"
        raise InputError(f"{name} must be {kind}, got {text!r}") from None
