"""One call that trains a network, measures it along the way, and goes on where it was stopped."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import xarray as xr
from torch import nn
from tqdm import tqdm

from empirical.cost import cost
from empirical.data import Data, load
from empirical.machine.devices import placed
from empirical.measure import require_enough
from empirical.networks import named, own
from empirical.networks.training import MAKE_THE_NUMBERS, load_checkpoint, train
from empirical.settings import Experiment, Measurement, Training
from empirical.trajectory import opened, trajectory
from theory import files, record
from theory.records.runs import Run


def run(
    experiment: Experiment,
    *,
    out: str | Path,
    overwrite: bool = False,
    mixed_versions: bool = False,
    progress: bool = True,
) -> xr.Dataset:
    """Train the network, or open its checkpoints, and measure it at each point.

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

    Returns
    -------
    xr.Dataset
        As of ``empirical.trajectory``.

    Raises
    ------
    InputError
        If the network, the data, the checkpoints or the device are not what was asked for, the
        memory would not suffice, or ``out`` cannot be written, is written by another process, or
        holds another run. A folder that was made for it is then removed again.
    """
    measurement = experiment.measurement
    this = replace(asked_for(experiment), overwrite=overwrite, mixed_versions=mixed_versions)
    store = Path(out) / "measured.nc"
    with files.claimed(out):
        data, test = load(experiment.data)
        require_enough(data, measurement)
        placed(measurement.device)
        held = this.held(store)
        done = 0 if held is None else held.record.sizes["epoch"]
        factory = None if experiment.network is None else experiment.network.factory
        if experiment.checkpoints is not None:
            paths = experiment.checkpoints
            first = load_checkpoint(paths[0], factory=factory).network
            _announce(first, data, measurement, points=len(paths) - done)
        else:
            asked, training = experiment.trained
            network = named(asked, data, seed=training.seed)
            points = len(training.steps(len(data)))
            _announce(network, data, measurement, points=points - done)
            with _epochs_bar(training, shown=progress) as bar:
                paths = train(
                    network,
                    data,
                    training,
                    folder=Path(out) / "checkpoints",
                    overwrite=overwrite,
                    mixed_versions=mixed_versions,
                    progress=bar,
                )
        work = len(paths) * len(measurement.observe)
        with tqdm(total=work, desc="groups of observables measured", disable=_off(progress)) as bar:
            measured = trajectory(
                opened(paths, data, factory=factory),
                data,
                measurement,
                test=test,
                store=store,
                run=this,
                progress=bar.update,
            )
        this.remove_others(out)
        return measured


def asked_for(experiment: Experiment) -> Run:
    """What tells the run of an experiment from others: its settings and its network.

    A network of the user's own is told by what it is made of, as its name says little.

    Raises
    ------
    InputError
        If that network cannot be made.
    """
    parameters, network = experiment.as_dict(), experiment.network
    if network is not None and network.factory is not None:
        seed = 0 if experiment.training is None else experiment.training.seed
        made: Any = own(network.factory, seed=seed).architecture
        parameters["network"]["made_of"] = made["made_of"]
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
