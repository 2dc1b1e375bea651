"""What the commands of studies share: options, the settings that they ask for, what they print."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from figures.options import output, shared

if TYPE_CHECKING:
    import xarray as xr


def add_options(
    command: argparse.ArgumentParser, settings: Any, out: str, *, goes_on: bool = True
) -> None:
    """``--seed``, ``--fast``, those of a folder, and ``--mixed-versions`` if it goes on."""
    shared.add_setting(
        command, settings, "seed", type=shared.count, metavar="S", meaning="root of all draws"
    )
    command.add_argument(
        "--fast",
        action="store_true",
        help="the smallest run: other defaults of what no option sets",
    )
    if goes_on:
        shared.add_mixed_versions(command)
    shared.add_folder(command, out)


def add_epochs(command: argparse.ArgumentParser, settings: Any) -> None:
    """``--epochs`` of the settings' ``recipe``."""
    default = settings().recipe.epochs
    command.add_argument(
        "--epochs",
        dest="recipe_epochs",
        type=shared.count,
        default=argparse.SUPPRESS,
        metavar="E",
        help=f"of training (default: {default})",
    )


def asked(arguments: argparse.Namespace, settings: Any) -> Any:
    """The settings that the options ask for.

    Raises
    ------
    InputError
        If one is out of its bounds.
    """
    make = settings.smallest if arguments.fast else settings
    given = shared.given(arguments, settings)
    if hasattr(arguments, "recipe_epochs"):
        given["recipe"] = replace(make().recipe, epochs=arguments.recipe_epochs)
    return make(**given)


def place(arguments: argparse.Namespace) -> dict[str, Any]:
    """Where a run writes, and what it may replace or go on with."""
    return {name: getattr(arguments, name) for name in ("out", "overwrite", "mixed_versions")}


def show(arguments: argparse.Namespace, data: xr.Dataset, *, told: str, numbers: Any) -> None:
    """Print what is told of a study, or its numbers as one JSON object."""
    if arguments.json:
        print(json.dumps(numbers | {"provenance": json.loads(data.provenance)}))
    else:
        print(told)
        output.said_by(data)
