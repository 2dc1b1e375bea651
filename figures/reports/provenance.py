"""Where the numbers of a report come from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def told(made_by: Mapping[str, Any]) -> str:
    """Version, commit and date where they are known, then all that is recorded.

    Examples
    --------
    >>> print(told({"package": "fort-ganguli", "version": "1.0"}).partition("`")[0].strip())
    Made by fort-ganguli 1.0.
    """
    line = f"Made by {made_by['package']} {made_by['version']}"
    if made_by.get("commit"):
        line += f", commit {made_by['commit']}" + (", modified" if made_by.get("modified") else "")
    if made_by.get("date"):
        line += f", on {made_by['date']}"
    return f"{line}.\n\n```json\n{json.dumps(made_by, indent=1, ensure_ascii=False)}\n```"
