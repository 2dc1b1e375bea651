"""The study of a language model, whole: a record that runs go on from, and its picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from figures.options import output
from figures.options.installed import require_torch
from figures.options.kept_run import kept_run

if TYPE_CHECKING:
    import xarray as xr

    from empirical.settings import Language

RECORD = "measured.nc"
PICTURE = "language"
TRAINING = "resume.pt"


def run(
    settings: Language,
    *,
    out: str | Path,
    memory: int | None = None,
    overwrite: bool = False,
    mixed_versions: bool = False,
    progress: bool = True,
) -> xr.Dataset:
    """``empirical.language.study`` with its record and picture in ``out``.

    Parameters
    ----------
    out
        Folder of the record and the training, which are gone on with, and of the picture.
    memory
        Most bytes to use; by default what is free.
    overwrite
        Replace a run of other settings that ``out`` holds.
    mixed_versions
        Go on with points that other code measured.
    progress
        Show a bar where stderr is a terminal.

    Raises
    ------
    InputError
        If torch or the text are missing, the memory would not suffice, or ``out`` cannot be written
        or holds another run.
    """
    require_torch()
    from empirical.language.study import study
    from empirical.language.training import GoingOn
    from empirical.settings import DataSource
    from figures.language import picture

    path = Path(out) / RECORD
    frame = kept_run(
        settings,
        path,
        command="language",
        packages=("theory", "empirical"),
        files={"data": DataSource(name=settings.data).identity()},
        work=settings.steps[-1],
        told="training",
        progress=progress,
        overwrite=overwrite,
        mixed_versions=mixed_versions,
    )
    with frame as (this, kept, bar):
        data = study(
            settings,
            begun=kept.begun,
            kept=kept.save,
            training=lambda first: GoingOn(
                path.with_name(TRAINING), this, kept.made_by, before=first
            ),
            memory=memory,
            progress=bar.update,
        )
        data = data.assign_attrs(provenance=json.dumps(kept.made_by))
        output.draw_panels(picture, data, path.with_name(PICTURE), made_by=kept.made_by)
    output.said(path)
    return data
