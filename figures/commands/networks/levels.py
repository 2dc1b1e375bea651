"""The command ``levels``; heavy imports wait until they are needed."""

from __future__ import annotations

import argparse
import json
from argparse import Namespace
from typing import Any

from figures.judge.thresholds import Thresholds
from figures.options import output, shared
from figures.splits.networks import NAMES
from figures.splits.run import run, run_surrogates
from figures.splits.settings import Levels
from theory import InputError


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

    if arguments.threshold:
        raise InputError(
            f"threshold judges levels, not surrogates, got {' '.join(arguments.threshold)}"
        )
    found = run_surrogates(
        Levels(**shared.given(arguments, Levels)),
        out=arguments.out,
        overwrite=arguments.overwrite,
    )
    if arguments.json:
        print(json.dumps({"surrogates": found.drop_attrs().to_dict()}))
        return
    print(report.errors(found, quantity="outliers"), "\n")
    output.said_by(found)
