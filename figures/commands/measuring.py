"""A network trained, or its checkpoints opened, and measured: what two commands share."""

from __future__ import annotations

import argparse
import math
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from empirical.observable_groups import GROUPS, chosen
from figures.commands.options import count, size
from theory import InputError, checks

if TYPE_CHECKING:
    import xarray as xr

TRAINING = ("hidden", "activation", "epochs", "learning_rate", "batch_size", "momentum")
SAMPLE = ("network", "data", "vocabulary", "observe", "examples", "held_out", "dtype", "device")


def add_options(command: argparse.ArgumentParser, *, observe: Sequence[str]) -> None:
    """The network, its data and training, and what is measured on; ``observe`` is the default."""
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
        type=float,
        nargs="+",
        default=[0.0, 1.0, 5.0, 20.0],
        metavar="E",
        help="epochs to measure at; a fraction is the nearest step (default: 0 1 5 20)",
    )
    training.add_argument("--learning-rate", type=float, default=0.1, metavar="X")
    training.add_argument("--batch-size", type=count, default=32, metavar="B")
    training.add_argument("--momentum", type=float, default=0.0, metavar="X")
    sample = command.add_argument_group("measurement")
    listed = "; ".join(f"{name}: {group.meaning}" for name, group in GROUPS.items())
    sample.add_argument(
        "--observe",
        nargs="+",
        choices=tuple(GROUPS),
        default=list(observe),
        metavar="GROUP",
        help=f"what to measure. {listed} (default: {' '.join(observe)})",
    )
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
    sample.add_argument(
        "--memory",
        type=size,
        metavar="SIZE",
        help="most memory to use, as 500M or 4GiB, beside that of the program itself (default: "
        "what is free)",
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
    sample = {name: getattr(arguments, name) for name in SAMPLE}
    return origin | sample | {"observe": list(chosen(arguments.observe))}


def measured(arguments: Namespace, *, made_by: dict[str, Any]) -> xr.Dataset:
    """The record of ``empirical.trajectory``, saved in the folder ``--out`` with ``checkpoints/``.

    What is left to do, and what it will cost, is printed first.

    Raises
    ------
    InputError
        If torch is not there, the network, the data or the device are not what was asked for, or
        the memory would not suffice.
    """
    require_torch()
    from tqdm import tqdm

    from empirical.data.by_name import load
    from empirical.machine.devices import floating, placed
    from empirical.measure import sizes
    from empirical.trajectory import stored, trajectory

    how: dict[str, Any] = {
        "observe": chosen(arguments.observe),
        "examples": arguments.examples,
        "held_out": arguments.held_out,
        "dtype": floating(arguments.dtype),
        "device": placed(arguments.device),
        "memory": arguments.memory,
    }
    data, test = load(arguments.data, vocabulary=arguments.vocabulary, seed=arguments.seed)
    sizes(data, **{name: how[name] for name in ("observe", "examples", "held_out")})
    factory = arguments.network if ":" in arguments.network else None
    if factory is not None and str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    store = arguments.out / "measured.nc"
    paths = getattr(arguments, "checkpoint", None)
    network = _network(arguments, data) if paths is None else _opened(paths[0], factory)
    count = len(paths or _steps(arguments, data))
    there = stored(store, made_by=made_by)
    done = 0 if there is None else there.sizes["epoch"]
    _announce(network, data, count - done, how)
    if paths is None:
        paths = _trained(arguments, network, data)
    work = count * len(how["observe"])
    with tqdm(total=work, desc="groups of observables measured", disable=None) as bar:
        record = trajectory(
            paths,
            data,
            test=test,
            seed=arguments.seed,
            factory=factory,
            store=store,
            made_by=made_by,
            progress=bar.update,
            **how,
        )
    print(f"saved {store}", file=sys.stderr)
    return record


def _announce(network: Any, data: Any, points: int, how: dict[str, Any]) -> None:
    """Say what the measurement will cost; refuse it if the memory would not suffice."""
    if points == 0:
        return
    from empirical.machine.cost import cost

    each = cost(network, data, **how)
    print(
        f"measuring {points} point{'s' * (points > 1)} of {how['examples']} examples: about "
        f"{max(1, round(points * each.seconds))} s, {each.bytes / 2**30:.1f} GiB",
        file=sys.stderr,
    )


def _steps(arguments: Namespace, data: Any) -> dict[int, float]:
    """The steps that are saved, checked before the work starts."""
    from empirical.networks.training import steps_at

    checks.integer("batch_size", arguments.batch_size, low=1)
    return steps_at(arguments.epochs, per_epoch=math.ceil(len(data) / arguments.batch_size))


def _network(arguments: Namespace, data: Any) -> Any:
    from empirical.networks import named

    return named(
        arguments.network,
        data,
        hidden=arguments.hidden,
        activation=arguments.activation,
        seed=arguments.seed,
    )


def _opened(path: Path, factory: str | None) -> Any:
    from empirical.networks.training import load_checkpoint

    return load_checkpoint(path, factory=factory).network


def _trained(arguments: Namespace, network: Any, data: Any) -> list[Any]:
    from tqdm import tqdm

    from empirical.networks.training import train

    epochs = max(arguments.epochs)
    with tqdm(total=math.ceil(epochs), desc="epochs trained", disable=None) as bar:

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
