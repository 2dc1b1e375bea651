"""The command ``wedges`` and its three studies; heavy imports wait until they are needed."""

from __future__ import annotations

import json
from argparse import Namespace
from functools import partial
from typing import Any

from empirical.settings import WedgeConnectors, WedgeCuts, WedgeTunnels
from empirical.settings.wedges import KNOBS
from figures.options import shared, study


def add(subparsers: Any) -> None:
    """Add the command to those of the parser."""
    command = shared.command(
        subparsers,
        "wedges",
        "Fort and Jastrzebski's wedges: random cuts, connectors between optima, tunnels",
        """examples:
  fort-ganguli wedges cuts --out results/cuts
  fort-ganguli wedges connect --m 1 2 3 --out results/connectors
  fort-ganguli wedges tunnels --fast --json

Theory, the toy landscape and digits networks side by side. Each study writes its picture as PNG,
PDF and SVG with its data as NetCDF and report.md, and keeps its parts, so that a run that was
stopped goes on where it was. 'fort-ganguli wedges STUDY --help' has the options of each.""",
        lambda _: None,
    )
    studies = command.add_subparsers(dest="study", required=True, metavar="STUDY")
    _add_cuts(studies)
    _add_connect(studies)
    _add_tunnels(studies)


def _add_cuts(studies: Any) -> None:
    command = shared.command(
        studies,
        "cuts",
        "how often random cuts of the toy and of a network meet low loss, against d",
        """examples:
  fort-ganguli wedges cuts --out results/cuts
  fort-ganguli wedges cuts --D 100 1000 --codimension 20 --scales 1 --replicates 4""",
        cuts,
    )
    setting = partial(shared.add_setting, command, WedgeCuts)
    count = shared.count
    setting("D", type=count, nargs="+", metavar="D", meaning="dimensions of the toy")
    setting("codimension", type=count, metavar="K", meaning="D - n of the toy's planes")
    setting("share", type=float, metavar="X", meaning="tolerance over the median loss at a start")
    setting("cuts", type=count, metavar="R", meaning="of the toy, at each D")
    setting("hidden", type=count, nargs="+", metavar="W", meaning="hidden widths of the network")
    setting("dimensions", type=count, nargs="+", metavar="d", meaning="of the network's cuts")
    setting("scales", type=float, nargs="+", metavar="S", meaning="factors of initial weights")
    setting("replicates", type=count, metavar="R", meaning="networks, each with its cut")
    setting("steps", type=count, metavar="T", meaning="of training in a cut")
    setting("target", type=float, metavar="X", meaning="training accuracy that is success")
    study.add_options(command, WedgeCuts, "results/wedges/cuts")


def _add_connect(studies: Any) -> None:
    command = shared.command(
        studies,
        "connect",
        "connectors of m + 1 trained networks, and averages of the networks",
        """examples:
  fort-ganguli wedges connect --out results/connectors
  fort-ganguli wedges connect --m 2 --divisions 6 --points 1000""",
        connect,
    )
    setting = partial(shared.add_setting, command, WedgeConnectors)
    count = shared.count
    setting("m", type=count, nargs="+", metavar="M", meaning="dimensions of the connectors")
    setting("hidden", type=count, nargs="+", metavar="W", meaning="hidden widths of the networks")
    study.add_epochs(command, WedgeConnectors)
    setting("divisions", type=count, nargs="+", metavar="K", meaning="parts of an edge for each m")
    setting("steps", type=count, metavar="T", meaning="of Adam at each point")
    setting("learning_rate", type=float, metavar="X", meaning="of Adam")
    setting("examples", type=count, metavar="N", meaning="training examples of the losses")
    setting("points", type=count, metavar="P", meaning="random points of each connector")
    setting("bound", type=float, metavar="X", meaning="loss allowed above the optima's, in nats")
    study.add_options(command, WedgeConnectors, "results/wedges/connect")


def _add_tunnels(studies: Any) -> None:
    command = shared.command(
        studies,
        "tunnels",
        "width of tunnels against learning rate, batch size, L2 and dropout",
        """examples:
  fort-ganguli wedges tunnels --out results/tunnels
  fort-ganguli wedges tunnels --learning-rate 0.05 0.2 --l2 --dropout --replicates 10""",
        tunnels,
    )
    setting = partial(shared.add_setting, command, WedgeTunnels)
    count = shared.count
    setting("hidden", type=count, nargs="+", metavar="W", meaning="hidden widths of the networks")
    study.add_epochs(command, WedgeTunnels)
    for name in KNOBS:
        kind = count if name == "batch_size" else float
        setting(name, type=kind, nargs="*", metavar="X", meaning="values, the others as by default")
    setting("replicates", type=count, metavar="R", meaning="networks of each training")
    setting("directions", type=count, metavar="V", meaning="random directions from each")
    setting("examples", type=count, metavar="N", meaning="training examples of the losses")
    setting("rise", type=float, metavar="X", meaning="of the loss at a tunnel's end, in nats")
    study.add_options(command, WedgeTunnels, "results/wedges/tunnels")


def cuts(arguments: Namespace) -> None:
    """Sample the toy's cuts, train in the network's, draw, and print the numbers."""
    _run(arguments, WedgeCuts)


def connect(arguments: Namespace) -> None:
    """Relax the connectors, average the networks, draw, and print the numbers."""
    _run(arguments, WedgeConnectors)


def tunnels(arguments: Namespace) -> None:
    """Train with each value of each knob, measure, draw, and print the numbers."""
    _run(arguments, WedgeTunnels)


def _run(arguments: Namespace, settings: Any) -> None:
    from figures.wedges.run import run

    data = run(study.asked(arguments, settings), **study.place(arguments))
    study.show(arguments, data, told=data.told, numbers=json.loads(data.numbers))
