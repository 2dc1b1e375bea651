"""The command ``language``; heavy imports wait until they are needed."""

from __future__ import annotations

import json
from argparse import Namespace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from empirical.settings import Language
from empirical.settings.language import DOCSTRINGS
from figures.options import output, shared
from figures.options.installed import require_torch

if TYPE_CHECKING:
    import xarray as xr

RECORD = "measured.nc"
PICTURE = "language"


def add(subparsers: Any) -> None:
    """Add the command to those of the parser."""
    command = shared.command(
        subparsers,
        "language",
        "train a language model on words, and measure and predict its largest eigenvalues",
        f"""examples:
  fort-ganguli language --out results/language
  fort-ganguli language --data play.txt --vocabulary 2000 --steps 0 100 500
  fort-ganguli language --windows 16 --top 10 --memory 2GiB
  fort-ganguli language --fast --json

The next-token loss over all places of all windows, each place an example. Nothing of the size of a
Jacobian or of C × C is formed. The same command goes on with the points that it has, and trains
anew. Writes {RECORD} and {PICTURE} as PNG, PDF and SVG with its data as NetCDF.""",
        language,
    )
    setting = partial(shared.add_setting, command, Language)
    count = shared.count
    setting(
        "data",
        metavar="NAME",
        meaning="docstrings (of numpy, scipy, scikit-learn and torch), or a text FILE.txt",
    )
    setting("vocabulary", type=count, metavar="C", meaning="words; the rarest share the last one")
    setting("context", type=count, metavar="T", meaning="places of a window")
    setting("hidden", type=count, nargs="+", metavar="W", meaning="width of each block, all alike")
    setting("steps", type=count, nargs="+", metavar="S", meaning="of training, to measure at")
    setting("batch_size", type=count, metavar="B", meaning="windows of a step")
    setting("learning_rate", type=float, metavar="X", meaning="the highest")
    setting("windows", type=count, metavar="N", meaning="windows that G is measured on")
    setting("held_out", type=count, metavar="M", meaning="windows for the model's parameters")
    setting("top", type=count, metavar="K", meaning="eigenvalues")
    setting("rank", type=count, metavar="R", meaning="columns of the low-rank part of Γ")
    setting("draws", type=count, metavar="Z", meaning="pairs of sampled logit gradients")
    setting("seed", type=count, metavar="S", meaning="root of all draws")
    command.add_argument(
        "--memory",
        type=shared.size,
        metavar="SIZE",
        help="most memory to use, as 500M or 4GiB, beside that of the program (default: what is "
        "free)",
    )
    command.add_argument(
        "--fast",
        action="store_true",
        help="the smallest run: other defaults of what no option sets",
    )
    shared.add_mixed_versions(command)
    shared.add_folder(command, "results/language")


def language(arguments: Namespace) -> None:
    """Train, measure, predict, draw, and print the numbers."""
    make = Language.smallest if arguments.fast else Language
    settings = make(**shared.given(arguments, Language))
    if settings.data != DOCSTRINGS:
        shared.require_there(Path(settings.data))
    data = run(
        settings,
        out=arguments.out,
        memory=arguments.memory,
        overwrite=arguments.overwrite,
        mixed_versions=arguments.mixed_versions,
    )
    from figures.language import report

    if arguments.json:
        made_by = json.loads(data.provenance)
        print(json.dumps(report.numbers(data) | {"provenance": made_by}))
    else:
        print(report.told(data))
        output.said_by(data)


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
        Folder of the record, whose points are gone on with, and of the picture.
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
    from tqdm import tqdm

    from empirical.language.study import study
    from figures.language import picture
    from theory.records.runs import Run

    this = Run.of(
        settings,
        command="language",
        seed=settings.seed,
        packages=("theory", "empirical"),
        overwrite=overwrite,
        mixed_versions=mixed_versions,
    )
    path = Path(out) / RECORD
    with this.kept(path) as kept:
        disable = None if progress else True
        with tqdm(total=settings.steps[-1], desc="training", disable=disable) as bar:
            data = study(
                settings,
                begun=kept.begun,
                kept=kept.save,
                memory=memory,
                progress=bar.update,
            )
        data = data.assign_attrs(provenance=json.dumps(kept.made_by))
        output.draw_panels(picture, data, path.with_name(PICTURE), made_by=kept.made_by)
    output.said(path)
    return data
