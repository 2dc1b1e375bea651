"""The command line ``fort-ganguli``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from empirical.observable_groups import COMPARED, USUAL
from figures.commands import fit, goldilocks, measuring, model, options, study
from theory import InputError
from theory.params import LABEL_LAWS
from theory.provenance import version_line

MODEL_OPTIONS = "--N 300 --C 10 --D 1000 --sigma-z 1 --sigma-c 1 --sigma-E 0.7"


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {message}\n")


class _Version(argparse.Action):
    """Prints the version on one line; it is looked up only when asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print(f"{parser.prog} {version_line()}")
        parser.exit()


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0, 2 for bad input, 1 without convergence."""
    arguments = parser().parse_args(argv)
    try:
        arguments.run(arguments)
    except InputError as error:
        print(f"fort-ganguli {arguments.command}: error: {error}", file=sys.stderr)
        return 2
    except ArithmeticError as error:
        print(f"fort-ganguli {arguments.command}: no convergence: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
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
    top.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    subparsers = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    predict = options.command(
        subparsers,
        "predict",
        "closed forms: outliers, bulk edges, gradient share",
        f"""examples:
  fort-ganguli predict {MODEL_OPTIONS}
  fort-ganguli predict {MODEL_OPTIONS} --seed 0 --json
  fort-ganguli predict --N 1e6 --C 10 --D 1e9 --sigma-z 4 --sigma-c 1 --sigma-E 0.7

With --seed the logits and labels are those that the seed draws; without it, averages over them.
The means are averaged over in both cases.""",
        model.predict,
    )
    _add_model(predict)
    predict.add_argument("--seed", type=int, metavar="S", help="condition on the draws of a seed")
    _add_output(predict, "save the record as NetCDF")

    simulate = options.command(
        subparsers,
        "simulate",
        "exact samples of the model",
        f"""examples:
  fort-ganguli simulate {MODEL_OPTIONS} --replicates 20 --seed 0
  fort-ganguli simulate {MODEL_OPTIONS} --replicates 20 --json --per-replicate
  fort-ganguli simulate --N 300 --C 10 --D 1e9 --sigma-z 1 --sigma-c 1 --sigma-E 0.7 --out s.nc
  fort-ganguli simulate --N 1e4 --C 10 --D 1e9 --sigma-z 1 --sigma-c 1 --sigma-E 0.7 --top 10
  fort-ganguli simulate {MODEL_OPTIONS} --replicates 1000 --device cuda

The logits and labels are those that the seed draws; means and noise are new in each replicate.""",
        model.simulate,
    )
    _add_model(simulate)
    simulate.add_argument(
        "--replicates", type=options.count, default=20, metavar="R", help="draws (default: 20)"
    )
    simulate.add_argument(
        "--top",
        type=options.count,
        metavar="K",
        help="only the K largest eigenvalues, matrix-free, for any number of examples and weights",
    )
    simulate.add_argument(
        "--device",
        metavar="DEVICE",
        help="draw many spectra at a time by torch on cpu, cuda or cuda:1; other draws of the same "
        "law (default: one by one on the workers, without torch)",
    )
    _add_seed(simulate)
    options.add_workers(simulate)
    simulate.add_argument(
        "--per-replicate", action="store_true", help="print the values of each replicate, too"
    )
    _add_output(simulate, "save all eigenvalues as NetCDF")

    study.add(subparsers)

    measure = options.command(
        subparsers,
        "measure",
        "train a network, or open its checkpoints, and measure it",
        """examples:
  fort-ganguli measure --out results/measured
  fort-ganguli measure --epochs 0 0.1 0.5 1 5 20 --memory 4GiB
  fort-ganguli measure --observe logits clustering terms --epochs 0 0.2 1 --examples 1000
  fort-ganguli measure --hidden 64 --activation tanh --epochs 0 2 10 --seed 1 --json
  fort-ganguli measure --network cnn --epochs 0 1 --examples 200 --dtype float32
  fort-ganguli measure --network mymodels.small:make --data mine.npz --held-out 500
  fort-ganguli measure --network transformer --data play.txt --vocabulary 20 --momentum 0.9
  fort-ganguli measure --checkpoint results/measured/checkpoints/epoch-0001.pt --examples 300

Writes checkpoints/, measured.nc and pictures of the trajectory (PNG, PDF, and their data as NetCDF)
into the folder --out. A run that was killed goes on where it was when it is started again;
measured.nc always holds whole points.""",
        model.measure,
    )
    measuring.add_options(measure, observe=USUAL)
    measure.add_argument(
        "--checkpoint",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="measure these checkpoints instead of training",
    )
    options.add_folder(measure, "results/measured")

    compare = options.command(
        subparsers,
        "compare",
        "measure a network, predict it, sample it, and report the three side by side",
        """examples:
  fort-ganguli compare --out results/compare
  fort-ganguli compare --measured results/measured/measured.nc --replicates 50
  fort-ganguli compare --redraw results/compare/comparison.nc --out results/redrawn

Writes report.md, the pictures (PNG, PDF, and their data as NetCDF), measured.nc, comparison.nc and
checkpoints/ into the folder --out.""",
        model.compare,
    )
    measuring.add_options(compare, observe=COMPARED)
    compare.add_argument(
        "--replicates", type=options.count, default=20, metavar="R", help="draws (default: 20)"
    )
    options.add_workers(compare)
    start = compare.add_mutually_exclusive_group()
    start.add_argument(
        "--measured", type=Path, metavar="FILE", help="start from this record of 'measure'"
    )
    start.add_argument(
        "--redraw", type=Path, metavar="FILE", help="only draw this record of 'compare' again"
    )
    options.add_folder(compare, "results/compare")
    fit.add(subparsers)
    goldilocks.add(subparsers)
    return top


def _add_model(command: argparse.ArgumentParser) -> None:
    model = command.add_argument_group("model")
    for name, meaning in (("N", "examples"), ("C", "classes"), ("D", "weights")):
        model.add_argument(
            f"--{name}", type=options.count, required=True, metavar=name, help=meaning
        )
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


def _add_output(command: argparse.ArgumentParser, saves: str) -> None:
    command.add_argument("--out", type=Path, metavar="FILE", help=saves)
    command.add_argument("--json", action="store_true", help="print one JSON object on stdout")
