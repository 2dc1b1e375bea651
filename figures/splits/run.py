"""The study of the levels, whole: its networks, a picture and a report in a folder."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from figures.judge.thresholds import Thresholds
from figures.options import output
from figures.options.installed import require_torch

if TYPE_CHECKING:
    import xarray as xr

    import figures.splits.settings


def run(
    settings: figures.splits.settings.Levels,
    *,
    out: str | Path,
    thresholds: Thresholds | None = None,
    overwrite: bool = False,
) -> xr.Dataset:
    """Every level on several splits of several networks; report, picture and numbers in ``out``.

    The same call goes on where it was stopped, by whole points and splits.

    Parameters
    ----------
    settings
        Networks, splits and seed.
    out
        Folder of the results, and of ``networks``.
    thresholds
        Errors with which a prediction holds; they change the report alone.
    overwrite
        Replace the study of other settings that ``out`` holds.

    Returns
    -------
    xr.Dataset
        As of ``figures.splits.study.study``.

    Raises
    ------
    InputError
        If torch is missing, or ``out`` cannot be written or holds another study.
    """
    from figures.splits import report
    from figures.splits.study import study
    from theory import record as records

    limits = Thresholds() if thresholds is None else thresholds
    with _study(settings, out, overwrite=overwrite) as (folder, made_by):
        found = study(settings, folder=folder / "networks", progress=_say)
        found = found.assign_attrs(provenance=json.dumps(made_by))
        _draw(found, folder / "levels")
        told = report.text(found, thresholds=limits, made_by=made_by)
        output.said(records.save_text(told, folder / "report.md"))
    return found


def run_surrogates(
    settings: figures.splits.settings.Levels, *, out: str | Path, overwrite: bool = False
) -> xr.Dataset:
    """What of each network, put into the model, mends its prediction; report and numbers in out.

    Parameters
    ----------
    settings, out, overwrite
        As for ``run``.

    Returns
    -------
    xr.Dataset
        As of ``figures.splits.surrogates.study``.

    Raises
    ------
    InputError
        If torch is missing, or ``out`` cannot be written or holds another study.
    """
    from figures.splits import surrogates_report as report
    from figures.splits.surrogates import study
    from theory import record as records

    with _study(settings, out, overwrite=overwrite, surrogates=True) as (folder, made_by):
        found = study(settings, folder=folder / "networks", progress=_say)
        records.save(found, folder / "surrogates.nc", made_by=made_by)
        told = report.text(found, made_by=made_by)
        output.said(records.save_text(told, folder / "report.md"))
    return found.assign_attrs(provenance=json.dumps(made_by))


@contextmanager
def _study(
    settings: figures.splits.settings.Levels, out: str | Path, *, overwrite: bool, **more: bool
) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The folder that a study claims and what makes it; what other settings left goes at the end.

    Raises
    ------
    InputError
        If torch is missing, or the folder cannot be written or holds another study.
    """
    require_torch()
    from theory import files
    from theory import record as records
    from theory.records.runs import Run

    folder = Path(out)
    with files.claimed(folder):
        parameters = settings.as_dict() | more
        made_by = records.provenance(
            command="fort-ganguli levels", parameters=parameters, seed=settings.seed
        )
        this = Run(made_by=made_by, overwrite=overwrite)
        this.require_replaceable(folder)
        yield folder, made_by
        this.remove_others(folder)


def _say(done: str) -> None:
    print(done, file=sys.stderr, flush=True)


def _draw(found: xr.Dataset, stem: Path) -> None:
    """The outliers' error over training, one panel a network."""
    from figures.pictures import style
    from figures.splits import picture

    shown = picture.compute(found)
    with style.panels(found.sizes["network"]) as (figure, axes):
        picture.draw(shown, axes)
        style.shared_legend(figure, axes)
        style.save(figure, found, stem, made_by=json.loads(found.provenance))
