"""Settings of a run: their fields are its provenance and what a resumed run compares."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Base of all settings; a field with ``compare=False`` changes no number.

    Two settings are equal when they give the same numbers.
    """

    def as_dict(self) -> dict[str, Any]:
        """The fields that numbers depend on, as JSON takes them; without what does not apply."""
        values = {each.name: getattr(self, each.name) for each in fields(self) if each.compare}
        return {name: _plain(value) for name, value in values.items() if value is not None}

    def _set(self, **values: object) -> None:
        """Give fields their checked values, before anyone has seen the object."""
        for name, value in values.items():
            object.__setattr__(self, name, value)


def _plain(value: Any) -> Any:
    if isinstance(value, Settings):
        return value.as_dict()
    return list(value) if isinstance(value, tuple) else value
