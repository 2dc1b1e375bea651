"""What each command of the command line runs; heavy imports wait until they are needed."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from theory import InputError, Params

if TYPE_CHECKING:
    import xarray as xr


def _params(arguments: Namespace) -> Params:
    return Params(**{field.name: getattr(arguments, field.name) for field in fields(Params)})


def predict(arguments: Namespace) -> None:
    params = _params(arguments)
    from figures.predict import predict as prediction
    from figures.reports import summary

    record = prediction(params, seed=arguments.seed)
    record = _save(record, arguments, arguments.out, params.as_dict())
    _print(summary.prediction(record), arguments)


def simulate(arguments: Namespace) -> None:
    params = _params(arguments)
    from tqdm import tqdm

    from figures.reports import summary
    from simulate.replicates import replicates
    from theory.streams import fresh_seed

    seed = fresh_seed() if arguments.seed is None else arguments.seed
    with tqdm(total=arguments.replicates, desc="draws", disable=None) as bar:
        try:
            record = replicates(
                params,
                seed=seed,
                replicates=arguments.replicates,
                workers=arguments.workers,
                top=arguments.top,
                device=arguments.device,
                progress=bar.update,
            )
        except ArithmeticError as error:
            if arguments.top is None:
                raise
            raise InputError(f"--top {arguments.top}: {error}") from error
    asked = {name: getattr(arguments, name) for name in ("replicates", "top", "device")}
    parameters = params.as_dict() | asked
    record = _save(record, arguments, arguments.out, parameters, seed=seed)
    numbers = summary.samples(
        record, count=params.outlier_directions, per_replicate=arguments.per_replicate
    )
    _print(numbers, arguments)


def measure(arguments: Namespace) -> None:
    from figures.reports import comparison as report
    from figures.reports import summary

    record = _measured(arguments)
    report.draw_trajectory(record, arguments.out, made_by=json.loads(record.provenance))
    numbers = summary.measurements(record)
    print(json.dumps(numbers) if arguments.json else summary.table(numbers))


def _measured(arguments: Namespace) -> xr.Dataset:
    """Train or open checkpoints, measure them, and save the record in the folder ``--out``."""
    from theory import record as records

    records.check_writable(arguments.out)
    from figures.commands import measuring

    made_by = records.provenance(
        command="fort-ganguli measure",
        parameters=measuring.settings(arguments),
        seed=arguments.seed,
    )
    return measuring.measured(arguments, made_by=made_by)


def compare(arguments: Namespace) -> None:
    from figures.judge.thresholds import Thresholds
    from figures.reports import comparison as report
    from figures.reports import summary
    from theory import record as records

    records.check_writable(arguments.out)
    thresholds = Thresholds().changed(arguments.threshold)
    if arguments.redraw is not None:
        comparison = _of_kind(arguments.redraw, "outlier_error_std", "compare")
    else:
        comparison = _compared(arguments)
    made_by = json.loads(comparison.provenance)
    target = report.write(comparison, arguments.out, thresholds=thresholds, made_by=made_by)
    print(f"saved {target}", file=sys.stderr)
    if arguments.json:
        _print(summary.comparison(comparison, thresholds=thresholds), arguments)
    else:
        from figures.reports import verdict

        print(verdict.told(comparison, thresholds=thresholds).replace("**", ""))


def _compared(arguments: Namespace) -> xr.Dataset:
    from tqdm import tqdm

    from empirical import observable_groups
    from figures.commands import measuring
    from figures.compare import compare as compared
    from figures.compare import draws
    from theory import checks
    from theory.levels import LEVELS

    checks.integer("replicates", arguments.replicates, low=2)
    checks.integer("workers", arguments.workers, low=1)
    if arguments.measured is not None:
        measured = _of_kind(arguments.measured, "weight_norm", "measure")
        observable_groups.require(
            observable_groups.held(measured),
            observable_groups.COMPARED,
            by=f"compare {arguments.measured}",
        )
        origin = {"measured": json.loads(measured.provenance)}
    else:
        observable_groups.require(arguments.observe, observable_groups.COMPARED, by="compare")
        measured = _measured(arguments)
        origin = measuring.settings(arguments)
    work = sum(1 + draws(level, replicates=arguments.replicates) for level in LEVELS)
    total = work * measured.sizes["epoch"]
    with tqdm(total=total, desc="levels predicted and drawn", disable=None) as bar:
        comparison = compared(
            measured,
            seed=arguments.seed,
            replicates=arguments.replicates,
            workers=arguments.workers,
            progress=bar.update,
        )
    parameters = origin | {"replicates": arguments.replicates}
    return _save(comparison, arguments, arguments.out / "comparison.nc", parameters)


def _of_kind(path: Path, variable: str, command: str) -> xr.Dataset:
    """The record at ``path``, which must hold the variable that ``command`` writes."""
    from theory import record as records

    record = records.load(path)
    if variable not in record:
        raise InputError(f"{path} must be a record of 'fort-ganguli {command}', has no {variable}")
    return record


def _save(
    record: xr.Dataset,
    arguments: Namespace,
    path: Path | None,
    parameters: dict[str, Any],
    *,
    seed: int | None = None,
) -> xr.Dataset:
    """The record with its provenance, saved at ``path`` if there is one."""
    from theory import record as records

    made_by = records.provenance(
        command=f"fort-ganguli {arguments.command}",
        parameters=parameters,
        seed=arguments.seed if seed is None else seed,
    )
    if path is not None:
        records.save(record, path, made_by=made_by)
        print(f"saved {path}", file=sys.stderr)
    return record.assign_attrs(provenance=json.dumps(made_by))


def _print(numbers: dict[str, Any], arguments: Namespace) -> None:
    from figures.reports import summary

    print(json.dumps(numbers) if arguments.json else summary.text(numbers))
