"""The command ``figures``; heavy imports wait until they are needed."""

from __future__ import annotations

import argparse
import json
import sys
import time
from argparse import Namespace
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from figures.gallery import registry
from figures.gallery.settings import DATA, Gallery
from figures.options import output, shared
from figures.options.installed import require_torch

if TYPE_CHECKING:
    import xarray as xr

    from figures.gallery.networks import Networks
    from figures.pictures.style import Size

FORMATS = ("png", "pdf", "svg")


def add(subparsers: Any) -> None:
    """Add the command to those of the parser."""
    command = shared.command(
        subparsers,
        "figures",
        "the figures of the paper, made anew, and others",
        """examples:
  fort-ganguli figures --list
  fort-ganguli figures --fast --out results/figures
  fort-ganguli figures phase rem --format pdf svg
  fort-ganguli figures sharpness --record results/measured/measured.nc --out results/mine

Each is a picture with its data beside it as .nc, from which it is drawn again where the same
settings and sources made them. Networks are trained and measured once for all figures, in
DIR/networks.""",
        figures,
    )
    command.add_argument(
        "names", nargs="*", metavar="NAME", help="figures to make (default: all; see --list)"
    )
    command.add_argument("--list", action="store_true", help="say what figures there are")
    command.add_argument(
        "--fast",
        action="store_true",
        default=argparse.SUPPRESS,
        help="small models and networks: all figures in a minute or two",
    )
    shared.add_setting(
        command, Gallery, "data", choices=DATA, meaning="what networks are trained on"
    )
    shared.add_setting(
        command, Gallery, "seed", type=shared.count, metavar="S", meaning="root of all draws"
    )
    command.add_argument(
        "--record",
        type=shared.path,
        metavar="FILE",
        help="the network of this record of 'measure' in place of ours",
    )
    command.add_argument(
        "--format",
        nargs="+",
        choices=FORMATS,
        default=list(FORMATS),
        help=f"of the pictures (default: {' '.join(FORMATS)})",
    )
    command.add_argument(
        "--size",
        choices=("column", "page"),
        help="as wide as one column of a journal, panels below each other, or as both (default)",
    )
    shared.add_workers(command)
    shared.add_folder(command, "results/figures")


def figures(arguments: Namespace) -> None:
    """Make the figures that the options name, and say where they are."""
    if arguments.list:
        told = {name: entry.shows for name, entry in registry.FIGURES.items()}
        width = max(map(len, told))
        lines = [f"{name:{width}}  {shows}" for name, shows in told.items()]
        print(json.dumps(told) if arguments.json else "\n".join(lines))
        return
    made = run(
        arguments.names,
        settings=Gallery(**shared.given(arguments, Gallery)),
        out=arguments.out,
        record=arguments.record,
        formats=arguments.format,
        size=arguments.size,
        overwrite=arguments.overwrite,
    )
    captions = {name: data.caption for name, data in made.items()}
    output.show(captions, as_json=arguments.json)


def run(
    names: Iterable[str] = (),
    *,
    settings: Gallery,
    out: str | Path,
    record: str | Path | xr.Dataset | None = None,
    formats: Sequence[str] = FORMATS,
    size: Size | None = None,
    overwrite: bool = False,
    progress: bool = True,
) -> dict[str, xr.Dataset]:
    """Make figures, each a picture and its data, in a folder.

    Data that the same settings and sources made are drawn again without being computed.

    Parameters
    ----------
    names
        Of ``figures.gallery.registry.FIGURES``; by default all.
    settings
        Data, sizes and seed.
    out
        Folder of the pictures, of their data, and of ``networks`` that they share.
    record
        Record of ``measure``, or the name of its file, whose network stands in place of ours;
        figures that need the network itself are then left out of all.
    formats
        Of the pictures: ``png``, ``pdf``, ``svg``.
    size
        As wide as a ``column`` of a journal or as a ``page``; by default a page, if there are
        several panels.
    overwrite
        Replace what other settings made.
    progress
        Show bars where stderr is a terminal.

    Returns
    -------
    dict
        The dataset of each figure, with its provenance.

    Raises
    ------
    InputError
        If a name is not known, torch is missing, the record lacks what a figure needs or a figure
        that is named needs the network itself, or ``out`` cannot be written or holds figures of
        other settings.
    """
    from figures.gallery.networks import Networks
    from theory import files
    from theory import record as records

    named = tuple(names)
    asked = registry.chosen(named)
    own = None
    if record is not None:
        own = records.load(record) if isinstance(record, str | Path) else record
        asked = registry.of_a_record(asked, named=bool(named))
    if any(registry.FIGURES[name].needs != "model" for name in asked):
        require_torch()
    folder = Path(out)
    with files.claimed(folder):
        networks = Networks(
            settings=settings, folder=folder / "networks", record=own, progress=progress
        )
        of = "" if record is None else f" of {record}"
        return {
            name: _made(
                name,
                replace(networks, by=f"figure {name}{of}"),
                folder,
                formats=formats,
                size=size,
                overwrite=overwrite,
            )
            for name in asked
        }


def _made(
    name: str,
    networks: Networks,
    folder: Path,
    *,
    formats: Sequence[str],
    size: Size | None,
    overwrite: bool,
) -> xr.Dataset:
    """The data of one figure, made or read, and its picture."""
    from figures.gallery import captions
    from figures.gallery.kept import kept
    from figures.pictures import style
    from theory.records.record import provenance

    entry, settings = registry.FIGURES[name], networks.settings
    parameters: dict[str, Any] = {"figure": name} | settings.as_dict()
    given: dict[str, Any] = {}
    if entry.needs in ("model", "torch"):
        del parameters["data"]
    else:
        given = {"networks": networks}
        parameters |= networks.provenance()
    made_by = provenance(command="fort-ganguli figures", parameters=parameters, seed=settings.seed)
    began = time.monotonic()
    module = registry.module(name)
    stem = folder / name
    data, new = kept(
        style.named(stem, ".nc"),
        made_by=made_by,
        make=lambda: module.compute(settings, **given),
        overwrite=overwrite,
    )
    with style.panels(entry.panels, size=size) as (figure, axes):
        module.draw(data, axes)
        captions.letters(axes)
        style.shared_legend(figure, axes)
        captions.below(figure, data.caption)
        suffixes = [f".{each}" for each in formats]
        style.save(figure, data, stem, made_by=json.loads(data.provenance), formats=suffixes)
    how = f"computed in {time.monotonic() - began:.1f} s" if new else "drawn from saved data"
    saved = ", ".join(f"{stem}{suffix}" for suffix in (*suffixes, ".nc"))
    print(f"{name}: {how}, saved {saved}", file=sys.stderr)
    return data
