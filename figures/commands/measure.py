"""The command ``measure``; heavy imports wait until they are needed."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from empirical.observable_groups import USUAL
from empirical.settings.data_source import DATA
from figures.options import experiment as asked
from figures.options import output, shared
from figures.options.installed import require_torch

if TYPE_CHECKING:
    import xarray as xr

    from empirical.settings import Experiment


def add(subparsers: Any) -> None:
    """Add the command to those of the parser."""
    command = shared.command(
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

Writes checkpoints/, measured.nc and pictures of the trajectory (PNG, PDF, SVG, and their data as
NetCDF) into the folder --out. A run that was killed goes on where it was when it is started again;
measured.nc always holds whole points. A run of other settings is not replaced unless --overwrite
says so.""",
        measure,
    )
    asked.add_experiment(command, observe=USUAL)
    command.add_argument(
        "--checkpoint",
        type=shared.path,
        nargs="+",
        metavar="FILE",
        help="measure these checkpoints instead of training",
    )
    shared.add_folder(command, "results/measured")


def measure(arguments: Namespace) -> None:
    """Measure what the options name, and print the numbers."""
    experiment = asked.experiment(arguments, observe=USUAL)
    files = [*map(Path, experiment.checkpoints or ())]
    if experiment.data.name not in DATA:
        files.append(Path(experiment.data.name))
    for file in files:
        shared.require_there(file)
    asked.find_own_networks()
    record = run(
        experiment,
        out=arguments.out,
        overwrite=arguments.overwrite,
        mixed_versions=arguments.mixed_versions,
    )
    from figures.reports import summary, terminal

    numbers = summary.measurements(record)
    print(json.dumps(numbers) if arguments.json else terminal.table(numbers))


def run(
    experiment: Experiment,
    *,
    out: str | Path,
    overwrite: bool = False,
    mixed_versions: bool = False,
    progress: bool = True,
) -> xr.Dataset:
    """``empirical.experiment.run`` with the same arguments, and the pictures of its trajectory.

    Raises
    ------
    InputError
        As it does, and where torch is missing.
    """
    require_torch()
    from empirical.experiment import run as measured
    from figures.reports.comparison import draw_trajectory

    record = measured(
        experiment,
        out=out,
        overwrite=overwrite,
        mixed_versions=mixed_versions,
        progress=progress,
    )
    output.said(Path(out) / "measured.nc")
    draw_trajectory(record, Path(out), made_by=json.loads(record.provenance))
    return record
