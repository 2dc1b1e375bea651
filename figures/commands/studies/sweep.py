"""The command ``sweep``; heavy imports wait until they are needed."""

from __future__ import annotations

import json
import sys
from argparse import SUPPRESS, Action, ArgumentParser, Namespace
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any, NoReturn

from figures.options import shared
from figures.options.installed import require_torch
from theory import InputError


class _Listing(Action):
    """Prints parameters and observables; they are loaded when they are asked for."""

    def __init__(self, option_strings: Sequence[str], dest: str, **how: Any) -> None:
        super().__init__(option_strings, dest, nargs=0, default=SUPPRESS, **how)

    def __call__(self, parser: ArgumentParser, *_: Any) -> NoReturn:
        from figures.network_studies import listing

        print(listing.text())
        parser.exit()


def add(subparsers: Any) -> None:
    """Add the command to those of the parser."""
    command = shared.command(
        subparsers,
        "sweep",
        "a study of the model, of networks, of searches or cuts; goes on where it was stopped",
        """examples:
  fort-ganguli sweep examples/outliers.toml --out outliers.zarr
  fort-ganguli sweep examples/width.toml --out width.zarr
  fort-ganguli sweep examples/outliers.toml --out outliers.zarr --retry-failed
  fort-ganguli sweep examples/outliers.toml --out outliers.zarr --scheduler tcp://10.0.0.1:8786

The same command goes on where it was stopped or killed. More points, replicates or sources in
the study compute only those. xarray.open_zarr reads the store at any time.""",
        sweep,
    )
    command.add_argument(
        "--list", action=_Listing, help="show what a study may set and ask for, and end"
    )
    command.add_argument(
        "study", type=shared.path, metavar="STUDY.toml", help="definition of the study"
    )
    command.add_argument(
        "--out", type=shared.path, required=True, metavar="DIR", help="zarr store of the results"
    )
    shared.add_workers(command)
    command.add_argument(
        "--scheduler", metavar="ADDRESS", help="compute on the Dask cluster of this scheduler"
    )
    command.add_argument(
        "--fast",
        action="store_true",
        help="only the first and last values of each axis and one replicate; the same command "
        "without it goes on",
    )
    command.add_argument(
        "--retry-failed", action="store_true", help="compute the cells that failed again"
    )
    command.add_argument(
        "--mixed-versions",
        action="store_true",
        help="go on with a store that other code began; its provenance names both",
    )
    command.add_argument("--json", action="store_true", help="print one JSON object on stdout")


def sweep(arguments: Namespace) -> None:
    """Run a study into its store.

    Raises
    ------
    InputError
        If the study is not there, or every cell failed.
    """
    shared.require_there(arguments.study)
    from figures.network_studies import kinds
    from figures.reports import terminal
    from simulate.studies import sweep as runner

    study = kinds.load(arguments.study)
    if arguments.fast:
        study = study.ends()
    if isinstance(study, kinds.NetworkStudy):
        require_torch()
    from tqdm import tqdm

    with ExitStack() as stack:
        bars: list[Any] = []

        def started(cells: int) -> None:
            bar = tqdm(total=cells, unit="cell", desc="cells", mininterval=_interval())
            bars.append(stack.enter_context(bar))

        counts = runner.sweep(
            study,
            arguments.out,
            workers=arguments.workers,
            scheduler=arguments.scheduler,
            retry_failed=arguments.retry_failed,
            mixed_versions=arguments.mixed_versions,
            started=started,
            progress=lambda cells: bars[0].update(cells),
            lost=lambda cells: print(
                f"{arguments.out} had lost the results of {cells} cells: they are computed again",
                file=sys.stderr,
            ),
            estimated=lambda seconds: print(
                _estimate(seconds, workers=arguments.workers, scheduler=arguments.scheduler),
                file=sys.stderr,
            ),
            command="fort-ganguli sweep",
        )
    numbers = {"store": str(arguments.out), "points": study.points} | counts
    print(json.dumps(numbers) if arguments.json else terminal.text(numbers))
    if counts["failed"]:
        said = " and ".join(f"{study.SOURCES[source].prefix}_error" for source in study.sources)
        say = "say" if len(study.sources) > 1 else "says"
        why = f"{said} {say} why, --retry-failed tries them again"
        if not counts["done"]:
            raise InputError(f"all {counts['failed']} cells failed; {why}")
        print(f"{counts['failed']} cells failed; {why}", file=sys.stderr)


def _estimate(seconds: float, *, workers: int, scheduler: str | None) -> str:
    """About how long the study will take, in words."""
    if scheduler is not None:
        return f"about {max(1, round(seconds))} s of one core, on the cluster"
    processes = "process" if workers == 1 else "processes"
    return f"about {max(1, round(seconds / workers))} s in {workers} {processes}"


def _interval() -> float:
    """Seconds between two lines of progress: rarely where they go to a log."""
    return 0.1 if sys.stderr.isatty() else 10.0
