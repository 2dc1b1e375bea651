"""What a study may set and ask for, in words for the terminal."""

from __future__ import annotations

from collections.abc import Mapping

from figures.network_studies.registry import OBSERVABLES as OF_NETWORKS
from figures.network_studies.settings import SETTINGS, described
from simulate.studies.definition import Variable
from simulate.studies.observed import SOURCES
from simulate.studies.settings import SETTINGS as OF_THE_MODEL
from theory.observables import OBSERVABLES


def text() -> str:
    """Parameters and observables of each kind of study, a line for each."""
    model = {name: Variable(s.symbol, s.unit, s.meaning) for name, s in OF_THE_MODEL.items()}
    sources = {
        source: {
            name: Variable(o.symbol, o.unit, o.meaning)
            for name, o in OBSERVABLES.items()
            if name in known
        }
        for source, known in SOURCES.items()
    }
    measured = {name: Variable(o.symbol, o.unit, o.meaning) for name, o in OF_NETWORKS.items()}
    parts = {
        "parameters of the model, [parameters]": model,
        **{f"its observables, source {source}": known for source, known in sources.items()},
        "settings of networks, [network], [data], [training], [measurement]": {
            name: described(name) for name in SETTINGS
        },
        "their observables": measured,
    }
    return "\n\n".join(f"{title}\n{_lines(rows)}" for title, rows in parts.items())


def _lines(rows: Mapping[str, Variable]) -> str:
    width = max(map(len, rows))
    return "\n".join(f"  {name:<{width}}  {_told(what)}" for name, what in rows.items())


def _told(what: Variable) -> str:
    symbol = "" if what.symbol == what.meaning else f", {what.symbol}"
    return f"{what.meaning}{symbol}{'' if what.unit == '1' else f' ({what.unit})'}"
