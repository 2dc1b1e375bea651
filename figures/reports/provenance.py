"""Where the numbers of a report come from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def line(made_by: Mapping[str, Any]) -> str:
    """Version, commit and date where they are known, in one line.

    Examples
    --------
    >>> line({"package": "fort-ganguli", "version": "1.0", "date": "2026-01-01T00:00:00+00:00"})
    'Made by fort-ganguli 1.0, on 2026-01-01T00:00:00+00:00.'
    """
    text = f"Made by {made_by['package']} {made_by['version']}"
    if made_by.get("commit"):
        text += f", commit {made_by['commit']}" + (", modified" if made_by.get("modified") else "")
    if made_by.get("date"):
        text += f", on {made_by['date']}"
    return f"{text}."


def told(made_by: Mapping[str, Any]) -> str:
    """The line, then all that is recorded."""
    everything = json.dumps(made_by, indent=1, ensure_ascii=False)
    return f"{line(made_by)}\n\n```json\n{everything}\n```"
