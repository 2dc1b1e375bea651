"""The command ``goldilocks``; heavy imports wait until they are needed."""

from __future__ import annotations

import argparse
import json
from argparse import Namespace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from empirical.settings import Goldilocks
from empirical.settings.goldilocks import BASES
from empirical.settings.network import ACTIVATIONS
from figures.options import output, shared, study
from figures.options.installed import require_torch

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

    from theory.records.runs import Run


def add(subparsers: Any) -> None:
    """Add the command to those of the parser."""
    command = shared.command(
        subparsers,
        "goldilocks",
        "the Goldilocks zone of a network on random hyperplanes and hyperspheres",
        """examples:
  fort-ganguli goldilocks --out results/goldilocks
  fort-ganguli goldilocks --fast --json
  fort-ganguli goldilocks --activation tanh --hidden 64 --bias --basis sparse --d 20 --seed 1

Curvature against weight radius and softmax temperature, beside the model's prediction from its
parameters at the initial radius (ReLU without biases); the gradient where the label prior equals
the mean output; training restricted to d dimensions; the gain of choosing the initial point.
Writes report.md, and zone, prior, restricted and choice as PNG, PDF, SVG and their data as
NetCDF. Prints what was found, and where the prediction is off. Stopped and called again it goes on
with the parts that are left.""",
        goldilocks,
    )
    setting = partial(shared.add_setting, command, Goldilocks)
    count = shared.count
    setting("hidden", type=count, nargs="*", metavar="W", meaning="hidden widths")
    setting("activation", choices=ACTIVATIONS)
    command.add_argument(
        "--bias",
        action="store_true",
        default=argparse.SUPPRESS,
        help="give the layers biases: scale is then no temperature",
    )
    setting("d", type=count, metavar="D", meaning="dimension of cuts")
    setting("basis", choices=BASES)
    setting("examples", type=count, metavar="N", meaning="examples that curvature is measured on")
    setting(
        "replicates",
        type=count,
        metavar="R",
        meaning="networks whose cuts are averaged; 2 at most are trained",
    )
    setting(
        "candidates",
        type=count,
        metavar="P",
        meaning="initial points to choose from, of one radius and of many",
    )
    setting("steps", type=count, metavar="T", meaning="of training")
    setting(
        "target",
        type=float,
        metavar="X",
        meaning="test accuracy that defines the dimension needed",
    )
    study.add_options(command, Goldilocks, "results/goldilocks", goes_on=False)


def goldilocks(arguments: Namespace) -> None:
    """Measure, train, draw, and print the numbers."""
    settings = study.asked(arguments, Goldilocks)
    parts = run(settings, out=arguments.out, overwrite=arguments.overwrite)
    from figures.goldilocks import report

    told, numbers = report.told(parts), report.numbers(parts)
    study.show(arguments, parts["zone"], told=told, numbers=numbers)


def run(
    settings: Goldilocks,
    *,
    out: str | Path,
    overwrite: bool = False,
    progress: bool = True,
) -> dict[str, xr.Dataset]:
    """The records of ``figures.goldilocks``, saved in ``out`` with a picture of each.

    Parameters
    ----------
    out
        Folder of ``report.md``, and of ``zone``, ``prior``, ``restricted`` and ``choice``, pictures
        with their data.
    overwrite
        Replace a run of other settings that ``out`` holds.
    progress
        Show a bar where stderr is a terminal.

    Raises
    ------
    InputError
        As ``figures.goldilocks.goldilocks``; where torch is missing; if ``out`` cannot be written
        or holds another run.
    """
    require_torch()
    from figures.goldilocks import report
    from theory import files
    from theory.records.record import save_text
    from theory.records.runs import Run

    this = Run.of(settings, command="goldilocks", seed=settings.seed, overwrite=overwrite)
    with files.claimed(out):
        this.require_replaceable(out)
        parts = _parts(settings, this, Path(out), progress=progress)
        _draw(parts, Path(out))
        output.said(save_text(report.text(parts, made_by=this.made_by), Path(out) / "report.md"))
        this.remove_others(out)
    return parts


def _parts(
    settings: Goldilocks, this: Run, folder: Path, *, progress: bool
) -> dict[str, xr.Dataset]:
    """The records, those read again that the same settings and sources made."""
    from tqdm import tqdm

    from figures.gallery.kept import kept
    from figures.goldilocks.study import PARTS, goldilocks

    work = settings.work
    disable = None if progress else True
    with tqdm(total=sum(work.values()), desc="points", disable=disable) as bar:

        def part(name: str) -> xr.Dataset:
            found, new = kept(
                folder / f"{name}.nc",
                made_by=this.made_by,
                make=lambda: goldilocks(settings, parts=(name,), progress=bar.update)[name],
                overwrite=this.overwrite,
            )
            bar.update(0 if new else work.get(name, 0))
            return found

        return {name: part(name) for name in PARTS}


def _draw(parts: dict[str, xr.Dataset], folder: Path) -> None:
    from figures.goldilocks import picture, restricted_picture
    from figures.pictures import style

    zone, prior, trained, choice = (
        parts[name] for name in ("zone", "prior", "restricted", "choice")
    )

    def save(figure: Figure, data: xr.Dataset, name: str) -> None:
        style.save(figure, data, folder / name, made_by=json.loads(data.provenance))

    with style.panels(4) as (figure, axes):
        for name, ax in zip(picture.PANELS, axes, strict=True):
            picture.draw(zone, ax, name=name)
        style.shared_legend(figure, axes)
        save(figure, zone, "zone")
    with style.panels(1) as (figure, axes):
        picture.draw_prior(prior, axes[0])
        save(figure, prior, "prior")
    for name, data, axis, draw in (
        ("restricted", trained, "surface", restricted_picture.draw),
        ("choice", choice, "pool", restricted_picture.draw_choice),
    ):
        with style.panels(2) as (figure, axes):
            for value, ax in zip(data[axis].values, axes, strict=True):
                draw(data.sel({axis: value}), ax)
                ax.set_title(TITLES[value])
            save(figure, data, name)


TITLES = {
    "plane": "in a random hyperplane",
    "sphere": "on a random hypersphere",
    "initial": "start at the initial radius",
    "any": "start at any radius",
}
