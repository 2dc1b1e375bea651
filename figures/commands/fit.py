"""The command ``fit``; heavy imports wait until they are needed."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from figures.commands import options
from theory import InputError

if TYPE_CHECKING:
    import xarray as xr


def add(subparsers: Any) -> None:
    """Add the command to those of the parser."""
    command = options.command(
        subparsers,
        "fit",
        "the model's parameters of measured networks, and how well each level predicts them",
        """examples:
  fort-ganguli fit results/measured/measured.nc
  fort-ganguli fit relu/measured.nc tanh/measured.nc cnn/measured.nc --out results/fit
  fort-ganguli fit results/measured/measured.nc --json

The parameters come from the held-out examples of each record of 'measure', with 95 % intervals;
what they predict is judged on its measured examples. A record with the group 'resampled' also tells
what two samples of the network differ by. Writes report.md and, for each network, a picture (PNG,
PDF) and all predictions and errors (NetCDF) into the folder --out.""",
        run,
    )
    command.add_argument(
        "records", type=Path, nargs="+", metavar="RECORD", help="measured.nc of 'measure'"
    )
    options.add_thresholds(command)
    options.add_folder(command, "results/fit")


def run(arguments: Namespace) -> None:
    """Fit every record, write the report, and print it."""
    from tqdm import tqdm

    from empirical import observable_groups
    from figures import fit
    from figures.judge.thresholds import Thresholds
    from figures.pictures import errors, style
    from figures.reports import fit as fit_report
    from figures.reports import verdict
    from theory import record as records
    from theory.levels import LEVELS

    thresholds = Thresholds().changed(arguments.threshold)
    records.check_writable(arguments.out)
    opened = []
    for path in arguments.records:
        measured = records.load(path)
        observable_groups.require(observable_groups.held(measured), fit.NEEDED, by=f"fit {path}")
        opened.append(measured)
    names = _names(arguments.records, opened)
    if len({fit_report.stem(name) for name in names}) < len(names):
        raise InputError(f"records must be of different networks, got {', '.join(names)}")
    made_by = [
        records.provenance(
            command="fort-ganguli fit",
            parameters={"measured": json.loads(measured.provenance)},
            seed=None,
        )
        for measured in opened
    ]
    fits = {}
    work = len(LEVELS) * sum(measured.sizes["epoch"] for measured in opened)
    with tqdm(total=work, desc="levels predicted", disable=None) as bar:
        for name, measured, origin in zip(names, opened, made_by, strict=True):
            found = fit.fit(measured, progress=bar.update)
            fits[name] = (measured, found)
            stem = arguments.out / fit_report.stem(name)
            shown = errors.compute(found, thresholds=thresholds)
            with style.panels(len(errors.PANELS)) as (figure, axes):
                for panel, ax in zip(errors.PANELS, axes, strict=True):
                    errors.draw(shown, ax, name=panel)
                style.shared_legend(figure, axes)
                style.save(figure, found, stem, made_by=origin)
    text = fit_report.text(fits, thresholds=thresholds, made_by=made_by)
    records.save_text(text, arguments.out / "report.md")
    print(f"saved {arguments.out / 'report.md'}", file=sys.stderr)
    if arguments.json:
        networks = fit_report.numbers(fits, thresholds=thresholds)
        told = {"networks": networks, "thresholds": asdict(thresholds), "provenance": made_by}
        print(json.dumps(told))
    else:
        for name, (_, found) in fits.items():
            told = verdict.told(found, thresholds=thresholds)
            print(
                f"{name}\n\n{told}\n\n{verdict.errors(found, thresholds=thresholds)}\n".replace(
                    "**", ""
                )
            )


def _names(paths: Sequence[Path], opened: Sequence[xr.Dataset]) -> list[str]:
    """What each network is called: its kind, or its folder where that is not known; or both."""
    kinds = []
    for path, measured in zip(paths, opened, strict=True):
        made = json.loads(measured.provenance)["parameters"]
        words = [path.parent.name if "checkpoint" in made else made["network"]]
        if words == ["mlp"]:
            words.append(made["activation"])
        kinds.append(" ".join([*words, made["data"]]))
    return [
        kind if kinds.count(kind) == 1 else f"{kind} {path.parent.name}"
        for path, kind in zip(paths, kinds, strict=True)
    ]
