"""What a study may set and ask for, in words for the terminal."""

from __future__ import annotations

from collections.abc import Mapping

from figures.network_studies.kinds import KINDS
from simulate.studies.definition import Variable


def text() -> str:
    """Parameters and observables of each kind of study, a line for each."""
    parts: dict[str, Mapping[str, Variable]] = {}
    for kind in KINDS:
        parts[f"{kind.KIND}: parameters"] = kind.PARAMETERS
        for name, source in kind.SOURCES.items():
            known = {each: kind.OBSERVABLES[each] for each in source.observables}
            parts[f"{kind.KIND}: observables of source {name}"] = known
    return "\n\n".join(f"{title}\n{_lines(rows)}" for title, rows in parts.items())


def _lines(rows: Mapping[str, Variable]) -> str:
    width = max(map(len, rows))
    return "\n".join(f"  {name:<{width}}  {_told(what)}" for name, what in rows.items())


def _told(what: Variable) -> str:
    symbol = "" if what.symbol == what.meaning else f", {what.symbol}"
    return f"{what.meaning}{symbol}{'' if what.unit == '1' else f' ({what.unit})'}"
