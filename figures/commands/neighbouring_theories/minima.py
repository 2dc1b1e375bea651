"""The command ``minima``; heavy imports wait until they are needed."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Callable
from functools import partial
from typing import Any

from empirical.settings import Flatness
from empirical.settings.flatness import DATA, OPTIMIZERS
from figures.minima.run import FLATNESS, NETWORKS, SEARCHES, SUCCESS
from figures.options import output, shared, study
from simulate.perceptron.settings import ALGORITHMS, Searches
from theory import InputError

OF_THEORY = {
    "binary": ("kappa", "reference_margin", "distance"),
    "spherical": ("kappa",),
    "clouds": ("noise", "overlap", "errors"),
}
TOLD = {"binary": "binary weights", "spherical": "spherical weights", "clouds": "--noise"}
PLURAL = {"distance": "distances", "overlap": "overlaps"}


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
    _add_networks(parts)


def _add_theory(parts: Any) -> None:
    command = shared.command(
        parts,
        "theory",
        "how many solutions a perceptron has, and how many around one",
        """examples:
  fort-ganguli minima theory --alpha 0.5
  fort-ganguli minima theory --alpha 0.5 --reference-margin 0.2 --distance 0.005 0.02 0.1
  fort-ganguli minima theory --alpha 0.3 --kappa 0.5 --json
  fort-ganguli minima theory --weights spherical --alpha 1
  fort-ganguli minima theory --noise 0.5 --alpha 1 --overlap 0.9 0.6

Replica-symmetric, in nats per weight; a local entropy above zero close by is a wide flat
minimum. With --noise the patterns are two Gaussian clouds, and the solution that of the least
error.""",
        theory,
    )
    command.add_argument(
        "--alpha", type=float, required=True, metavar="A", help="patterns per weight"
    )
    command.add_argument(
        "--weights",
        choices=tuple(OF_THEORY)[:2],
        help="of the perceptron (default: binary, ±1)",
    )
    command.add_argument(
        "--kappa", type=float, metavar="K", help="margin of solutions (default: 0)"
    )
    command.add_argument(
        "--reference-margin",
        type=float,
        metavar="K",
        help="margin of the solution in the middle, of binary weights (default: 0)",
    )
    command.add_argument(
        "--distance",
        type=float,
        nargs="+",
        metavar="D",
        help="where local entropies are wanted, as shares of binary weights, from 0.001 to 0.999",
    )
    command.add_argument(
        "--noise",
        type=float,
        metavar="V",
        help="variance of two Gaussian clouds around means of unit length, to be classified",
    )
    command.add_argument(
        "--overlap",
        type=float,
        nargs="+",
        metavar="S",
        help="of clouds: cosines with the best classifier at which others are counted, from 0.01 "
        "to 0.9999",
    )
    command.add_argument(
        "--errors",
        type=float,
        metavar="E",
        help="of clouds: most training errors of these (default: as many as the best one's)",
    )
    command.add_argument("--json", action="store_true", help="print one JSON object on stdout")


def theory(arguments: Namespace) -> None:
    """Print what theory says of a load.

    Raises
    ------
    InputError
        If an option is not one of what is asked, or a value is out of its bounds.
    """
    from figures.minima import classifiers, searches
    from theory.records.provenance import provenance

    kind = (arguments.weights or "binary") if arguments.noise is None else "clouds"
    if kind == "clouds" and arguments.weights:
        raise InputError(f"--weights is not of {TOLD[kind]}, got {arguments.weights}")
    given: dict[str, Any] = {
        name: getattr(arguments, name)
        for names in OF_THEORY.values()
        for name in names
        if getattr(arguments, name) is not None
    }
    for name in given:
        if name not in OF_THEORY[kind]:
            option = f"--{name.replace('_', '-')}"
            raise InputError(f"{option} is not of {TOLD[kind]}, got {given[name]}")
    asked: dict[str, Any] = {PLURAL.get(name, name): value for name, value in given.items()}
    functions: dict[str, Callable[..., dict[str, Any]]] = {
        "binary": searches.predicted,
        "spherical": classifiers.of_patterns,
        "clouds": classifiers.of_clouds,
    }
    numbers = functions[kind](arguments.alpha, **asked)
    made_by = provenance(
        command="fort-ganguli minima theory",
        parameters={"alpha": arguments.alpha, "of": kind} | asked,
        seed=None,
    )
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
  fort-ganguli minima search --fast --json

The same command goes on where it was stopped. Writes {SEARCHES}, all searches, and {SUCCESS} as
PNG, PDF and SVG with its data as NetCDF.""",
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
    study.add_options(command, Searches, "results/minima")


def search(arguments: Namespace) -> None:
    """Search, draw, and print the numbers."""
    from figures.minima import run
    from figures.minima.searches import numbers

    data = run.search(study.asked(arguments, Searches), **study.place(arguments))
    told = numbers(data)
    if not arguments.json:
        told = {key: value for key, value in told.items() if not isinstance(value, dict)} | {
            f"{name}, {key}": value
            for name, row in told.items()
            if isinstance(row, dict)
            for key, value in row.items()
        }
    made_by = json.loads(data.provenance)
    output.show(told | {"provenance": made_by}, as_json=arguments.json)


def _add_networks(parts: Any) -> None:
    command = shared.command(
        parts,
        "networks",
        "flatness of trained networks against their error on new examples, by optimizer",
        f"""examples:
  fort-ganguli minima networks --out results/flatness
  fort-ganguli minima networks --data mnist5k --batch-sizes 16 --out results/mnist
  fort-ganguli minima networks --fast --json

SGD, Entropy-SGD and replicated SGD at the same number of gradients. The same command goes on
where it was stopped. Writes {NETWORKS}, all networks, report.md and {FLATNESS} as PNG, PDF and
SVG with its data as NetCDF.""",
        networks,
    )
    setting = partial(shared.add_setting, command, Flatness)
    count = shared.count
    setting("data", choices=DATA)
    setting("examples", type=count, metavar="N", meaning="that are trained on")
    setting("hidden", type=count, nargs="+", metavar="W", meaning="hidden widths")
    setting("optimizers", nargs="+", choices=OPTIMIZERS)
    setting("learning_rates", type=float, nargs="+", metavar="X", meaning="at the start")
    setting("batch_sizes", type=count, nargs="+", metavar="B", meaning="examples of a gradient")
    setting("epochs", type=count, metavar="E", meaning="gradients, in passes over the examples")
    setting("replicates", type=count, metavar="R", meaning="seeds of each training")
    setting("noise", type=float, metavar="X", meaning="relative, of local energy and entropy")
    setting("draws", type=count, metavar="Z", meaning="of the noise")
    study.add_options(command, Flatness, "results/flatness")


def networks(arguments: Namespace) -> None:
    """Train, measure, draw, and print the numbers."""
    from figures.minima import run

    data = run.networks(study.asked(arguments, Flatness), **study.place(arguments))
    study.show(arguments, data, told=data.told, numbers=json.loads(data.numbers))
