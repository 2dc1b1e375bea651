"""The command line ``fort-ganguli``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from theory import InputError, Params
from theory.params import LABEL_LAWS
from theory.record import package_version

if TYPE_CHECKING:
    import xarray as xr

MODEL_OPTIONS = "--N 300 --C 10 --D 1000 --sigma-z 1 --sigma-c 1 --sigma-E 0.7"


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {message}\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0, or 2 for bad input."""
    arguments = parser().parse_args(argv)
    try:
        arguments.run(arguments)
    except InputError as error:
        print(f"fort-ganguli {arguments.command}: error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"fort-ganguli {arguments.command}: interrupted", file=sys.stderr)
        return 130
    return 0


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    top = _Parser(
        prog="fort-ganguli",
        description="The Fort-Ganguli random-matrix model of neural loss landscapes: "
        "predict it, simulate it, measure networks, and compare the three.",
        epilog=f"example: fort-ganguli predict {MODEL_OPTIONS}",
    )
    top.add_argument("--version", action="version", version=f"%(prog)s {package_version()}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    predict = _command(
        commands,
        "predict",
        "closed forms: outliers, bulk edges, gradient share",
        f"""examples:
  fort-ganguli predict {MODEL_OPTIONS}
  fort-ganguli predict {MODEL_OPTIONS} --seed 0 --json
  fort-ganguli predict --N 1e6 --C 10 --D 1e9 --sigma-z 4 --sigma-c 1 --sigma-E 0.7

With --seed the logits and labels are those that the seed draws; without it, averages over them.
The means are averaged over in both cases.""",
        _predict,
    )
    _add_model(predict)
    predict.add_argument("--seed", type=int, metavar="S", help="condition on the draws of a seed")
    _add_output(predict, "save the record as NetCDF")

    simulate = _command(
        commands,
        "simulate",
        "exact samples of the model",
        f"""examples:
  fort-ganguli simulate {MODEL_OPTIONS} --replicates 20 --seed 0
  fort-ganguli simulate {MODEL_OPTIONS} --replicates 20 --json --per-replicate
  fort-ganguli simulate --N 300 --C 10 --D 1e9 --sigma-z 1 --sigma-c 1 --sigma-E 0.7 --out s.nc

The logits and labels are those that the seed draws; means and noise are new in each replicate.""",
        _simulate,
    )
    _add_model(simulate)
    simulate.add_argument(
        "--replicates", type=_count, default=20, metavar="R", help="draws (default: 20)"
    )
    _add_seed(simulate)
    _add_workers(simulate)
    simulate.add_argument(
        "--per-replicate", action="store_true", help="print the values of each replicate, too"
    )
    _add_output(simulate, "save all eigenvalues as NetCDF")
    return top


def _command(
    commands: Any, name: str, summary: str, examples: str, run: Any
) -> argparse.ArgumentParser:
    command = commands.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=run)
    return command


def _count(text: str) -> int:
    """An integer, also as ``1e9``."""
    try:
        return int(text)
    except ValueError:
        pass
    try:
        number = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be an integer, got {text!r}") from None
    if not number.is_integer():
        raise argparse.ArgumentTypeError(f"must be an integer, got {text!r}")
    return int(number)


def _add_model(command: argparse.ArgumentParser) -> None:
    model = command.add_argument_group("model")
    for name, meaning in (("N", "examples"), ("C", "classes"), ("D", "weights")):
        model.add_argument(f"--{name}", type=_count, required=True, metavar=name, help=meaning)
    for name, meaning in (
        ("sigma-z", "standard deviation of the logits, in nats"),
        ("sigma-c", "RMS length of the mean logit gradients"),
        ("sigma-E", "RMS length of the noise of a logit gradient"),
    ):
        model.add_argument(f"--{name}", type=float, required=True, metavar="X", help=meaning)
    model.add_argument("--labels", choices=LABEL_LAWS, default="uniform", help="law of the labels")
    model.add_argument(
        "--margin", type=float, default=0.0, metavar="X", help="logit margin of 'margin' labels"
    )


def _add_seed(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--seed", type=int, metavar="S", help="root of all draws (default: a new one, recorded)"
    )


def _add_workers(command: argparse.ArgumentParser) -> None:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    command.add_argument(
        "--workers",
        type=_count,
        default=cores or 1,
        metavar="W",
        help=f"draws side by side; the result does not depend on it (default: {cores})",
    )


def _add_output(command: argparse.ArgumentParser, saves: str) -> None:
    command.add_argument("--out", type=Path, metavar="FILE", help=saves)
    command.add_argument("--json", action="store_true", help="print one JSON object on stdout")


def _params(arguments: argparse.Namespace) -> Params:
    names = ("N", "C", "D", "sigma_z", "sigma_c", "sigma_E", "labels", "margin")
    return Params(**{name: getattr(arguments, name) for name in names})


def _predict(arguments: argparse.Namespace) -> None:
    params = _params(arguments)
    from figures import predict, summary

    record = _finish(
        predict.predict(params, seed=arguments.seed),
        arguments,
        parameters=params.as_dict(),
        seed=arguments.seed,
    )
    _print(summary.prediction(record), arguments)


def _simulate(arguments: argparse.Namespace) -> None:
    params = _params(arguments)
    from tqdm import tqdm

    from figures import summary
    from simulate.replicates import replicates
    from theory.streams import fresh_seed

    seed = fresh_seed() if arguments.seed is None else arguments.seed
    with tqdm(total=arguments.replicates, desc="draws", disable=None) as bar:
        record = replicates(
            params,
            seed=seed,
            replicates=arguments.replicates,
            workers=arguments.workers,
            progress=bar.update,
        )
    record = _finish(
        record,
        arguments,
        parameters=params.as_dict() | {"replicates": arguments.replicates},
        seed=seed,
    )
    numbers = summary.samples(record, C=params.C, per_replicate=arguments.per_replicate)
    _print(numbers, arguments)


def _finish(
    record: xr.Dataset,
    arguments: argparse.Namespace,
    *,
    parameters: dict[str, Any],
    seed: int | None,
) -> xr.Dataset:
    """The record with its provenance, saved where ``--out`` says."""
    from theory import record as records

    made_by = records.provenance(
        command=f"fort-ganguli {arguments.command}", parameters=parameters, seed=seed
    )
    if arguments.out is not None:
        records.save(record, arguments.out, made_by=made_by)
        print(f"saved {arguments.out}", file=sys.stderr)
    return record.assign_attrs(provenance=json.dumps(made_by))


def _print(numbers: dict[str, Any], arguments: argparse.Namespace) -> None:
    from figures import summary

    print(json.dumps(numbers) if arguments.json else summary.text(numbers))
