"""The command ``levels``; heavy imports wait until they are needed."""

from __future__ import annotations

import argparse
import json
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from figures.judge.thresholds import Thresholds
from figures.options import output, shared
from figures.options.installed import require_torch
from figures.splits.networks import NAMES
from figures.splits.settings import Levels

if TYPE_CHECKING:
    import xarray as xr


def add(subparsers: Any) -> None:
    """Add the command to those of the parser."""
    command = shared.command(
        subparsers,
        "levels",
        "every level on several splits of the examples of several networks, with intervals",
        """examples:
  fort-ganguli levels --out results/levels
  fort-ganguli levels --networks relu wine --splits 8
  fort-ganguli levels --fast --json
  fort-ganguli levels --surrogates --splits 3 --out results/surrogates

Trains each network, measures it on several choices of examples and judges every level on
each; says which level is first good enough, what each changes, and where the best fails.
Writes report.md, a picture (PNG, PDF, SVG) and all numbers (levels.nc) into the folder --out.
With --surrogates logit gradients are drawn anew instead, one assumption made true at a time, to see
which mends the prediction; writes report.md and surrogates.nc.
A run that was killed goes on where it was.""",
        levels,
    )
    shared.add_setting(
        command,
        Levels,
        "networks",
        nargs="+",
        choices=NAMES,
        metavar="NAME",
        meaning="of them",
    )
    shared.add_setting(
        command, Levels, "splits", type=shared.count, metavar="S", meaning="choices of examples"
    )
    command.add_argument(
        "--fast",
        action="store_true",
        default=argparse.SUPPRESS,
        help="few examples and points of training",
    )
    command.add_argument(
        "--surrogates",
        action="store_true",
        help="which assumption, made true, mends the prediction, in place of errors of the levels",
    )
    shared.add_setting(
        command, Levels, "seed", type=shared.count, metavar="S", meaning="root of all draws"
    )
    shared.add_thresholds(command)
    shared.add_folder(command, "results/levels")


def levels(arguments: Namespace) -> None:
    """Make the study, and print which level is first good enough, or what mends it."""
    if arguments.surrogates:
        _surrogates(arguments)
        return
    thresholds = Thresholds().changed(arguments.threshold)
    found = run(
        Levels(**shared.given(arguments, Levels)),
        out=arguments.out,
        thresholds=thresholds,
        overwrite=arguments.overwrite,
    )
    from figures.splits import report

    if arguments.json:
        told = report.numbers(found, thresholds=thresholds)
        print(json.dumps({"networks": told, "provenance": json.loads(found.provenance)}))
        return
    print(report.enough(found, thresholds=thresholds), "\n")
    output.said_by(found)


def _surrogates(arguments: Namespace) -> None:
    from figures.splits import surrogates_report as report

    found = mends(
        Levels(**shared.given(arguments, Levels)),
        out=arguments.out,
        overwrite=arguments.overwrite,
    )
    if arguments.json:
        print(json.dumps({"surrogates": found.drop_attrs().to_dict()}))
        return
    print(report.errors(found, quantity="outliers"), "\n")
    output.said_by(found)


def mends(settings: Levels, *, out: str | Path, overwrite: bool = False) -> xr.Dataset:
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
    require_torch()
    from figures.splits import surrogates_report as report
    from figures.splits.surrogates import study
    from theory import files
    from theory import record as records
    from theory.records.runs import Run

    folder = Path(out)
    with files.claimed(folder):
        parameters = settings.as_dict() | {"surrogates": True}
        made_by = records.provenance(
            command="fort-ganguli levels", parameters=parameters, seed=settings.seed
        )
        this = Run(made_by=made_by, overwrite=overwrite)
        this.require_replaceable(folder)
        found = study(settings, folder=folder / "networks", progress=_say)
        records.save(found, folder / "surrogates.nc", made_by=made_by)
        told = report.text(found, made_by=made_by)
        output.said(records.save_text(told, folder / "report.md"))
        this.remove_others(folder)
    return found.assign_attrs(provenance=json.dumps(made_by))


def run(
    settings: Levels,
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
    require_torch()
    from figures.splits import report
    from figures.splits.study import study
    from theory import files
    from theory import record as records
    from theory.records.runs import Run

    limits = Thresholds() if thresholds is None else thresholds
    folder = Path(out)
    with files.claimed(folder):
        made_by = records.provenance(
            command="fort-ganguli levels", parameters=settings.as_dict(), seed=settings.seed
        )
        this = Run(made_by=made_by, overwrite=overwrite)
        this.require_replaceable(folder)
        found = study(settings, folder=folder / "networks", progress=_say)
        found = found.assign_attrs(provenance=json.dumps(made_by))
        _draw(found, folder / "levels")
        told = report.text(found, thresholds=limits, made_by=made_by)
        output.said(records.save_text(told, folder / "report.md"))
        this.remove_others(folder)
    return found


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
