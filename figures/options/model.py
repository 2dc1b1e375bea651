"""The random model's parameters as options: what ``predict`` and ``simulate`` share."""

from __future__ import annotations

import argparse
from dataclasses import fields

from figures.options.shared import count
from theory import Params
from theory.params import LABEL_LAWS

EXAMPLE = "--N 300 --C 10 --D 1000 --sigma-z 1 --sigma-c 1 --sigma-E 0.7"


def add_model(command: argparse.ArgumentParser) -> None:
    """The options that name a model."""
    model = command.add_argument_group("model")
    for name, meaning in (("N", "examples"), ("C", "classes"), ("D", "weights")):
        model.add_argument(f"--{name}", type=count, required=True, metavar=name, help=meaning)
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
    for name, meaning in (
        ("sigma-y", "RMS length of what the true class adds to a mean logit gradient"),
        ("T-exponent", "exponent of the noise's covariance across weights, a power law"),
        ("rho", "correlation of the noise of two logits"),
        ("sigma-H", "strength of the logits' curvature"),
    ):
        model.add_argument(
            f"--{name}", type=float, default=0.0, metavar="X", help=f"{meaning} (default: 0)"
        )


def params(arguments: argparse.Namespace) -> Params:
    """The model that the options name."""
    return Params(**{field.name: getattr(arguments, field.name) for field in fields(Params)})
