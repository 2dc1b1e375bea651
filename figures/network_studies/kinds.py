"""The kinds of studies, told apart by the tables of their files and by what their stores say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from figures.network_studies import settings
from figures.network_studies import study as networks
from figures.network_studies.study import NetworkStudy
from simulate.studies import opening, tables
from simulate.studies import study as model
from simulate.studies.definition import Definition
from simulate.studies.store import Store
from theory import checks

KINDS: tuple[type[Definition], ...] = (model.Study, NetworkStudy)


def load(path: str | Path) -> Definition:
    """Read a study: of networks if it has one of their tables, else of the model.

    Raises
    ------
    InputError
        If the file cannot be read, is not TOML, or does not define a study.
    """
    return tables.load(path, defined)


def defined(given: Mapping[str, Any]) -> Definition:
    """The study that a TOML document defines.

    Raises
    ------
    InputError
        If it does not define one.
    """
    for key in given:
        checks.choice("key", key, tuple(dict.fromkeys((*model.KEYS, *networks.KEYS))))
    if {*given} & {*settings.TABLES}:
        return networks.network_study(given)
    return model.study(given)


def read(path: Path) -> Store:
    """The store of a study of any kind, to be read.

    Raises
    ------
    InputError
        If it is none.
    """
    return opening.read(path, kinds=KINDS)
