"""The study ``minima networks``; heavy imports wait until they are needed."""

from __future__ import annotations

import argparse
import json
from argparse import Namespace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from empirical.settings import Flatness
from empirical.settings.flatness import DATA, OPTIMIZERS
from figures.options import output, shared
from figures.options.installed import require_torch

if TYPE_CHECKING:
    import xarray as xr

RECORD = "networks.nc"
PICTURE = "flatness"


def add(parts: Any) -> None:
    """Add the study to the parts of ``minima``."""
    command = shared.command(
        parts,
        "networks",
        "flatness of trained networks against their error on new examples, by optimizer",
        f"""examples:
  fort-ganguli minima networks --out results/flatness
  fort-ganguli minima networks --data mnist5k --batch-sizes 16 --out results/mnist
  fort-ganguli minima networks --fast --json

SGD, Entropy-SGD and replicated SGD at the same number of gradients. The same command goes on
where it was stopped. Writes {RECORD}, all networks, report.md and {PICTURE} as PNG, PDF and
SVG with its data as NetCDF.""",
        networks,
    )
    setting = partial(shared.add_setting, command, Flatness)
    count = shared.count
    setting("data", choices=DATA)
    setting("examples", type=count, metavar="N", meaning="that are trained on")
    setting("hidden", type=count, nargs="+", metavar="W", meaning="hidden widths")
    setting("optimizers", nargs="+", choices=OPTIMIZERS)
    setting("learning_rates", type=float, nargs="+", metavar="X", meaning="at the start")
    setting("batch_sizes", type=count, nargs="+", metavar="B", meaning="examples of a gradient")
    setting("epochs", type=count, metavar="E", meaning="gradients, in passes over the examples")
    setting("replicates", type=count, metavar="R", meaning="seeds of each training")
    setting("noise", type=float, metavar="X", meaning="relative, of local energy and entropy")
    setting("draws", type=count, metavar="Z", meaning="of the noise")
    setting("seed", type=count, metavar="S", meaning="root of all draws")
    command.add_argument(
        "--fast",
        action="store_true",
        default=argparse.SUPPRESS,
        help="the smallest run, in seconds: other defaults of what no option sets",
    )
    command.add_argument(
        "--mixed-versions",
        action="store_true",
        help="go on with a record that other code began; its provenance names both",
    )
    shared.add_folder(command, "results/flatness")


def networks(arguments: Namespace) -> None:
    """Train, measure, draw, and print the numbers."""
    make = Flatness.smallest if hasattr(arguments, "fast") else Flatness
    data = run(
        make(**shared.given(arguments, Flatness)),
        out=arguments.out,
        overwrite=arguments.overwrite,
        mixed_versions=arguments.mixed_versions,
    )
    if arguments.json:
        made_by = json.loads(data.provenance)
        print(json.dumps(json.loads(data.numbers) | {"provenance": made_by}))
    else:
        print(data.told)
        output.said_by(data)


def run(
    settings: Flatness,
    *,
    out: str | Path,
    overwrite: bool = False,
    mixed_versions: bool = False,
    progress: bool = True,
) -> xr.Dataset:
    """Trained networks, their flatness and its rank correlations, saved in ``out``.

    Parameters
    ----------
    out
        Folder of the networks' record, which is gone on with, of the picture and the report.
    overwrite
        Replace a run of other settings that ``out`` holds.
    mixed_versions
        Go on with trainings that other code began.
    progress
        Show a bar where stderr is a terminal.

    Raises
    ------
    InputError
        If torch or the data are missing, or ``out`` cannot be written or holds another run.
    """
    require_torch()
    import xarray as xr
    from tqdm import tqdm

    from empirical.minima import flatness as study
    from figures import flatness
    from figures.reports import flatness as report
    from theory import files, record
    from theory.records.runs import Run

    data, _ = study.split(settings)
    widths = [data.inputs.shape[1], *settings.hidden, data.classes]
    D = sum((a + 1) * b for a, b in pairwise(widths))
    this = Run.of(
        settings,
        command="minima networks",
        seed=settings.seed,
        packages=("theory", "empirical"),
        overwrite=overwrite,
        mixed_versions=mixed_versions,
    )
    path = Path(out) / RECORD
    with files.claimed(out):
        this.require_replaceable(out)
        held = this.held(path)
        made_by = this.made_by if held is None else held.made_by
        disable = None if progress else True
        with tqdm(total=len(settings.trainings), desc="networks", disable=disable) as bar:
            made = study.flatness(
                settings,
                begun=None if held is None else held.record,
                kept=lambda so_far: record.save(so_far, path, made_by=made_by),
                progress=bar.update,
            )
        made = flatness.with_predicted_energy(made, noise=settings.noise, D=D)
        ranks = flatness.correlations(made, seed=settings.seed)
        paired = flatness.differences(made, seed=settings.seed)
        told = report.told(made, ranks, paired)
        shown = xr.merge([made, ranks, paired], combine_attrs="override").assign_attrs(
            numbers=json.dumps(report.numbers(made, ranks, paired)),
            told=told,
            provenance=json.dumps(made_by),
        )
        _draw(shown, Path(out), made_by=made_by)
        this.remove_others(out)
    output.said(path)
    return shown


def _draw(data: xr.Dataset, folder: Path, *, made_by: Any) -> None:
    from figures.pictures import flatness, style
    from figures.reports import provenance
    from theory.records.record import save_text

    with style.panels(len(flatness.PANELS)) as (figure, axes):
        for name, ax in zip(flatness.PANELS, axes, strict=True):
            flatness.draw(data, ax, name=name)
        style.shared_legend(figure, axes)
        style.save(figure, data, folder / PICTURE, made_by=made_by)
    output.said(style.named(folder / PICTURE, ".png"))
    text = (
        f"# Flatness of networks\n\n{data.told}\n\n![flatness]({PICTURE}.png)\n\n"
        f"## Provenance\n\n{provenance.told(made_by)}\n"
    )
    output.said(save_text(text, folder / "report.md"))
