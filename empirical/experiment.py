"""One call that trains a network, measures it along the way, and goes on where it was stopped."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import xarray as xr
from torch import nn
from tqdm import tqdm

from empirical.cost import cost
from empirical.data import Data, load
from empirical.machine.devices import placed
from empirical.machine.processes import Group, from_first, is_first
from empirical.measure import require_enough
from empirical.networks import named, own, own_loop
from empirical.networks.training import MAKE_THE_NUMBERS, train
from empirical.settings import Experiment, Measurement, OwnTraining, Training
from empirical.trajectory import opened, trajectory, weighted
from theory import files, record
from theory.records.runs import Run


def run(
    experiment: Experiment,
    *,
    out: str | Path,
    overwrite: bool = False,
    mixed_versions: bool = False,
    progress: bool = True,
    group: Group | None = None,
) -> xr.Dataset:
    """Train the network, or open its checkpoints or weights, and measure it at each point.

    The record is saved as ``measured.nc`` in ``out``, beside ``checkpoints/``. The same call goes
    on where it was stopped or killed, in training or between two points, and ends in the same bits;
    one that is done returns its record. What is left, and what it will cost, is said on stderr.

    Parameters
    ----------
    experiment
        All that the numbers depend on; its fields are the record's provenance.
    out
        Folder of the results.
    overwrite
        Replace what other settings left in ``out``.
    mixed_versions
        Go on from what other versions of the code or of its libraries began.
    progress
        Show bars where stderr is a terminal.
    group
        Processes that share the work and ``out``, called with the same arguments: the first trains
        and writes, each runs its share of the examples, all return the record.

    Returns
    -------
    xr.Dataset
        As of ``empirical.trajectory``.

    Raises
    ------
    InputError
        If the network, the data, the checkpoints, the weights or the device are not what was asked
        for, the memory would not suffice, or ``out`` cannot be written, is written by another
        process, or holds another run. A folder that was made for it is then removed again.
    """
    measurement = experiment.measurement
    this = replace(asked_for(experiment), overwrite=overwrite, mixed_versions=mixed_versions)
    store, shown = Path(out) / "measured.nc", progress and is_first(group)
    with ExitStack() as until_done:
        from_first(lambda: until_done.enter_context(files.claimed(out)), group)
        data, test = load(experiment.data)
        require_enough(data, measurement)
        placed(measurement.device)
        held = from_first(lambda: this.held(store), group)
        done = 0 if held is None else held.record.sizes["epoch"]
        factory = None if experiment.network is None else experiment.network.factory

        def announce(network: nn.Module, *, points: int) -> None:
            from_first(lambda: _announce(network, data, measurement, points=points - done), group)

        if experiment.weights is not None and experiment.network is not None:
            points = weighted(experiment.weights, experiment.network, data)
            announce(points[0].network, points=len(points))
        elif experiment.checkpoints is not None:
            points = opened(experiment.checkpoints, data, factory=factory)
            announce(points[0].network, points=len(points))
        elif isinstance(experiment.training, OwnTraining) and experiment.network is not None:
            loop = experiment.training
            made = named(experiment.network, data, seed=loop.seed)
            paths = from_first(
                lambda: own_loop.train(
                    made,
                    data,
                    loop,
                    folder=Path(out) / "checkpoints",
                    overwrite=overwrite,
                    mixed_versions=mixed_versions,
                ),
                group,
            )
            points = opened(paths, data, factory=factory)
            announce(made, points=len(points))
        else:
            asked, training = experiment.trained
            network = named(asked, data, seed=training.seed)
            announce(network, points=len(training.steps(len(data))))
            with _epochs_bar(training, shown=shown) as trained:
                paths = from_first(
                    lambda: train(
                        network,
                        data,
                        training,
                        folder=Path(out) / "checkpoints",
                        overwrite=overwrite,
                        mixed_versions=mixed_versions,
                        progress=trained,
                    ),
                    group,
                )
            points = opened(paths, data, factory=factory)
        work = len(points) * len(measurement.observe)
        with tqdm(total=work, desc="groups of observables measured", disable=_off(shown)) as bar:
            measured = trajectory(
                points,
                data,
                measurement,
                test=test,
                store=store,
                run=this,
                progress=bar.update,
                group=group,
            )
        if is_first(group):
            this.remove_others(out)
        return measured


def asked_for(experiment: Experiment) -> Run:
    """What tells the run of an experiment from others: its settings and its network.

    A network or a training loop of the user's own is told by what it is made of, and a file of data
    by its bytes, as their names say little. Files are named without their folders, which may move:
    ``trajectory`` sees that checkpoints and weights are the same.

    Raises
    ------
    InputError
        If that network cannot be made, the loop not imported, or the file not read.
    """
    parameters, network = experiment.as_dict(), experiment.network
    parameters["data"] |= experiment.data.identity()
    for name in ("checkpoints", "weights"):
        if name in parameters:
            parameters[name] = [Path(path).name for path in parameters[name]]
    if network is not None and network.factory is not None:
        seed = 0 if experiment.training is None else experiment.training.seed
        made: Any = own(network.factory, seed=seed).architecture
        parameters["network"]["made_of"] = made["made_of"]
    if isinstance(experiment.training, OwnTraining):
        parameters["training"]["made_of"] = own_loop.made_of(experiment.training.loop)
    seed = experiment.measurement.seed
    made_by = record.provenance(command="fort-ganguli measure", parameters=parameters, seed=seed)
    return Run(made_by=made_by, packages=MAKE_THE_NUMBERS)


def _announce(network: nn.Module, data: Data, measurement: Measurement, *, points: int) -> None:
    """Say what the measurement will cost; refuse it if the memory would not suffice."""
    if points == 0:
        return
    each = cost(network, data, measurement)
    print(
        f"measuring {points} point{'s' * (points > 1)} of {measurement.examples} examples: about "
        f"{max(1, round(points * each.seconds))} s, {each.bytes / 2**30:.1f} GiB",
        file=sys.stderr,
    )


@contextmanager
def _epochs_bar(training: Training, *, shown: bool) -> Iterator[Callable[[int, float], None]]:
    total = math.ceil(max(training.epochs))
    with tqdm(total=total, desc="epochs trained", disable=_off(shown)) as bar:

        def update(epoch: int, loss: float) -> None:
            bar.update(epoch - bar.n)
            bar.set_postfix(loss=f"{loss:.3g}")

        yield update


def _off(shown: bool) -> bool | None:
    """What tqdm takes as ``disable``; None leaves it to whether stderr is a terminal."""
    return None if shown else True
