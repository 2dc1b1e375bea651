"""The command ``minima``; heavy imports wait until they are needed."""

from __future__ import annotations

import json
from argparse import Namespace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from figures.commands import flatness
from figures.options import output, shared
from simulate.perceptron.settings import ALGORITHMS, Searches

if TYPE_CHECKING:
    import xarray as xr

RECORD = "searches.nc"
PICTURE = "success"


def add(subparsers: Any) -> None:
    """Add the command to those of the parser."""
    command = shared.command(
        subparsers,
        "minima",
        "wide flat minima: of perceptrons in theory and searches, of trained networks",
        """examples:
  fort-ganguli minima theory --alpha 0.5
  fort-ganguli minima search --out results/minima
  fort-ganguli minima networks --fast --out results/flatness

The perceptrons' weights are of one bit. 'fort-ganguli minima PART --help' has the options of
each.""",
        lambda _: None,
    )
    parts = command.add_subparsers(dest="part", required=True, metavar="PART")
    _add_theory(parts)
    _add_search(parts)
    flatness.add(parts)


def _add_theory(parts: Any) -> None:
    command = shared.command(
        parts,
        "theory",
        "how many solutions the binary perceptron has, and how many around one",
        """examples:
  fort-ganguli minima theory --alpha 0.5
  fort-ganguli minima theory --alpha 0.5 --reference-margin 0.2 --distance 0.005 0.02 0.1
  fort-ganguli minima theory --alpha 0.3 --kappa 0.5 --json

Replica-symmetric, in nats per weight; a local entropy above zero close by is a wide flat
minimum.""",
        theory,
    )
    command.add_argument(
        "--alpha", type=float, required=True, metavar="A", help="patterns per weight"
    )
    command.add_argument(
        "--kappa", type=float, default=0.0, metavar="K", help="margin of solutions (default: 0)"
    )
    command.add_argument(
        "--reference-margin",
        type=float,
        default=0.0,
        metavar="K",
        help="margin of the solution in the middle (default: 0)",
    )
    command.add_argument(
        "--distance",
        type=float,
        nargs="+",
        default=[],
        metavar="D",
        help="where local entropies are wanted, as shares of the weights, from 0.001 to 0.999",
    )
    command.add_argument("--json", action="store_true", help="print one JSON object on stdout")


def theory(arguments: Namespace) -> None:
    """Print what theory says of a load."""
    from figures.minima import predicted
    from theory.records.provenance import provenance

    numbers = predicted(
        arguments.alpha,
        kappa=arguments.kappa,
        reference_margin=arguments.reference_margin,
        distances=arguments.distance,
    )
    asked = {key: numbers[key] for key in ("alpha", "kappa")} | {
        "reference_margin": arguments.reference_margin,
        "distances": arguments.distance,
    }
    made_by = provenance(command="fort-ganguli minima theory", parameters=asked, seed=None)
    output.show(numbers | {"provenance": made_by}, as_json=arguments.json)


def _add_search(parts: Any) -> None:
    command = shared.command(
        parts,
        "search",
        "how often searches find a solution over the load, and how flat it is there",
        f"""examples:
  fort-ganguli minima search --out results/minima
  fort-ganguli minima search --N 101 --alpha 0.3 0.5 --replicates 5 --out results/small
  fort-ganguli minima search --N 321 --hidden 5 --alpha 0.3 --algorithms focusing --replicates 1

The same command goes on where it was stopped. Writes {RECORD}, all searches, and {PICTURE} as PNG,
PDF and SVG with its data as NetCDF.""",
        search,
    )
    setting = partial(shared.add_setting, command, Searches)
    count = shared.count
    setting("N", type=count, metavar="N", meaning="weights of a hidden unit, odd")
    setting("hidden", type=count, metavar="K", meaning="hidden units, odd; 1 is the perceptron")
    setting("alpha", type=float, nargs="+", metavar="A", meaning="patterns per weight")
    setting("algorithms", nargs="+", choices=ALGORITHMS)
    setting("replicates", type=count, metavar="R", meaning="sets of patterns for each load")
    setting("sweeps", type=count, metavar="T", meaning="longest search, in passes of the patterns")
    setting(
        "distance", type=float, metavar="D", meaning="where solutions around one found are counted"
    )
    setting("seed", type=count, metavar="S", meaning="root of all draws")
    command.add_argument(
        "--mixed-versions",
        action="store_true",
        help="go on with a record that other code began; its provenance names both",
    )
    shared.add_folder(command, "results/minima")


def search(arguments: Namespace) -> None:
    """Search, draw, and print the numbers."""
    settings = Searches(**shared.given(arguments, Searches))
    data = run(
        settings,
        out=arguments.out,
        overwrite=arguments.overwrite,
        mixed_versions=arguments.mixed_versions,
    )
    from figures import minima

    told = minima.numbers(data)
    if not arguments.json:
        told = {key: value for key, value in told.items() if not isinstance(value, dict)} | {
            f"{name}, {key}": value
            for name, row in told.items()
            if isinstance(row, dict)
            for key, value in row.items()
        }
    made_by = json.loads(data.provenance)
    output.show(told | {"provenance": made_by}, as_json=arguments.json)


def run(
    settings: Searches,
    *,
    out: str | Path,
    overwrite: bool = False,
    mixed_versions: bool = False,
    progress: bool = True,
) -> xr.Dataset:
    """What ``figures.minima.compared`` says of searches, saved in ``out`` with a picture.

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
    from tqdm import tqdm

    from figures.minima import compared
    from simulate.perceptron.success import success
    from theory.records import files, record
    from theory.records.runs import Run

    this = Run.of(
        settings,
        command="minima search",
        seed=settings.seed,
        packages=("theory", "simulate"),
        overwrite=overwrite,
        mixed_versions=mixed_versions,
    )
    path = Path(out) / RECORD
    with files.claimed(out):
        this.require_replaceable(out)
        held = this.held(path)
        made_by = this.made_by if held is None else held.made_by
        with tqdm(total=settings.work, desc="searches", disable=None if progress else True) as bar:
            made = success(
                settings,
                begun=None if held is None else held.record,
                kept=lambda so_far: record.save(so_far, path, made_by=made_by),
                progress=bar.update,
            )
        data = compared(made, settings).assign_attrs(provenance=json.dumps(made_by))
        _draw(data, Path(out) / PICTURE, made_by=made_by)
        this.remove_others(out)
    output.said(path)
    return data


def _draw(data: xr.Dataset, stem: Path, *, made_by: Any) -> None:
    from figures.pictures import minima, style

    with style.panels(len(minima.PANELS)) as (figure, axes):
        for name, ax in zip(minima.PANELS, axes, strict=True):
            minima.draw(data, ax, name=name)
        style.shared_legend(figure, axes)
        style.save(figure, data, stem, made_by=made_by)
    output.said(style.named(stem, ".png"))
