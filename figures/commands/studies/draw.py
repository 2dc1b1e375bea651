"""The command ``draw``; heavy imports wait until they are needed."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from figures.options import output, shared
from theory import InputError
from theory.levels import LEVELS

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes


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
  fort-ganguli draw taxonomy.zarr --kind phases --x width --y batch_size --out phases
  fort-ganguli draw width.zarr --observable lambda_max --x width --y learning_rate --kind curves \\
      --level cluster --out width

Theory is drawn over the samples; the dashed line is the BBP threshold where the study has
spike_strength. 'phases' are those of a study of networks that has mode_connectivity and
hessian_lambda_max. Writes PNG, PDF, SVG and the data as NetCDF.""",
        draw,
    )
    command.add_argument("store", type=shared.path, metavar="STORE", help="zarr store of 'sweep'")
    command.add_argument("--observable", metavar="NAME", help="of a map or curves")
    command.add_argument("--x", required=True, metavar="AXIS", help="horizontal axis")
    command.add_argument(
        "--y", metavar="AXIS", help="vertical axis of a map, or one curve for each value"
    )
    command.add_argument("--kind", choices=("map", "curves", "phases"), default="map")
    command.add_argument(
        "--sharp",
        type=float,
        metavar="LAMBDA",
        help="of phases: λ_max of H above which a minimum is sharp (default: the geometric mean of "
        "the smallest and the largest in the picture)",
    )
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
    _check(arguments)
    shared.require_there(arguments.store)
    from figures.network_studies import kinds
    from figures.pictures import style
    from figures.pictures.studies import phases, study
    from theory.records.record import provenance
    from theory.records.runs import Run

    results = study.open_study(arguments.store)
    shown = {
        "x": arguments.x,
        "y": arguments.y,
        "at": dict(map(_axis_and_value, arguments.at)),
    }
    of_phases = arguments.kind == "phases"
    if of_phases:
        shown |= {"sharp": arguments.sharp}
        data = phases.compute(results, **shown)
    else:
        shown |= {"observable": arguments.observable, "level": arguments.level}
        data = study.compute(results, **shown)
    swept = kinds.read(arguments.store).provenance
    parameters = shown | {"kind": arguments.kind, "study": swept}
    made_by = provenance(command="fort-ganguli draw", parameters=parameters, seed=swept.get("seed"))
    run = Run(made_by=made_by, overwrite=arguments.overwrite)
    with (
        output.place(run, record=None, picture=arguments.out),
        style.panels(
            len(phases.panels(data)) if of_phases else 1,
            size="page" if of_phases else arguments.size,
        ) as (figure, axes),
    ):
        if of_phases:
            for name, ax in zip(phases.panels(data), axes, strict=True):
                phases.draw(data, ax, name=name)
        else:
            _draw_one(data, axes[0], arguments)
        style.shared_legend(figure, axes)
        style.save(figure, data, arguments.out, made_by=run.made_by)
    print(f"saved {arguments.out}.png, .pdf, .svg, .nc", file=sys.stderr)


def _check(arguments: Namespace) -> None:
    """Refuse options that do not go together.

    Raises
    ------
    InputError
        If they do not.
    """
    kind = arguments.kind
    if kind != "curves" and arguments.y is None:
        raise InputError("a map needs --y" if kind == "map" else "phases need --y")
    if arguments.path is not None and kind != "map":
        raise InputError(f"--path is drawn over a map, got --kind {kind}")
    if kind == "curves" and "colour" in (arguments.log or []):
        raise InputError("--log colour is of a map, got --kind curves")
    if (arguments.observable is None) != (kind == "phases"):
        raise InputError(
            f"--observable is of a map or curves, got {arguments.observable} with --kind {kind}"
        )
    if kind != "phases" and arguments.sharp is not None:
        raise InputError(f"--sharp is of phases, got --kind {kind}")
    for name in ("level", "log", "xlim", "ylim"):
        if kind == "phases" and getattr(arguments, name) is not None:
            raise InputError(f"--{name} is of a map or curves, got --kind phases")


def _draw_one(data: xr.Dataset, ax: Axes, arguments: Namespace) -> None:
    from figures.pictures import scales
    from figures.pictures.studies import study, study_curves, study_map

    chosen = study_map if arguments.kind == "map" else study_curves
    chosen.draw(data, ax, log=arguments.log)
    if arguments.path is not None:
        path = study.open_study(arguments.path)
        label = f"path of {arguments.path.stem}"
        study_map.draw_path(path, ax, x=arguments.x, y=arguments.y, label=label)
    for which in ("x", "y"):
        scales.limit(ax, which, getattr(arguments, f"{which}lim"))


def _axis_and_value(item: str) -> tuple[str, str]:
    axis, equals, value = item.partition("=")
    if not (axis and equals and value):
        raise InputError(f"--at must be AXIS=VALUE, got {item!r}")
    return axis, value
