"""The commands about parameter studies: ``sweep`` and ``draw``; heavy imports wait."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from figures.commands import options
from theory import InputError


def add(subparsers: Any) -> None:
    """Add both to the commands of the parser."""
    study = options.command(
        subparsers,
        "sweep",
        "a parameter study from theory, simulation or both; can be stopped and goes on",
        """examples:
  fort-ganguli sweep examples/outliers.toml --out outliers.zarr
  fort-ganguli sweep examples/outliers.toml --out outliers.zarr --retry-failed
  fort-ganguli sweep examples/outliers.toml --out outliers.zarr --scheduler tcp://10.0.0.1:8786

The same command goes on where it was stopped or killed. More points, replicates or sources in
the study compute only those. xarray.open_zarr reads the store at any time.""",
        sweep,
    )
    study.add_argument("study", type=Path, metavar="STUDY.toml", help="definition of the study")
    study.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="zarr store of the results"
    )
    options.add_workers(study)
    study.add_argument(
        "--scheduler", metavar="ADDRESS", help="compute on the Dask cluster of this scheduler"
    )
    study.add_argument(
        "--retry-failed", action="store_true", help="compute the cells that failed again"
    )
    study.add_argument(
        "--mixed-versions",
        action="store_true",
        help="go on with a store that other code began; its provenance names both",
    )
    study.add_argument("--json", action="store_true", help="print one JSON object on stdout")

    picture = options.command(
        subparsers,
        "draw",
        "any two axes of a parameter study",
        """examples:
  fort-ganguli draw outliers.zarr --observable prominence --x noise_ratio --y aspect_ratio --out p
  fort-ganguli draw sharpness.zarr --observable lambda_max --x sigma_z --y sigma_c --kind curves \\
      --at N=300 --out curves

Theory is drawn over the samples; the dashed line is the BBP threshold where the study has
spike_strength. Writes .png, .pdf and the data as .nc.""",
        draw,
    )
    picture.add_argument("store", type=Path, metavar="STORE", help="zarr store of 'sweep'")
    picture.add_argument("--observable", required=True, metavar="NAME")
    picture.add_argument("--x", required=True, metavar="AXIS", help="horizontal axis")
    picture.add_argument(
        "--y", metavar="AXIS", help="vertical axis of a map, or one curve for each value"
    )
    picture.add_argument("--kind", choices=("map", "curves"), default="map")
    picture.add_argument(
        "--at", nargs="*", default=[], metavar="AXIS=VALUE", help="values of the other axes"
    )
    picture.add_argument(
        "--path", type=Path, metavar="STORE", help="draw the points of this study over a map"
    )
    picture.add_argument(
        "--out", type=Path, required=True, metavar="STEM", help="name of the files, without .png"
    )


def sweep(arguments: Namespace) -> None:
    """Run a study into its store."""
    from figures.reports import summary
    from simulate.studies import sweep as runner
    from simulate.studies.study import load

    study = load(arguments.study)
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
            command="fort-ganguli sweep",
        )
    numbers = {"store": str(arguments.out), "points": study.points} | counts
    print(json.dumps(numbers) if arguments.json else summary.text(numbers))
    if counts["failed"]:
        print(
            f"{counts['failed']} cells failed; predicted_error and sampled_error say why, "
            "--retry-failed tries them again",
            file=sys.stderr,
        )


def _interval() -> float:
    """Seconds between two lines of progress: rarely where they go to a log."""
    return 0.1 if sys.stderr.isatty() else 10.0


def draw(arguments: Namespace) -> None:
    """Draw two axes of a study, and save the picture with its data."""
    from figures.pictures import study as pictures
    from figures.pictures import style

    results = pictures.open_study(arguments.store)
    at = dict(item.partition("=")[::2] for item in arguments.at)
    names = {"observable": arguments.observable, "x": arguments.x, "y": arguments.y}
    data = pictures.compute(results, **names, at=at)
    as_map = arguments.kind == "map"
    if as_map and arguments.y is None:
        raise InputError("a map needs --y")
    with style.panels(1) as (figure, axes):
        (pictures.draw_map if as_map else pictures.draw_curves)(data, axes[0])
        if arguments.path is not None:
            path = pictures.open_study(arguments.path)
            pictures.draw_path(path, axes[0], x=arguments.x, y=arguments.y)
        made_by = json.loads(results.attrs["provenance"])
        style.save(figure, data, arguments.out, made_by=made_by)
    print(f"saved {arguments.out}.png, .pdf, .nc", file=sys.stderr)
