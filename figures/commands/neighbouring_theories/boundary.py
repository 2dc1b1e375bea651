"""The command ``boundary``; heavy imports wait until they are needed."""

from __future__ import annotations

import json
from argparse import Namespace
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from empirical.settings import Boundary
from empirical.settings.boundary import INITIALISATIONS, RECIPE, SETS
from figures.options import output, shared
from figures.options.installed import require_torch

if TYPE_CHECKING:
    import xarray as xr

RECORD = "networks.nc"
PICTURE, MAPS = "boundary", "alignment"


def add(subparsers: Any) -> None:
    """Add the command to those of the parser."""
    command = shared.command(
        subparsers,
        "boundary",
        "the Hessian's outliers against the decision boundary of networks in the plane",
        f"""examples:
  fort-ganguli boundary --out results/boundary
  fort-ganguli boundary --hidden 32 32 --sets moons islands --replicates 3
  fort-ganguli boundary --fast --json

Pieces, length and margin of the true boundary on a grid; beside them outliers, the margin that
the first eigenvector tells, and the generalisation measure (up to 2000 weights). The same command
goes on where it was stopped. Writes {RECORD}, all networks, report.md, and {PICTURE} and {MAPS} as
PNG, PDF and SVG with their data as NetCDF.""",
        boundary,
    )
    setting = partial(shared.add_setting, command, Boundary)
    count = shared.count
    setting("sets", nargs="+", choices=SETS)
    setting("initialisations", nargs="+", choices=INITIALISATIONS)
    setting("hidden", type=count, nargs="+", metavar="W", meaning="hidden widths")
    setting("examples", type=count, metavar="N", meaning="of a set, half of them trained on")
    command.add_argument(
        "--epochs", type=count, metavar="E", help=f"of training (default: {RECIPE.epochs})"
    )
    setting("replicates", type=count, metavar="R", meaning="seeds of points and weights")
    setting("nodes", type=count, metavar="M", meaning="of the grid on each side")
    setting("starts", type=count, metavar="S", meaning="of the margin's descent")
    setting("steps", type=count, metavar="T", meaning="of the margin's descent")
    setting("seed", type=count, metavar="S", meaning="root of all draws")
    command.add_argument(
        "--fast",
        action="store_true",
        help="the smallest run, in seconds: other defaults of what no option sets",
    )
    shared.add_mixed_versions(command)
    shared.add_folder(command, "results/boundary")


def boundary(arguments: Namespace) -> None:
    """Train, measure, draw, and print the numbers."""
    make = Boundary.smallest if arguments.fast else Boundary
    given = shared.given(arguments, Boundary)
    if arguments.epochs is not None:
        given["recipe"] = replace(make().recipe, epochs=arguments.epochs)
    data = run(
        make(**given),
        out=arguments.out,
        overwrite=arguments.overwrite,
        mixed_versions=arguments.mixed_versions,
    )
    if arguments.json:
        made_by = json.loads(data.provenance)
        print(json.dumps(json.loads(data.numbers) | {"provenance": made_by}))
    else:
        print(data.told)
        output.said_by(data)


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
    from tqdm import tqdm

    from figures.boundary import claims, report, study
    from theory.records.runs import Run

    this = Run.of(
        settings,
        command="boundary",
        seed=settings.seed,
        packages=("theory", "empirical", "figures"),
        overwrite=overwrite,
        mixed_versions=mixed_versions,
    )
    path = Path(out) / RECORD
    with this.kept(path) as kept:
        disable = None if progress else True
        with tqdm(total=len(settings.networks), desc="networks", disable=disable) as bar:
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
    from figures.reports import provenance
    from theory.records.record import save_text

    output.draw_panels(picture, data, folder / PICTURE, made_by=made_by)
    with style.panels(data.sizes["set"] * data.sizes["vector"], columns=picture.COLUMNS) as (
        figure,
        axes,
    ):
        picture.draw_maps(data, figure, axes)
        style.save(figure, data, folder / MAPS, made_by=made_by)
    output.said(style.named(folder / MAPS, ".png"))
    text = (
        f"# Boundaries and outliers\n\n{data.told}\n\n![outliers, pieces and margins]"
        f"({PICTURE}.png)\n\n![alignment over the plane]({MAPS}.png)\n\n"
        f"## Provenance\n\n{provenance.told(made_by)}\n"
    )
    output.said(save_text(text, folder / "report.md"))
