"""The kinds of studies, told apart by the tables of their files and by what their stores say."""

from __future__ import annotations

from collections.abc import Mapping
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

KINDS: tuple[type[Definition], ...] = (
    model.Study,
    NetworkStudy,
    perceptrons.SearchStudy,
    wedges.CutStudy,
)
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
    """The study that a TOML document defines, of the model if no table says otherwise.

    Raises
    ------
    InputError
        If it does not define one.
    """
    for key in given:
        checks.choice("key", key, tuple(dict.fromkeys(KEYS)))
    if {*given} & {*settings.TABLES}:
        return networks.network_study(given)
    if "search" in given:
        return perceptrons.search_study(given)
    if "cuts" in given:
        return wedges.cut_study(given)
    return model.study(given)


def read(path: Path) -> Store:
    """The store of a study of any kind, to be read.

    Raises
    ------
    InputError
        If it is none.
    """
    return opening.read(path, kinds=KINDS)
