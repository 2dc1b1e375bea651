"""The study of boundaries, whole: a record that runs go on from, pictures and a report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from figures.options import output
from figures.options.installed import require_torch
from figures.options.kept_run import kept_run, save_report

if TYPE_CHECKING:
    import xarray as xr

    from empirical.settings import Boundary

RECORD = "networks.nc"
PICTURE, MAPS = "boundary", "alignment"
MAKE_THE_NUMBERS = (
    "theory",
    "empirical",
    "figures.boundary.predicted",
    "figures.boundary.study",
    "figures.judge.levels",
)


def run(
    settings: Boundary,
    *,
    out: str | Path,
    overwrite: bool = False,
    mixed_versions: bool = False,
    progress: bool = True,
) -> xr.Dataset:
    """Networks in the plane, their boundaries, spectra and rank correlations, saved in ``out``.

    Parameters
    ----------
    out
        Folder of the networks' record, which is gone on with, of the pictures and the report.
    overwrite
        Replace a run of other settings that ``out`` holds.
    mixed_versions
        Go on with networks that other code began.
    progress
        Show a bar where stderr is a terminal.

    Raises
    ------
    InputError
        If torch is missing, training diverges, or ``out`` cannot be written or holds another run.
    """
    require_torch()
    import xarray as xr

    from figures.boundary import claims, report, study

    path = Path(out) / RECORD
    frame = kept_run(
        settings,
        path,
        command="boundary",
        packages=MAKE_THE_NUMBERS,
        work=len(settings.networks),
        told="networks",
        progress=progress,
        overwrite=overwrite,
        mixed_versions=mixed_versions,
    )
    with frame as (_, kept, bar):
        made = study.boundaries(settings, begun=kept.begun, kept=kept.save, progress=bar.update)
        ranks = claims.correlations(made, seed=settings.seed)
        shown = xr.merge([made, ranks], combine_attrs="override").assign_attrs(
            numbers=json.dumps(report.numbers(made, ranks)),
            told=report.told(made, ranks),
            provenance=json.dumps(kept.made_by),
        )
        _draw(shown, Path(out), made_by=kept.made_by)
    output.said(path)
    return shown


def _draw(data: xr.Dataset, folder: Path, *, made_by: Any) -> None:
    from figures.boundary import picture
    from figures.pictures import style

    output.draw_panels(picture, data, folder / PICTURE, made_by=made_by)
    with style.panels(data.sizes["set"] * data.sizes["vector"], columns=picture.COLUMNS) as (
        figure,
        axes,
    ):
        picture.draw_maps(data, figure, axes)
        style.save(figure, data, folder / MAPS, made_by=made_by)
    output.said(style.named(folder / MAPS, ".png"))
    save_report(
        folder,
        title="Boundaries and outliers",
        told=data.told,
        pictures={PICTURE: "outliers, pieces and margins", MAPS: "alignment over the plane"},
        made_by=made_by,
    )
