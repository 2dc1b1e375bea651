"""The command ``draw``; heavy imports wait until they are needed."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import Any

from figures.options import output, shared
from theory import InputError
from theory.levels import LEVELS


def add(subparsers: Any) -> None:
    """Add the command to those of the parser."""
    command = shared.command(
        subparsers,
        "draw",
        "any two axes of a study",
        """examples:
  fort-ganguli draw outliers.zarr --observable prominence --x noise_ratio --y aspect_ratio --out p
  fort-ganguli draw sharpness.zarr --observable lambda_max --x sigma_z --y sigma_c --kind curves \\
      --out curves
  fort-ganguli draw outliers.zarr --observable gradient_share --x noise_ratio --kind curves \\
      --at aspect_ratio=0.03 --out share
  fort-ganguli draw width.zarr --observable lambda_max --x width --y learning_rate --kind curves \\
      --level cluster --out width

Theory is drawn over the samples; the dashed line is the BBP threshold where the study has
spike_strength. Writes PNG, PDF, SVG and the data as NetCDF.""",
        draw,
    )
    command.add_argument("store", type=shared.path, metavar="STORE", help="zarr store of 'sweep'")
    command.add_argument("--observable", required=True, metavar="NAME")
    command.add_argument("--x", required=True, metavar="AXIS", help="horizontal axis")
    command.add_argument(
        "--y", metavar="AXIS", help="vertical axis of a map, or one curve for each value"
    )
    command.add_argument("--kind", choices=("map", "curves"), default="map")
    command.add_argument(
        "--at", nargs="*", default=[], metavar="AXIS=VALUE", help="values of the other axes"
    )
    command.add_argument(
        "--level",
        choices=tuple(LEVELS),
        help="of a study of networks: draw what this level predicts as well; the study must have "
        "the observable OBSERVABLE_LEVEL",
    )
    command.add_argument(
        "--path",
        type=shared.path,
        metavar="STORE",
        help="draw the points of this study over a map",
    )
    command.add_argument(
        "--log",
        nargs="*",
        choices=("x", "y", "colour"),
        metavar="SCALE",
        help="the logarithmic scales, of x, y and (of a map) colour; none after --log: none "
        "(default: as the values ask for)",
    )
    for which in ("x", "y"):
        command.add_argument(
            f"--{which}lim", nargs=2, type=float, metavar=("LOW", "HIGH"), help=f"ends of {which}"
        )
    command.add_argument(
        "--size",
        choices=("column", "page"),
        default="column",
        help="as wide as one column of a journal, or as both (default: column)",
    )
    command.add_argument(
        "--out",
        type=shared.path,
        required=True,
        metavar="STEM",
        help="name of the files, without .png",
    )
    shared.add_overwrite(command)


def draw(arguments: Namespace) -> None:
    """Draw two axes of a study, and save the picture with its data.

    Raises
    ------
    InputError
        If the options do not go together.
    """
    as_map = arguments.kind == "map"
    if as_map and arguments.y is None:
        raise InputError("a map needs --y")
    if arguments.path is not None and not as_map:
        raise InputError("--path is drawn over a map, got --kind curves")
    if not as_map and "colour" in (arguments.log or []):
        raise InputError("--log colour is of a map, got --kind curves")
    shared.require_there(arguments.store)
    from figures.network_studies import kinds
    from figures.pictures import scales, study, study_curves, study_map, style
    from theory.records.record import provenance
    from theory.records.runs import Run

    results = study.open_study(arguments.store)
    shown = {
        "observable": arguments.observable,
        "x": arguments.x,
        "y": arguments.y,
        "at": dict(map(_axis_and_value, arguments.at)),
        "level": arguments.level,
    }
    data = study.compute(results, **shown)
    swept = kinds.read(arguments.store).provenance
    parameters = shown | {"kind": arguments.kind, "study": swept}
    made_by = provenance(command="fort-ganguli draw", parameters=parameters, seed=swept.get("seed"))
    run = Run(made_by=made_by, overwrite=arguments.overwrite)
    with (
        output.place(run, record=None, picture=arguments.out),
        style.panels(1, size=arguments.size) as (figure, [ax]),
    ):
        (study_map if as_map else study_curves).draw(data, ax, log=arguments.log)
        if arguments.path is not None:
            path = study.open_study(arguments.path)
            label = f"path of {arguments.path.stem}"
            study_map.draw_path(path, ax, x=arguments.x, y=arguments.y, label=label)
        for which in ("x", "y"):
            scales.limit(ax, which, getattr(arguments, f"{which}lim"))
        style.shared_legend(figure, [ax])
        style.save(figure, data, arguments.out, made_by=run.made_by)
    print(f"saved {arguments.out}.png, .pdf, .svg, .nc", file=sys.stderr)


def _axis_and_value(item: str) -> tuple[str, str]:
    axis, equals, value = item.partition("=")
    if not (axis and equals and value):
        raise InputError(f"--at must be AXIS=VALUE, got {item!r}")
    return axis, value
