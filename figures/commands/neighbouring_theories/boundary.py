"""The command ``boundary``; heavy imports wait until they are needed."""

from __future__ import annotations

import json
from argparse import Namespace
from dataclasses import replace
from functools import partial
from typing import Any

from empirical.settings import Boundary
from empirical.settings.boundary import INITIALISATIONS, RECIPE, SETS
from figures.boundary.run import MAPS, PICTURE, RECORD, run
from figures.options import output, shared


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
