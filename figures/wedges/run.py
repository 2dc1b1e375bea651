"""The three studies of wedges, whole: parts, picture and report in a folder."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from empirical.settings import WedgeConnectors, WedgeCuts
from empirical.settings.wedges import KNOBS
from figures.options.installed import require_torch
from figures.options.kept_run import kept_run
from figures.wedges.parts import Study

if TYPE_CHECKING:
    import xarray as xr

    from empirical.settings import WedgeTunnels

MAKE_THE_NUMBERS = (
    "theory",
    "simulate",
    "empirical",
    "figures.judge.plane_dimension",
    "figures.wedges.connectors",
    "figures.wedges.cuts",
    "figures.wedges.perceptrons",
    "figures.wedges.tunnels",
)


def run(
    settings: WedgeCuts | WedgeConnectors | WedgeTunnels,
    *,
    out: str | Path,
    overwrite: bool = False,
    mixed_versions: bool = False,
    progress: bool = True,
) -> xr.Dataset:
    """The study of these settings, its picture and ``report.md`` in the folder ``out``.

    Parameters
    ----------
    settings
        Of random ``cuts``, of connectors (``connect``) or of ``tunnels``.
    out
        Folder; ``parts`` in it holds what a run that was stopped goes on from.
    overwrite
        Replace a run of other settings that ``out`` holds.
    mixed_versions
        Go on with parts that other code made.
    progress
        Show a bar where stderr is a terminal.

    Raises
    ------
    InputError
        If an argument is out of its bounds, torch is missing, or ``out`` cannot be written or
        holds another run.
    """
    require_torch()
    from figures.wedges.perceptrons import require_possible

    require_possible(settings)
    if isinstance(settings, WedgeCuts):
        work = len(settings.D) * settings.cuts
        work += settings.replicates * len(settings.scales) * len(settings.dimensions)
        name, make = "cuts", partial(_cuts, settings)
    elif isinstance(settings, WedgeConnectors):
        name, make, work = "connect", partial(_connect, settings), len(settings.m) * settings.steps
    else:
        work = len(settings.trainings) * settings.replicates
        name, make = "tunnels", partial(_tunnels, settings)
    frame = kept_run(
        settings,
        Path(out) / f"{name}.nc",
        command=f"wedges {name}",
        packages=MAKE_THE_NUMBERS,
        work=work,
        told=name,
        progress=progress,
        overwrite=overwrite,
        mixed_versions=mixed_versions,
    )
    with frame as kept:
        return make(Study(name, kept))


def _cuts(settings: WedgeCuts, part: Study) -> xr.Dataset:
    from figures.pictures import style
    from figures.wedges import cuts as made
    from figures.wedges import picture, report

    toys = [
        part(f"toy-{D}", partial(made.toy_cuts, settings, D=D), settings.cuts) for D in settings.D
    ]
    trainings = settings.replicates * len(settings.dimensions)
    networks = [
        part(f"scale-{s:g}", partial(made.network_cuts, settings, scale=s), trainings)
        for s in settings.scales
    ]
    network = made.fitted_cuts(settings, networks)
    with style.panels(len(toys) + 1, size="page") as (figure, axes):
        for toy, ax in zip(toys, axes, strict=False):
            picture.draw_toy(toy, ax)
        picture.draw_network(network, axes[-1])
        style.shared_legend(figure, axes)
        parts = {f"toy_{D}": toy for D, toy in zip(settings.D, toys, strict=True)}
        return part.finish(
            figure,
            parts | {"network": network},
            numbers=report.cuts_numbers(toys, network),
            told=report.cuts_told(toys, network),
        )


def _connect(settings: WedgeConnectors, part: Study) -> xr.Dataset:
    from figures.pictures import style
    from figures.wedges import connectors as made
    from figures.wedges import picture, report

    records = [
        part(f"m-{m}", partial(made.connector, settings, m=m), settings.steps) for m in settings.m
    ]
    averages = part("averages", lambda progress: made.averages(settings), 0)
    along = [record for record in records if record.attrs["m"] == 1]
    with style.panels(2 + len(along), size="page") as (figure, axes):
        for record in along:
            picture.draw_path(record, axes[0])
        picture.draw_losses(records, axes[-2])
        picture.draw_ratio(records, axes[-1])
        style.shared_legend(figure, axes)
        parts = {f"m{record.attrs['m']}": record for record in records}
        return part.finish(
            figure,
            parts | {"averages": averages},
            numbers=report.connect_numbers(records, averages),
            told=report.connect_told(records, averages),
        )


def _tunnels(settings: WedgeTunnels, part: Study) -> xr.Dataset:
    from figures.pictures import style
    from figures.wedges import picture, report
    from figures.wedges import tunnels as made

    records = []
    for recipe, _ in settings.trainings:
        name = "-".join(f"{getattr(recipe, knob):g}" for knob in KNOBS)
        records.append(part(name, partial(made.tunnel, settings, recipe), settings.replicates))
    data = made.joined(settings, records)
    shown = [knob for knob in KNOBS if int(data[f"varies_{knob}"].sum()) > 1]
    with style.panels(max(len(shown), 1), size="page") as (figure, axes):
        for knob, ax in zip(shown, axes, strict=False):
            picture.draw_knob(data, ax, knob=knob)
        style.shared_legend(figure, axes)
        return part.finish(
            figure,
            {"": data},
            numbers=report.tunnel_numbers(data),
            told=report.tunnel_told(data),
        )
