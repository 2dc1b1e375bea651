"""The command ``language``; heavy imports wait until they are needed."""

from __future__ import annotations

from argparse import Namespace
from functools import partial
from pathlib import Path
from typing import Any

from empirical.settings import Language
from empirical.settings.language import DOCSTRINGS, PLACES
from figures.language.run import PICTURE, RECORD, TRAINING, run
from figures.options import shared, study


def add(subparsers: Any) -> None:
    """Add the command to those of the parser."""
    command = shared.command(
        subparsers,
        "language",
        "train a language model on words, and measure and predict its largest eigenvalues",
        f"""examples:
  fort-ganguli language --out results/language
  fort-ganguli language --data play.txt --vocabulary 2000 --steps 0 100 500
  fort-ganguli language --windows 16 --top 10 --memory 2GiB
  fort-ganguli language --fast --json

The next-token loss over all places of all windows, each place an example. Nothing of the size of a
Jacobian or of C × C is formed. The same command goes on from the points that it has
and the training kept in {TRAINING}. Writes {RECORD} and {PICTURE} as PNG, PDF and SVG with its data
as NetCDF. On a GPU the last digits of a training vary.""",
        language,
    )
    setting = partial(shared.add_setting, command, Language)
    count = shared.count
    setting(
        "data",
        metavar="NAME",
        meaning="docstrings (of numpy, scipy, scikit-learn and torch), or a text FILE.txt",
    )
    setting("vocabulary", type=count, metavar="C", meaning="words; the rarest share the last one")
    setting("context", type=count, metavar="T", meaning="places of a window")
    setting("hidden", type=count, nargs="+", metavar="W", meaning="width of each block, all alike")
    setting("steps", type=count, nargs="+", metavar="S", meaning="of training, to measure at")
    setting("batch_size", type=count, metavar="B", meaning="windows of a step")
    setting("learning_rate", type=float, metavar="X", meaning="the highest")
    setting("places", choices=PLACES, meaning="of a window that are examples")
    setting("windows", type=count, metavar="N", meaning="windows that G is measured on")
    setting("held_out", type=count, metavar="M", meaning="windows for the model's parameters")
    setting("top", type=count, metavar="K", meaning="eigenvalues")
    setting("rank", type=count, metavar="R", meaning="columns of the low-rank part of Γ")
    setting("true_classes", type=count, metavar="Y", meaning="at most, with means of their own")
    setting("draws", type=count, metavar="Z", meaning="pairs of sampled logit gradients")
    setting("device", metavar="DEVICE", meaning="cpu, cuda or cuda:1")
    command.add_argument(
        "--memory",
        type=shared.size,
        metavar="SIZE",
        help="most memory to use, as 500M or 4GiB, beside that of the program (default: what is "
        "free)",
    )
    study.add_options(command, Language, "results/language")


def language(arguments: Namespace) -> None:
    """Train, measure, predict, draw, and print the numbers."""
    settings = study.asked(arguments, Language)
    if settings.data != DOCSTRINGS:
        shared.require_there(Path(settings.data))
    data = run(settings, memory=arguments.memory, **study.place(arguments))
    from figures.language import report

    study.show(arguments, data, told=report.told(data), numbers=report.numbers(data))
