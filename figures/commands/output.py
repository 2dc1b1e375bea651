"""What the commands print and save."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import xarray as xr

    from theory.runs import Run


def save(record: xr.Dataset, path: Path | None, *, run: Run) -> xr.Dataset:
    """The record with its provenance, saved at ``path`` if there is one."""
    from theory import record as records

    if path is not None:
        records.save(record, path, made_by=run.made_by)
        said(path)
    return record.assign_attrs(provenance=json.dumps(run.made_by))


def said(path: Path) -> None:
    """Say on stderr what was saved."""
    print(f"saved {path}", file=sys.stderr)


def said_by(record: xr.Dataset) -> None:
    """Print what made a record, below what was said of it."""
    from figures.reports import provenance

    print(f"\n{provenance.line(json.loads(record.provenance))}")


def show(numbers: Mapping[str, Any], *, as_json: bool) -> None:
    """Print the numbers, as JSON or for a reader."""
    from figures.reports import terminal

    print(json.dumps(numbers) if as_json else terminal.text(dict(numbers)))
