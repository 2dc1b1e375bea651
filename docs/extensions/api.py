"""A page for each package and room: its public names, and the modules that define them."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from types import ModuleType

PACKAGES = ("theory", "simulate", "empirical", "figures")
LEFT_OUT = {"figures.commands", "figures.options"}  # told by the reference of the command line


def pages() -> dict[str, str]:
    """Their names and texts, in reStructuredText as the docstrings are."""
    found = {}
    for package in PACKAGES:
        for room in _rooms(importlib.import_module(package)):
            found[f"{room.__name__}.rst"] = _page(room)
    return found


def _rooms(room: ModuleType) -> Iterator[ModuleType]:
    yield room
    for child in _children(room):
        yield from _rooms(child)


def _children(room: ModuleType) -> list[ModuleType]:
    """The rooms inside a room."""
    public = (getattr(room, name) for name in room.__all__)
    return [
        each
        for each in public
        if isinstance(each, ModuleType)
        and hasattr(each, "__path__")
        and each.__name__.startswith(f"{room.__name__}.")
        and each.__name__ not in LEFT_OUT
    ]


def _page(room: ModuleType) -> str:
    name = room.__name__
    parts = [f"{name}\n{'=' * len(name)}", f".. py:module:: {name}", str(room.__doc__)]
    children = _children(room)
    if children:
        listed = "\n".join(f"   {each.__name__}" for each in children)
        parts.append(f".. toctree::\n   :maxdepth: 1\n\n{listed}")
    parts.append(_table(room, children))
    parts += [_module(each, names) for each, names in _defining(room).items()]
    return "\n\n".join(parts) + "\n"


def _table(room: ModuleType, children: list[ModuleType]) -> str:
    rows = []
    for name in sorted(room.__all__, key=str.lower):
        value = getattr(room, name)
        if value in children or getattr(value, "__name__", "") in LEFT_OUT:
            continue
        target = value.__name__ if isinstance(value, ModuleType) else f"{_home(value, room)}.{name}"
        documented = callable(value) or isinstance(value, ModuleType)
        first = (value.__doc__ or "").strip().partition("\n")[0] if documented else ""
        rows.append(f"   * - :py:obj:`{name} <{target}>`\n     - {first}")
    if not rows:
        return ""
    return ".. list-table:: Public names\n   :widths: 30 70\n\n" + "\n".join(rows)


def _home(value: object, room: ModuleType) -> str:
    return getattr(value, "__module__", None) or room.__name__


def _defining(room: ModuleType) -> dict[ModuleType, list[str]]:
    """The modules of this room that define public names, with what of each is shown."""
    found: dict[ModuleType, list[str]] = {}
    for name in room.__all__:
        value = getattr(room, name)
        module = value if isinstance(value, ModuleType) else _module_of(value)
        if module is None or module.__name__.rpartition(".")[0] != room.__name__:
            continue
        if hasattr(module, "__path__"):
            continue
        found.setdefault(module, [])
        if value is not module:
            found[module].append(name)
    listed = {
        getattr(room, name) for name in room.__all__ if isinstance(getattr(room, name), ModuleType)
    }
    return {
        module: _public(module) if module in listed else names
        for module, names in sorted(found.items(), key=lambda each: each[0].__name__)
    }


def _module_of(value: object) -> ModuleType | None:
    name = getattr(value, "__module__", None)
    return importlib.import_module(name) if name else None


def _public(module: ModuleType) -> list[str]:
    """Functions and classes that a module defines, without those for its own use."""
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and getattr(value, "__module__", None) == module.__name__
        and callable(value)
        and value.__doc__
    ]


def _module(module: ModuleType, names: list[str]) -> str:
    title = module.__name__.rpartition(".")[2]
    parts = [f"{title}\n{'-' * len(title)}", f".. automodule:: {module.__name__}"]
    for name in names:
        kind = "autoclass" if isinstance(getattr(module, name), type) else "autofunction"
        members = "\n   :members:" if kind == "autoclass" else ""
        parts.append(f".. {kind}:: {module.__name__}.{name}{members}")
    return "\n\n".join(parts)
