"""The command ``fit``; heavy imports wait until they are needed."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from figures import options
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
what they predict is judged on its measured examples. Writes report.md and, for each network, a
picture (PNG, PDF) and all predictions and errors (NetCDF) into the folder --out.""",
        run,
    )
    command.add_argument(
        "records", type=Path, nargs="+", metavar="RECORD", help="measured.nc of 'measure'"
    )
    command.add_argument(
        "--out",
        type=Path,
        default=Path("results/fit"),
        metavar="DIR",
        help="default: results/fit",
    )
    command.add_argument("--json", action="store_true", help="print one JSON object on stdout")


def run(arguments: Namespace) -> None:
    """Fit every record, write the report, and print it."""
    from tqdm import tqdm

    from empirical import groups
    from figures import fit, fit_picture, fit_report, style
    from figures.levels import LEVELS
    from theory import record as records

    records.check_writable(arguments.out)
    measured = {}
    for path in arguments.records:
        opened = records.load(path)
        groups.require(groups.held(opened), fit.NEEDED, by=f"fit {path}")
        measured[path] = opened
    names = _names(measured)
    if len(set(names.values())) < len(names):
        raise InputError(f"records must be of different networks, got {', '.join(names.values())}")
    made_by = {
        path: records.provenance(
            command="fort-ganguli fit",
            parameters={"measured": json.loads(opened.provenance)},
            seed=None,
        )
        for path, opened in measured.items()
    }
    fits = {}
    work = len(LEVELS) * sum(opened.sizes["epoch"] for opened in measured.values())
    with tqdm(total=work, desc="levels predicted", disable=None) as bar:
        for path, opened in measured.items():
            found = fit.fit(opened, progress=bar.update)
            fits[names[path]] = (opened, found)
            stem = arguments.out / fit_report.stem(names[path])
            shown = fit_picture.compute(found)
            with style.panels(len(fit_picture.PANELS)) as (figure, axes):
                for name, ax in zip(fit_picture.PANELS, axes, strict=True):
                    fit_picture.draw(shown, ax, name=name)
                figure.legend(
                    *axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=3
                )
                style.save(figure, found, stem, made_by=made_by[path])
    text = fit_report.text(fits)
    records.save_text(text, arguments.out / "report.md")
    print(f"saved {arguments.out / 'report.md'}", file=sys.stderr)
    if arguments.json:
        numbers = {"networks": fit_report.numbers(fits), "provenance": list(made_by.values())}
        print(json.dumps(numbers))
    else:
        print(fit_report.errors(fits))
        for name, (opened, found) in fits.items():
            print(f"\n{name}\n" + "\n".join(fit_report.sentences(opened, found)).replace("**", ""))


def _names(measured: dict[Path, xr.Dataset]) -> dict[Path, str]:
    """What each network is called: its kind, and its path where that is not enough."""
    kinds = {}
    for path, record in measured.items():
        made = json.loads(record.provenance)["parameters"]
        kinds[path] = " ".join(
            [
                made["network"],
                *(
                    [made["activation"]]
                    if made["network"] == "mlp" and "activation" in made
                    else []
                ),
                made["data"],
            ]
        )
    repeated = list(kinds.values())
    return {
        path: kind if repeated.count(kind) == 1 else f"{kind} {path.parent.name}"
        for path, kind in kinds.items()
    }
