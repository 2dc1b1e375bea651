"""The command ``measure``; heavy imports wait until they are needed."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from empirical.groups.observable_groups import USUAL
from empirical.settings.data_source import DATA
from figures.options import experiment as asked
from figures.options import output, shared
from figures.options.installed import require_torch
from theory import InputError

if TYPE_CHECKING:
    import xarray as xr

    from empirical.machine.processes import Group
    from empirical.settings import Experiment


def add(subparsers: Any) -> None:
    """Add the command to those of the parser."""
    command = shared.command(
        subparsers,
        "measure",
        "train a network, or open its checkpoints or weights, and measure it",
        """examples:
  fort-ganguli measure --out results/measured
  fort-ganguli measure --epochs 0 0.1 0.5 1 5 20 --memory 4GiB
  fort-ganguli measure --observe logits clustering terms --epochs 0 0.2 1 --examples 1000
  fort-ganguli measure --by-layer --epochs 0 1 --examples 200
  fort-ganguli measure --hidden 64 --activation tanh --epochs 0 2 10 --seed 1 --json
  fort-ganguli measure --seeds 0 1 2 --optimizer adam --schedule cosine
  fort-ganguli measure --hidden 256 256 --parametrisation mup --epochs 0 1 5
  fort-ganguli measure --network cnn --epochs 0 1 --examples 200 --dtype float32
  fort-ganguli measure --network mymodels.small:make --data mine.npz --held-out 500
  fort-ganguli measure --network transformer --data play.txt --vocabulary 20 --momentum 0.9
  fort-ganguli measure --checkpoint results/measured/checkpoints/epoch-0001.pt --examples 300
  fort-ganguli measure --weights trained.safetensors --network mymodels.small:make --data mine.npz
  fort-ganguli measure --train mymodels.loops:warm_up --network cnn --examples 200

Writes checkpoints/, measured.nc and pictures of the trajectory (PNG, PDF, SVG, and their data as
NetCDF) into the folder --out. A run that was killed goes on where it was when it is started again;
measured.nc always holds whole points. Started by torchrun, the processes share the examples; all
must reach --out. A run of other settings is not replaced unless --overwrite
says so.""",
        measure,
    )
    asked.add_experiment(command, observe=USUAL)
    command.add_argument(
        "--by-layer",
        action="store_true",
        help="also measure the group layers: each layer's own block of G and H, and its model",
    )
    trained = command.add_mutually_exclusive_group()
    trained.add_argument(
        "--checkpoint",
        type=shared.path,
        nargs="+",
        metavar="FILE",
        help="measure these checkpoints instead of training",
    )
    trained.add_argument(
        "--weights",
        type=shared.path,
        nargs="+",
        metavar="FILE",
        help="measure --network with these weights that you trained: state_dicts by torch.save, or "
        ".safetensors; the loss is the plain cross entropy, without label smoothing, class weights "
        "or penalties",
    )
    trained.add_argument(
        "--train",
        metavar="NAME",
        help="package.module:function, a training loop of your own: called with the network and "
        "the data, it yields the epoch at each point to measure; the loss that is measured is the "
        "plain cross entropy, whatever yours is",
    )
    command.add_argument(
        "--seeds",
        type=shared.count,
        nargs="+",
        metavar="S",
        help="as --seed, one run each, in the folders seed-S of --out; 'fit' takes their records",
    )
    shared.add_folder(command, "results/measured")


def measure(arguments: Namespace) -> None:
    """Measure what the options name, and print the numbers."""
    asked.find_own_networks()
    runs = _runs(arguments)
    for experiment in runs.values():
        files = [*map(Path, experiment.checkpoints or experiment.weights or ())]
        if experiment.data.name not in DATA:
            files.append(Path(experiment.data.name))
        for file in files:
            shared.require_there(file)
    require_torch()
    from empirical.machine import processes

    device = next(iter(runs.values())).measurement.device
    with processes.launched(device) as group:
        records = {
            folder: run(
                experiment,
                out=folder,
                overwrite=arguments.overwrite,
                mixed_versions=arguments.mixed_versions,
                group=group,
            )
            for folder, experiment in runs.items()
        }
        if not processes.is_first(group):
            return
    from figures.reports import summary, terminal

    numbers = {folder: summary.measurements(record) for folder, record in records.items()}
    if arguments.seeds is None:
        (one,) = numbers.values()
        print(json.dumps(one) if arguments.json else terminal.table(one))
    elif arguments.json:
        print(json.dumps({folder.name: each for folder, each in numbers.items()}))
    else:
        print("\n\n".join(f"{f.name}\n{terminal.table(each)}" for f, each in numbers.items()))


def _runs(arguments: Namespace) -> dict[Path, Experiment]:
    """The experiment of each seed, by its folder.

    Raises
    ------
    InputError
        If a value is out of its bound, or seeds are given twice.
    """
    if arguments.by_layer:
        arguments.observe = [*getattr(arguments, "observe", USUAL), "layers"]
    if arguments.seeds is None:
        return {arguments.out: asked.experiment(arguments, observe=USUAL)}
    if hasattr(arguments, "seed"):
        asked.require_none(["seed"], by="--seeds")
    seeds = arguments.seeds
    if len(set(seeds)) < len(seeds):
        raise InputError(f"seeds must be all different, got {seeds}")
    return {
        arguments.out / f"seed-{seed}": asked.experiment(
            Namespace(**vars(arguments) | {"seed": seed}), observe=USUAL
        )
        for seed in seeds
    }


def run(
    experiment: Experiment,
    *,
    out: str | Path,
    overwrite: bool = False,
    mixed_versions: bool = False,
    progress: bool = True,
    group: Group | None = None,
) -> xr.Dataset:
    """``empirical.experiment.run`` with the same arguments, and the pictures of its trajectory.

    Raises
    ------
    InputError
        As it does, and where torch is missing.
    """
    require_torch()
    from empirical.experiment import run as measured
    from empirical.machine.processes import is_first
    from figures.reports.levels.comparison import draw_trajectory

    record = measured(
        experiment,
        out=out,
        overwrite=overwrite,
        mixed_versions=mixed_versions,
        progress=progress,
        group=group,
    )
    if not is_first(group):
        return record
    output.said(Path(out) / "measured.nc")
    draw_trajectory(record, Path(out), made_by=json.loads(record.provenance))
    return record
