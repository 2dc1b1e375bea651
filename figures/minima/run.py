"""The two studies of wide flat minima, whole: a record that runs go on from, and its picture."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from figures.options import output
from figures.options.installed import require_torch

if TYPE_CHECKING:
    import xarray as xr
    from tqdm import tqdm

    from empirical.settings import Flatness
    from simulate.perceptron.settings import Searches
    from theory.records.runs import Kept

SEARCHES, NETWORKS = "searches.nc", "networks.nc"
SUCCESS, FLATNESS = "success", "flatness"


def search(
    settings: Searches,
    *,
    out: str | Path,
    overwrite: bool = False,
    mixed_versions: bool = False,
    progress: bool = True,
) -> xr.Dataset:
    """What ``searches.compared`` says of searches, saved in ``out`` with a picture.

    Parameters
    ----------
    out
        Folder of the searches, which are gone on with, and of the picture.
    overwrite
        Replace a run of other settings that ``out`` holds.
    mixed_versions
        Go on with searches that other code began.
    progress
        Show a bar where stderr is a terminal.

    Raises
    ------
    InputError
        If ``out`` cannot be written or holds another run.
    """
    from figures.minima import searches_picture
    from figures.minima.searches import compared
    from simulate.perceptron.success import success

    options = {"overwrite": overwrite, "mixed_versions": mixed_versions}
    path = Path(out) / SEARCHES
    with (
        _kept(settings, path, "minima search", made_by="simulate", **options) as kept,
        _bar(settings.work, "searches", shown=progress) as bar,
    ):
        made = success(settings, begun=kept.begun, kept=kept.save, progress=bar.update)
        data = compared(made, settings).assign_attrs(provenance=json.dumps(kept.made_by))
        output.draw_panels(searches_picture, data, path.with_name(SUCCESS), made_by=kept.made_by)
    output.said(path)
    return data


def networks(
    settings: Flatness,
    *,
    out: str | Path,
    overwrite: bool = False,
    mixed_versions: bool = False,
    progress: bool = True,
) -> xr.Dataset:
    """Trained networks, their flatness and its rank correlations, saved in ``out``.

    Parameters
    ----------
    out
        Folder of the networks' record, which is gone on with, of the picture and the report.
    overwrite
        Replace a run of other settings that ``out`` holds.
    mixed_versions
        Go on with trainings that other code began.
    progress
        Show a bar where stderr is a terminal.

    Raises
    ------
    InputError
        If torch or the data are missing, or ``out`` cannot be written or holds another run.
    """
    require_torch()
    from empirical.minima import flatness as study
    from figures.minima import flatness_picture

    data, _ = study.split(settings)
    widths = [data.inputs.shape[1], *settings.hidden, data.classes]
    D = sum((a + 1) * b for a, b in pairwise(widths))
    options = {"overwrite": overwrite, "mixed_versions": mixed_versions}
    path = Path(out) / NETWORKS
    with (
        _kept(settings, path, "minima networks", made_by="empirical", **options) as kept,
        _bar(len(settings.trainings), "networks", shown=progress) as bar,
    ):
        made = study.flatness(settings, begun=kept.begun, kept=kept.save, progress=bar.update)
        shown = _ranked(made, settings, D=D).assign_attrs(provenance=json.dumps(kept.made_by))
        output.draw_panels(flatness_picture, shown, path.with_name(FLATNESS), made_by=kept.made_by)
        _write_report(shown, Path(out), made_by=kept.made_by)
    output.said(path)
    return shown


@contextmanager
def _kept(
    settings: Searches | Flatness, path: Path, command: str, *, made_by: str, **options: bool
) -> Iterator[Kept]:
    from theory.records.runs import Run

    run = Run.of(
        settings, command=command, seed=settings.seed, packages=("theory", made_by), **options
    )
    with run.kept(path) as kept:
        yield kept


def _bar(total: int, told: str, *, shown: bool) -> tqdm[Any]:
    from tqdm import tqdm

    return tqdm(total=total, desc=told, disable=None if shown else True)


def _ranked(made: xr.Dataset, settings: Flatness, *, D: int) -> xr.Dataset:
    """The record with what theory says of it, its correlations, and what is told of them."""
    import xarray as xr

    from figures.minima import flatness
    from figures.minima import flatness_report as report

    made = flatness.with_predicted_energy(made, noise=settings.noise, D=D)
    ranks = flatness.correlations(made, seed=settings.seed)
    paired = flatness.differences(made, seed=settings.seed)
    return xr.merge([made, ranks, paired], combine_attrs="override").assign_attrs(
        numbers=json.dumps(report.numbers(made, ranks, paired)),
        told=report.told(made, ranks, paired),
    )


def _write_report(data: xr.Dataset, folder: Path, *, made_by: Any) -> None:
    from figures.reports import provenance
    from theory.records.record import save_text

    text = (
        f"# Flatness of networks\n\n{data.told}\n\n![flatness]({FLATNESS}.png)\n\n"
        f"## Provenance\n\n{provenance.told(made_by)}\n"
    )
    output.said(save_text(text, folder / "report.md"))
