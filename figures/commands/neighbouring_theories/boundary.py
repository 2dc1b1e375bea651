"""The command ``boundary``; heavy imports wait until they are needed."""

from __future__ import annotations

import json
from argparse import Namespace
from functools import partial
from typing import Any

from empirical.settings import Boundary
from empirical.settings.boundary import INITIALISATIONS, SETS
from figures.boundary.run import MAPS, PICTURE, RECORD, run
from figures.options import shared, study


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
    study.add_epochs(command, Boundary)
    setting("replicates", type=count, metavar="R", meaning="seeds of points and weights")
    setting("nodes", type=count, metavar="M", meaning="of the grid on each side")
    setting("starts", type=count, metavar="S", meaning="of the margin's descent")
    setting("steps", type=count, metavar="T", meaning="of the margin's descent")
    study.add_options(command, Boundary, "results/boundary")


def boundary(arguments: Namespace) -> None:
    """Train, measure, draw, and print the numbers."""
    data = run(study.asked(arguments, Boundary), **study.place(arguments))
    study.show(arguments, data, told=data.told, numbers=json.loads(data.numbers))
