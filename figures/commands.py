"""What each command of the command line runs; heavy imports wait until they are needed."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from theory import InputError, Params

if TYPE_CHECKING:
    import xarray as xr


def _params(arguments: Namespace) -> Params:
    names = ("N", "C", "D", "sigma_z", "sigma_c", "sigma_E", "labels", "margin")
    return Params(**{name: getattr(arguments, name) for name in names})


def predict(arguments: Namespace) -> None:
    params = _params(arguments)
    from figures import summary
    from figures.predict import predict as prediction

    record = prediction(params, seed=arguments.seed)
    record = _save(record, arguments, arguments.out, params.as_dict())
    _print(summary.prediction(record), arguments)


def simulate(arguments: Namespace) -> None:
    params = _params(arguments)
    from tqdm import tqdm

    from figures import summary
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
                progress=bar.update,
            )
        except ArithmeticError as error:
            raise InputError(f"--top {arguments.top}: {error}") from error
    parameters = params.as_dict() | {"replicates": arguments.replicates, "top": arguments.top}
    record = _save(record, arguments, arguments.out, parameters, seed=seed)
    numbers = summary.samples(record, C=params.C, per_replicate=arguments.per_replicate)
    _print(numbers, arguments)


def measure(arguments: Namespace) -> None:
    from figures import summary

    _print(summary.measurements(_measured(arguments)), arguments)


def _measured(arguments: Namespace) -> xr.Dataset:
    """Train or open checkpoints, measure them, and save the record in the folder ``--out``."""
    from theory import record as records

    records.check_writable(arguments.out)
    _require_torch()
    from tqdm import tqdm

    from empirical.data import digits
    from empirical.networks import mlp
    from empirical.training import train
    from empirical.trajectory import trajectory

    data, test = digits(seed=arguments.seed)
    paths = getattr(arguments, "checkpoint", None)
    if paths is None:
        widths = [data.inputs.shape[1], *arguments.hidden, data.classes]
        paths = train(
            mlp(widths, activation=arguments.activation, seed=arguments.seed),
            data,
            epochs=max(max(arguments.epochs), 1),
            learning_rate=arguments.learning_rate,
            batch_size=arguments.batch_size,
            momentum=arguments.momentum,
            seed=arguments.seed,
            checkpoint_epochs=arguments.epochs,
            folder=arguments.out / "checkpoints",
        )
    with tqdm(total=len(paths), desc="checkpoints measured", disable=None) as bar:
        record = trajectory(
            paths,
            data,
            test=test,
            examples=arguments.examples,
            held_out=arguments.held_out,
            seed=arguments.seed,
            progress=bar.update,
        )
    return _save(record, arguments, arguments.out / "measured.nc", _settings(arguments))


def compare(arguments: Namespace) -> None:
    from figures import report, summary
    from theory import record as records

    records.check_writable(arguments.out)
    if arguments.redraw is not None:
        comparison = _of_kind(arguments.redraw, "predicted_outliers", "compare")
    else:
        comparison = _compared(arguments)
    made_by = json.loads(comparison.provenance)
    target = report.write(comparison, arguments.out, made_by=made_by)
    print(f"saved {target}", file=sys.stderr)
    if arguments.json:
        _print(summary.comparison(comparison), arguments)
    else:
        from figures.verdict import sentences

        print("\n".join(sentences(comparison)).replace("**", ""))


def _compared(arguments: Namespace) -> xr.Dataset:
    from tqdm import tqdm

    from figures.compare import LEVELS
    from figures.compare import compare as compared
    from theory import checks

    checks.integer("replicates", arguments.replicates, low=2)
    checks.integer("workers", arguments.workers, low=1)
    if arguments.measured is not None:
        measured = _of_kind(arguments.measured, "Gamma_cluster", "measure")
        origin = {"measured": json.loads(measured.provenance)}
    else:
        measured = _measured(arguments)
        origin = _settings(arguments)
    draws = arguments.replicates * measured.sizes["epoch"] * len(LEVELS)
    with tqdm(total=draws, desc="draws", disable=None) as bar:
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


def _require_torch() -> None:
    from importlib.util import find_spec

    missing = [name for name in ("torch", "sklearn") if find_spec(name) is None]
    if missing:
        raise InputError(
            f"measuring needs {' and '.join(missing)}: pip install 'fort-ganguli[torch]'"
        )


def _settings(arguments: Namespace) -> dict[str, Any]:
    names = ("hidden", "activation", "epochs", "learning_rate", "batch_size", "momentum")
    settings = {name: getattr(arguments, name) for name in (*names, "examples", "held_out")}
    checkpoints = getattr(arguments, "checkpoint", None)
    if checkpoints is not None:
        settings = {"checkpoint": [str(path) for path in checkpoints]}
        settings |= {"examples": arguments.examples, "held_out": arguments.held_out}
    return settings | {"data": "digits"}


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
    from figures import summary

    print(json.dumps(numbers) if arguments.json else summary.text(numbers))
