"""The command ``fit``; heavy imports wait until they are needed."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from empirical.groups import observable_groups
from figures.judge.thresholds import Thresholds
from figures.options import output, shared
from theory import InputError

if TYPE_CHECKING:
    import xarray as xr


def add(subparsers: Any) -> None:
    """Add the command to those of the parser."""
    command = shared.command(
        subparsers,
        "fit",
        "the model's parameters of measured networks, and how well each level predicts them",
        """examples:
  fort-ganguli fit results/measured/measured.nc
  fort-ganguli fit relu/measured.nc tanh/measured.nc cnn/measured.nc --out results/fit
  fort-ganguli fit results/measured/measured.nc --json
  fort-ganguli fit results/measured/measured.nc --fitted --out results/fitted

The parameters come from the held-out examples of each record of 'measure', with 95 % intervals;
what they predict is judged on its measured examples. A record with the group 'resampled' also tells
what two samples of the network differ by. Writes report.md and, for each network, a picture (PNG,
PDF, SVG) and all predictions and errors (NetCDF) into the folder --out.""",
        fit,
    )
    command.add_argument(
        "records", type=shared.path, nargs="+", metavar="RECORD", help="measured.nc of 'measure'"
    )
    command.add_argument(
        "--fitted",
        action="store_true",
        help="also fit the parameters to each measured spectrum: whether misfit goes with them or "
        "stays the model's; takes up to minutes an epoch; not of level anisotropic, whose lengths "
        "σ_c, σ_y, σ_E would be free but whose draws, along all of T, would take half an hour",
    )
    shared.add_thresholds(command)
    shared.add_folder(command, "results/fit")


def fit(arguments: Namespace) -> None:
    """Fit every record, write the report, and print it."""
    thresholds = Thresholds().changed(arguments.threshold)
    fits = run(
        arguments.records,
        out=arguments.out,
        thresholds=thresholds,
        fitted=arguments.fitted,
        overwrite=arguments.overwrite,
    )
    from figures.reports.levels import fit as report
    from figures.reports.levels import fitted, verdict

    if arguments.json:
        networks = report.numbers(fits, thresholds=thresholds)
        made_by = [json.loads(found.provenance) for _, found in fits.values()]
        told = {"networks": networks, "thresholds": asdict(thresholds), "provenance": made_by}
        print(json.dumps(told))
        return
    for name, (_, found) in fits.items():
        told = verdict.told(found, thresholds=thresholds)
        errors = verdict.errors(found, thresholds=thresholds)
        parts = [name, told, errors, *fitted.section(found)]
        print("\n\n".join(parts).replace("**", "") + "\n")
    output.said_by(next(iter(fits.values()))[1])


def run(
    paths: Sequence[str | Path],
    *,
    out: str | Path,
    thresholds: Thresholds,
    fitted: bool = False,
    overwrite: bool = False,
    progress: bool = True,
) -> dict[str, tuple[xr.Dataset, xr.Dataset]]:
    """Fit the records at ``paths``, and write the report with a picture of each network.

    Parameters
    ----------
    paths
        Records of ``empirical.experiment.run``, each of another network.
    out
        Folder of ``report.md``, and of a picture and its data for each network.
    thresholds
        Errors with which a prediction holds; they change the report alone.
    fitted
        Fit the parameters to each measured spectrum as well (``figures.judge.fitted``).
    overwrite
        Replace the fit of other records that ``out`` holds.
    progress
        Show a bar where stderr is a terminal.

    Returns
    -------
    dict
        What was measured and its fit, as of ``figures.fit.fit``, by the name of the network.

    Raises
    ------
    InputError
        If a record cannot be read or lacks a group, two are of one network, or ``out`` cannot be
        written or holds another fit.
    """
    from tqdm import tqdm

    from figures import fit as fitting
    from figures.judge import fitted as free
    from figures.reports.levels import fit as report
    from theory import files
    from theory import record as records
    from theory.levels import ISOTROPIC, LEVELS
    from theory.records.runs import Run

    with files.claimed(out):
        opened = _opened(paths, needed=fitting.NEEDED)
        measured_by = {name: json.loads(each.provenance) for name, each in opened.items()}
        asked = {"measured": measured_by} | ({"fitted": True} if fitted else {})
        made_by = records.provenance(command="fort-ganguli fit", parameters=asked, seed=None)
        this = Run(made_by=made_by, overwrite=overwrite)
        this.require_replaceable(out)
        fits = {}
        levels = len(LEVELS) + (len(ISOTROPIC) if fitted else 0)
        work = levels * sum(each.sizes["epoch"] for each in opened.values())
        disable = None if progress else True
        with tqdm(total=work, desc="levels", disable=disable) as bar:
            for name, measured in opened.items():
                found = fitting.fit(measured, progress=bar.update)
                if fitted:
                    own = free.fitted(measured, progress=bar.update)
                    unknown = {"fitted_settled": False}
                    found = found.merge(own.reindex(level=found.level, fill_value=unknown))
                found = found.assign_attrs(provenance=json.dumps(made_by))
                _draw(found, Path(out) / report.stem(name), thresholds=thresholds)
                fits[name] = (measured, found)
        told = report.text(fits, thresholds=thresholds, made_by=[made_by])
        output.said(records.save_text(told, Path(out) / "report.md"))
        this.remove_others(out)
    return fits


def _opened(paths: Sequence[str | Path], *, needed: Sequence[str]) -> dict[str, xr.Dataset]:
    """The records by the names of their networks.

    Raises
    ------
    InputError
        If a record lacks what is needed, or two networks would share the name of a file.
    """
    from figures.reports.levels.fit import stem
    from theory import record as records

    opened = []
    for path in paths:
        measured = records.load(path)
        observable_groups.require(observable_groups.held(measured), needed, by=f"fit {path}")
        opened.append(measured)
    names = _names(paths, opened)
    if len({stem(name) for name in names}) < len(names):
        raise InputError(f"records must be of different networks, got {', '.join(names)}")
    return dict(zip(names, opened, strict=True))


def _names(paths: Sequence[str | Path], opened: Sequence[xr.Dataset]) -> list[str]:
    """What each network is called: its kind, or its folder where that is not known; or both."""
    kinds, folders = [], [Path(path).parent.name for path in paths]
    for folder, measured in zip(folders, opened, strict=True):
        made = json.loads(measured.provenance)["parameters"]
        trained = made["network"] if "training" in made else {"name": folder}
        words = [trained["name"], trained.get("activation"), made["data"]["name"]]
        kinds.append(" ".join(word for word in words if word))
    return [
        kind if kinds.count(kind) == 1 else f"{kind} {folder}"
        for folder, kind in zip(folders, kinds, strict=True)
    ]


def _draw(found: xr.Dataset, stem: Path, *, thresholds: Thresholds) -> None:
    """Errors of each level over training."""
    from figures.pictures import style
    from figures.pictures.spectra import errors

    shown = errors.compute(found, thresholds=thresholds)
    with style.panels(len(errors.PANELS)) as (figure, axes):
        for panel, ax in zip(errors.PANELS, axes, strict=True):
            errors.draw(shown, ax, name=panel)
        style.shared_legend(figure, axes)
        style.save(figure, found, stem, made_by=json.loads(found.provenance))
