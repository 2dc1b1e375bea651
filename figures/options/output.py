"""What the commands print and save."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from theory import InputError

if TYPE_CHECKING:
    import xarray as xr

    from theory.records.runs import Run


def save(record: xr.Dataset, path: Path | None, *, run: Run) -> xr.Dataset:
    """The record with its provenance, saved at ``path`` if there is one."""
    from theory import record as records

    if path is not None:
        records.save(record, path, made_by=run.made_by)
        said(path)
    return record.assign_attrs(provenance=json.dumps(run.made_by))


@contextmanager
def place(
    run: Run, *, record: Path | None, picture: Path | None = None, option: str = "--out"
) -> Iterator[None]:
    """Refuse what the run may not replace or cannot write, before it is made.

    Parameters
    ----------
    record
        Where its record will lie.
    picture
        The stem of its picture, whose data lie beside it.
    option
        What names that picture on the command line.

    Raises
    ------
    InputError
        If another run's is there, pictures that are no run's, or nothing can be written.
    """
    from theory import files

    saved = []
    if record is not None:
        run.held(record)
        saved.append(record)
    if picture is not None:
        saved.append(_data_of_own(picture, run=replace(run, option=option)))
    with ExitStack() as stack:
        for path in saved:
            stack.enter_context(files.writable(path))
        yield


def _data_of_own(picture: Path, *, run: Run) -> Path:
    from figures.pictures import style

    data = style.named(picture, ".nc")
    for path in (style.named(picture, suffix) for suffix in style.PICTURES):
        if path.exists() and not data.exists() and not run.overwrite:
            raise InputError(f"{path} is there and no picture of this program: {run.how_to_go_on}")
    run.held(data)
    return data


def draw_panels(pictures: Any, data: xr.Dataset, stem: Path, *, made_by: Mapping[str, Any]) -> None:
    """Each of ``pictures.PANELS`` in a picture at ``stem``, with a shared legend."""
    from figures.pictures import style

    with style.panels(len(pictures.PANELS)) as (figure, axes):
        for name, ax in zip(pictures.PANELS, axes, strict=True):
            pictures.draw(data, ax, name=name)
        style.shared_legend(figure, axes)
        style.save(figure, data, stem, made_by=made_by)
    said(style.named(stem, ".png"))


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
