"""Pages from the registries: observables, levels, symbols, settings."""

from __future__ import annotations

import inspect
from dataclasses import MISSING, fields

from empirical import settings as measured
from figures.reports.glossary import WORDS
from simulate.settings import Sampling
from theory.levels import LEVELS
from theory.observables import OBSERVABLES

SETTINGS = (*(getattr(measured, name) for name in sorted(measured.__all__)), Sampling)


def pages() -> dict[str, str]:
    """Their names and texts, in Markdown and, where docstrings are shown, reStructuredText."""
    return {
        "observables.md": _observables(),
        "glossary.md": _glossary(),
        "settings.rst": _settings(),
    }


def _observables() -> str:
    rows = [
        (f"`{o.name}`", o.symbol, ", ".join(o.dims), o.unit, o.meaning)
        for o in OBSERVABLES.values()
    ]
    return (
        "# Observables\n\nWhat the arrays of a record are: the same name means the same in theory, "
        "samples and networks. *Axes* are an array's own; a record may put others (`source`, "
        "`replicate`, `epoch`) before them.\n\n"
        + _table(("name", "symbol", "axes", "unit", "meaning"), rows)
    )


def _glossary() -> str:
    levels = [(f"`{o.name}`", o.meaning, o.assumes, o.adds) for o in LEVELS.values()]
    return (
        "# Levels and symbols\n\n## Levels\n\nEach level drops what the one above it assumes.\n\n"
        + _table(("level", "means", "assumes", "adds to the one above"), levels)
        + "\n\n## Words and symbols\n\n"
        + _table(("", "meaning"), [(f"**{word}**", meaning) for word, meaning in WORDS.items()])
    )


def _settings() -> str:
    parts = [
        "Settings\n========",
        "What a run is asked for: frozen values that are checked once, the same from the command "
        "line and from Python.",
    ]
    for each in SETTINGS:
        parts.append(f"{each.__name__}\n{'-' * len(each.__name__)}")
        parts.append(str(inspect.getdoc(each)).partition("\n")[0])
        rows = [f"   * - ``{field.name}``\n     - ``{_default(field)}``" for field in fields(each)]
        header = "   * - field\n     - default"
        table = ".. list-table::\n   :header-rows: 1\n   :widths: 40 60\n\n"
        parts.append(table + "\n".join([header, *rows]))
        parts.append(f"Every field: :py:class:`{each.__module__}.{each.__name__}`.")
    return "\n\n".join(parts) + "\n"


def _default(field: object) -> str:
    default, factory = field.default, field.default_factory  # type: ignore[attr-defined]
    if default is not MISSING:
        return repr(default)
    return "required" if factory is MISSING else repr(factory())


def _table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join(f"| {' | '.join(_cell(each) for each in line)} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
