"""The command ``simulate``; heavy imports wait until they are needed."""

from __future__ import annotations

import argparse
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from figures.options import model, output, shared
from simulate.settings import Sampling
from theory import InputError
from theory.streams import fresh_seed

if TYPE_CHECKING:
    import xarray as xr

    from theory import Params


def add(subparsers: Any) -> None:
    """Add the command to those of the parser."""
    command = shared.command(
        subparsers,
        "simulate",
        "exact samples of the model",
        f"""examples:
  fort-ganguli simulate {model.EXAMPLE} --replicates 20 --seed 0
  fort-ganguli simulate {model.EXAMPLE} --replicates 20 --json --per-replicate
  fort-ganguli simulate --N 300 --C 10 --D 1e9 --sigma-z 1 --sigma-c 1 --sigma-E 0.7 --out s.nc
  fort-ganguli simulate --N 1e4 --C 10 --D 1e9 --sigma-z 1 --sigma-c 1 --sigma-E 0.7 --top 10
  fort-ganguli simulate {model.EXAMPLE} --sigma-y 0.5 --sigma-H 0.01
  fort-ganguli simulate {model.EXAMPLE} --replicates 1000 --device cuda

The logits and labels are those that the seed draws; means and noise are new in each replicate.""",
        simulate,
    )
    model.add_model(command)
    shared.add_replicates(command)
    command.add_argument(
        "--top",
        type=shared.count,
        metavar="K",
        help="only the K largest eigenvalues, matrix-free, for any number of examples and weights",
    )
    command.add_argument(
        "--device",
        metavar="DEVICE",
        help="draw many spectra at a time by torch on cpu, cuda or cuda:1; other draws of the same "
        "law (default: one by one on the workers, without torch)",
    )
    command.add_argument(
        "--seed",
        type=shared.count,
        default=argparse.SUPPRESS,
        metavar="S",
        help="root of all draws (default: a new one, recorded)",
    )
    shared.add_workers(command)
    command.add_argument(
        "--per-replicate", action="store_true", help="print the values of each replicate, too"
    )
    shared.add_file(command, "save all eigenvalues as NetCDF")


def simulate(arguments: Namespace) -> None:
    """Draw, save the record, and print its numbers.

    Raises
    ------
    InputError
        If an option is out of its bounds, or the top eigenvalues asked for cannot be had.
    ArithmeticError
        If a full spectrum is not found.
    """
    params = model.params(arguments)
    given = shared.given(arguments, Sampling, defaults={"seed": fresh_seed()})
    sampling = Sampling(**given)
    from figures.reports import summary
    from theory.records.record import provenance
    from theory.records.runs import Run

    how = {"top": arguments.top, "device": arguments.device}
    made_by = provenance(
        command="fort-ganguli simulate",
        parameters=params.as_dict() | sampling.as_dict() | how,
        seed=sampling.seed,
    )
    run = Run(made_by=made_by, overwrite=arguments.overwrite)
    with output.place(run, record=arguments.out):
        record = output.save(_drawn(params, sampling, how), arguments.out, run=run)
    numbers = summary.samples(
        record, count=params.outlier_directions, per_replicate=arguments.per_replicate
    )
    output.show(numbers, as_json=arguments.json)


def _drawn(params: Params, sampling: Sampling, how: dict[str, Any]) -> xr.Dataset:
    from tqdm import tqdm

    from simulate.replicates import replicates

    with tqdm(total=sampling.replicates, desc="draws", disable=None) as bar:
        try:
            return replicates(
                params,
                seed=sampling.seed,
                replicates=sampling.replicates,
                workers=sampling.workers,
                progress=bar.update,
                **how,
            )
        except ArithmeticError as error:
            if how["top"] is None:
                raise
            raise InputError(f"--top {how['top']}: {error}") from error
