"""A network trained, or its checkpoints opened, and measured: what two commands share."""

from __future__ import annotations

import argparse
import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from figures.options import count
from theory import InputError

if TYPE_CHECKING:
    import xarray as xr

TRAINING = ("hidden", "activation", "epochs", "learning_rate", "batch_size", "momentum")
SAMPLE = ("network", "data", "vocabulary", "examples", "held_out", "dtype", "device")


def add_options(command: argparse.ArgumentParser) -> None:
    """The network, its data and training, and what is measured on."""
    network = command.add_argument_group("network and data")
    network.add_argument(
        "--network",
        default="mlp",
        metavar="NAME",
        help="mlp, cnn, lenet, resnet20, transformer, or package.module:factory, a function of "
        "your own without arguments that returns a torch module (default: mlp)",
    )
    network.add_argument(
        "--data",
        default="digits",
        metavar="NAME",
        help="digits, mnist, fashion-mnist, cifar-10 (fetched once), a text FILE.txt, or FILE.npz "
        "with inputs and targets (default: digits)",
    )
    network.add_argument(
        "--vocabulary",
        type=count,
        metavar="C",
        help="characters of a text that are classes; the rarest share the last one (default: all)",
    )
    network.add_argument(
        "--hidden",
        type=count,
        nargs="*",
        default=[100, 100],
        metavar="W",
        help="hidden widths of mlp (default: 100 100)",
    )
    network.add_argument(
        "--activation", choices=("relu", "tanh"), default="relu", help="of mlp (default: relu)"
    )
    training = command.add_argument_group("training")
    training.add_argument(
        "--epochs",
        type=count,
        nargs="+",
        default=[0, 1, 5, 20],
        metavar="E",
        help="epochs to measure at (default: 0 1 5 20)",
    )
    training.add_argument("--learning-rate", type=float, default=0.1, metavar="X")
    training.add_argument("--batch-size", type=count, default=32, metavar="B")
    training.add_argument("--momentum", type=float, default=0.0, metavar="X")
    sample = command.add_argument_group("measurement")
    sample.add_argument(
        "--examples",
        type=count,
        default=400,
        metavar="N",
        help="examples to measure on (default: 400)",
    )
    sample.add_argument(
        "--held-out",
        type=count,
        default=1000,
        metavar="N",
        help="other examples, which give the model's parameters (default: 1000)",
    )
    sample.add_argument(
        "--dtype",
        choices=("float64", "float32"),
        default="float64",
        help="float32 halves time and memory; eigenvalues are then good to 1e-6 of the largest",
    )
    sample.add_argument("--device", default="cpu", help="cpu, cuda or cuda:1 (default: cpu)")
    command.add_argument("--seed", type=int, default=0, metavar="S", help="root of all draws")


def settings(arguments: Namespace) -> dict[str, Any]:
    """All that a measurement depends on, for its provenance."""
    checkpoints = getattr(arguments, "checkpoint", None)
    if checkpoints is not None:
        origin = {"checkpoint": [str(path) for path in checkpoints]}
    else:
        origin = {name: getattr(arguments, name) for name in TRAINING}
    return origin | {name: getattr(arguments, name) for name in SAMPLE}


def measured(arguments: Namespace) -> xr.Dataset:
    """The record of ``empirical.trajectory``; checkpoints are left in the folder ``--out``.

    Raises
    ------
    InputError
        If torch is not there, or the network, the data or the device are not what was asked for.
    """
    require_torch()
    from tqdm import tqdm

    from empirical.datasets import load
    from empirical.devices import floating, placed
    from empirical.measure import sizes
    from empirical.trajectory import trajectory

    device = placed(arguments.device)
    data, test = load(arguments.data, vocabulary=arguments.vocabulary, seed=arguments.seed)
    sizes(data, examples=arguments.examples, held_out=arguments.held_out)
    factory = arguments.network if ":" in arguments.network else None
    if factory is not None and str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    paths = getattr(arguments, "checkpoint", None) or _trained(arguments, data)
    with tqdm(total=len(paths), desc="checkpoints measured", disable=None) as bar:
        return trajectory(
            paths,
            data,
            test=test,
            examples=arguments.examples,
            held_out=arguments.held_out,
            seed=arguments.seed,
            dtype=floating(arguments.dtype),
            device=device,
            factory=factory,
            progress=bar.update,
        )


def _trained(arguments: Namespace, data: Any) -> list[Any]:
    from tqdm import tqdm

    from empirical.networks import named
    from empirical.training import train

    network = named(
        arguments.network,
        data,
        hidden=arguments.hidden,
        activation=arguments.activation,
        seed=arguments.seed,
    )
    epochs = max(*arguments.epochs, 1)
    with tqdm(total=epochs, desc="epochs trained", disable=None) as bar:

        def shown(epoch: int, loss: float) -> None:
            bar.update(epoch - bar.n)
            bar.set_postfix(loss=f"{loss:.3g}")

        return train(
            network,
            data,
            epochs=epochs,
            learning_rate=arguments.learning_rate,
            batch_size=arguments.batch_size,
            momentum=arguments.momentum,
            seed=arguments.seed,
            checkpoint_epochs=arguments.epochs,
            folder=arguments.out / "checkpoints",
            progress=shown,
        )


def require_torch() -> None:
    """Refuse to measure where torch or scikit-learn is missing."""
    from importlib.util import find_spec

    missing = [name for name in ("torch", "sklearn") if find_spec(name) is None]
    if missing:
        raise InputError(
            f"measuring needs {' and '.join(missing)}: pip install 'fort-ganguli[torch]'"
        )
