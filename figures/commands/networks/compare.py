"""The command ``compare``; heavy imports wait until they are needed."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from empirical.groups import observable_groups
from empirical.groups.observable_groups import COMPARED
from figures.judge.thresholds import Thresholds
from figures.options import experiment as asked
from figures.options import output, shared
from figures.options.installed import require_torch
from simulate.settings import Sampling
from theory import InputError, checks

if TYPE_CHECKING:
    import xarray as xr

    from theory.records.runs import Run

OBSERVED = (*COMPARED, "resampled")


def add(subparsers: Any) -> None:
    """Add the command to those of the parser."""
    command = shared.command(
        subparsers,
        "compare",
        "measure a network, predict it, sample it, and report the three side by side",
        """examples:
  fort-ganguli compare --out results/compare
  fort-ganguli compare --measured results/measured/measured.nc --replicates 50
  fort-ganguli compare --redraw results/compare/comparison.nc --out results/redrawn

Writes report.md, the pictures (PNG, PDF, SVG, and their data as NetCDF), measured.nc,
comparison.nc and checkpoints/ into the folder --out.""",
        compare,
    )
    asked.add_experiment(command, observe=OBSERVED)
    shared.add_replicates(command)
    shared.add_workers(command)
    start = command.add_mutually_exclusive_group()
    start.add_argument(
        "--measured", type=shared.path, metavar="FILE", help="start from this record of 'measure'"
    )
    start.add_argument(
        "--redraw",
        type=shared.path,
        metavar="FILE",
        help="only draw this record of 'compare' again",
    )
    shared.add_thresholds(command)
    shared.add_folder(command, "results/compare")


def compare(arguments: Namespace) -> None:
    """Compare, or draw again, what the options name, and print the verdict."""
    thresholds = Thresholds().changed(arguments.threshold)
    compared = _compared if arguments.redraw is None else _redrawn
    comparison = compared(arguments, thresholds=thresholds)
    if arguments.json:
        from figures.reports import summary

        output.show(summary.comparison(comparison, thresholds=thresholds), as_json=True)
    else:
        from figures.reports.levels import verdict

        print(verdict.told(comparison, thresholds=thresholds).replace("**", ""))
        output.said_by(comparison)


def run(
    measured: xr.Dataset,
    *,
    sampling: Sampling,
    out: str | Path,
    thresholds: Thresholds,
    overwrite: bool = False,
    progress: bool = True,
) -> xr.Dataset:
    """Predict and sample a measured trajectory, and write the report of the comparison.

    Parameters
    ----------
    measured
        Record of ``empirical.experiment.run`` with its provenance and the groups ``COMPARED``.
    sampling
        Draws for each epoch and level, at least 2.
    out
        Folder of ``comparison.nc``, ``report.md`` and the pictures.
    thresholds
        Errors with which a prediction holds; they change the report alone.
    overwrite
        Replace the comparison of other settings that ``out`` holds.
    progress
        Show a bar where stderr is a terminal.

    Raises
    ------
    InputError
        If the record lacks a group, or ``out`` cannot be written or holds another comparison.
    """
    from tqdm import tqdm

    from figures.compare import compare as compared
    from figures.compare import draws
    from theory import files
    from theory.levels import LEVELS

    checks.integer("replicates", sampling.replicates, low=2)
    groups = observable_groups.held(measured)
    observable_groups.require(groups, COMPARED, by="compare")
    this = _run(json.loads(measured.provenance), sampling, overwrite=overwrite)
    folder = Path(out)
    with files.claimed(folder):
        this.require_replaceable(folder)
        each = sum(1 + draws(level, replicates=sampling.replicates) for level in LEVELS)
        work, disable = each * measured.sizes["epoch"], None if progress else True
        with tqdm(total=work, desc="levels predicted and drawn", disable=disable) as bar:
            comparison = compared(
                measured,
                seed=sampling.seed,
                replicates=sampling.replicates,
                workers=sampling.workers,
                progress=bar.update,
            )
        comparison = output.save(comparison, folder / "comparison.nc", run=this)
        _report(comparison, folder, thresholds=thresholds)
        this.remove_others(folder)
    return comparison


def _run(measured_by: Mapping[str, Any], sampling: Sampling, *, overwrite: bool) -> Run:
    from theory.records.record import provenance
    from theory.records.runs import Run

    parameters = {"measured": dict(measured_by), **sampling.as_dict()}
    made_by = provenance(command="fort-ganguli compare", parameters=parameters, seed=sampling.seed)
    return Run(made_by=made_by, overwrite=overwrite)


def _report(comparison: xr.Dataset, folder: Path, *, thresholds: Thresholds) -> None:
    from figures.reports.levels import comparison as report

    made_by = json.loads(comparison.provenance)
    output.said(report.write(comparison, folder, thresholds=thresholds, made_by=made_by))


def _compared(arguments: Namespace, *, thresholds: Thresholds) -> xr.Dataset:
    sampling = Sampling(**shared.given(arguments, Sampling))
    checks.integer("replicates", sampling.replicates, low=2)
    keywords = {"out": arguments.out, "overwrite": arguments.overwrite}
    if arguments.measured is not None:
        given = [name for name in asked.given_options(arguments) if name != "seed"]
        asked.require_none(given, by="--measured")
        record = _of_kind(arguments.measured, "weight_norm", "measure")
        return run(record, sampling=sampling, thresholds=thresholds, **keywords)
    experiment = asked.experiment(arguments, observe=OBSERVED)
    observable_groups.require(experiment.measurement.observe, COMPARED, by="compare")
    require_torch()
    from empirical.experiment import asked_for
    from empirical.experiment import run as measured

    asked.find_own_networks()
    measuring = asked_for(experiment).made_by
    _run(measuring, sampling, overwrite=arguments.overwrite).require_replaceable(arguments.out)
    record = measured(experiment, mixed_versions=arguments.mixed_versions, **keywords)
    output.said(arguments.out / "measured.nc")
    return run(record, sampling=sampling, thresholds=thresholds, **keywords)


def _redrawn(arguments: Namespace, *, thresholds: Thresholds) -> xr.Dataset:
    given = asked.given_options(arguments)
    given += ["replicates"] * hasattr(arguments, "replicates")
    asked.require_none(given, by="--redraw")
    from theory import files
    from theory.records.runs import Run

    comparison = _of_kind(arguments.redraw, "outlier_error_std", "compare")
    this = Run(made_by=json.loads(comparison.provenance), overwrite=arguments.overwrite)
    with files.claimed(arguments.out):
        this.require_replaceable(arguments.out)
        _report(comparison, arguments.out, thresholds=thresholds)
        this.remove_others(arguments.out)
    return comparison


def _of_kind(path: Path, variable: str, command: str) -> xr.Dataset:
    """The record at ``path``, which must hold the variable that ``command`` writes.

    Raises
    ------
    InputError
        If it cannot be read, or lacks that.
    """
    from theory import record as records

    record = records.load(path)
    if variable not in record:
        raise InputError(f"{path} must be a record of 'fort-ganguli {command}', has no {variable}")
    return record
