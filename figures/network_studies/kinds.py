"""The kinds of studies, told apart by the tables of their files and by what their stores say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from figures.network_studies import settings
from figures.network_studies import study as networks
from figures.network_studies.study import NetworkStudy
from simulate.perceptron import study as perceptrons
from simulate.studies import opening, tables
from simulate.studies import study as model
from simulate.studies.definition import Definition
from simulate.studies.store import Store
from simulate.wedges import study as wedges
from theory import checks

DEFINED: tuple[tuple[tuple[str, ...], type[Definition], Callable[..., Definition]], ...] = (
    (("parameters",), model.Study, model.study),
    (settings.TABLES, NetworkStudy, networks.network_study),
    (("search",), perceptrons.SearchStudy, perceptrons.search_study),
    (("cuts",), wedges.CutStudy, wedges.cut_study),
)
"""Kinds of studies: the tables that only they have, and what makes one of a document."""
KINDS = tuple(kind for _, kind, _ in DEFINED)
KEYS = (*model.KEYS, *networks.KEYS, *perceptrons.KEYS, *wedges.KEYS)


def load(path: str | Path) -> Definition:
    """Read a study; which kind it is, its tables say.

    Raises
    ------
    InputError
        If the file cannot be read, is not TOML, or does not define a study.
    """
    return tables.load(path, defined)


def defined(given: Mapping[str, Any]) -> Definition:
    """The study that a TOML document defines; without a table of its own, as its axes say.

    Raises
    ------
    InputError
        If it does not define one.
    """
    for key in given:
        checks.choice("key", key, tuple(dict.fromkeys(KEYS)))
    axes = {*tables.table(given, "grid"), *tables.table(given, "points")}
    for own, _, define in reversed(DEFINED):
        if {*given} & {*own}:
            return define(given)
    for _, kind, define in DEFINED:
        if axes <= {*kind.PARAMETERS}:
            return define(given)
    return model.study(given)


def read(path: Path) -> Store:
    """The store of a study of any kind, to be read.

    Raises
    ------
    InputError
        If it is none.
    """
    return opening.read(path, kinds=KINDS)
