"""The three studies of wedges, whole: parts, picture and report in a folder."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from empirical.settings.wedges import KNOBS
from figures.options.installed import require_torch

if TYPE_CHECKING:
    import xarray as xr

    from empirical.settings import WedgeConnectors, WedgeCuts, WedgeTunnels


def cuts(
    settings: WedgeCuts,
    *,
    out: str | Path,
    overwrite: bool = False,
    mixed_versions: bool = False,
    progress: bool = True,
) -> xr.Dataset:
    """The study of random cuts, its picture ``cuts`` and ``report.md`` in the folder ``out``.

    Parameters
    ----------
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
    from figures.pictures import style
    from figures.wedges import cuts as made
    from figures.wedges import picture, report
    from figures.wedges.parts import study
    from figures.wedges.perceptrons import require_possible

    require_torch()
    require_possible(settings)
    work = len(settings.D) * settings.cuts
    work += settings.replicates * len(settings.scales) * len(settings.dimensions)
    options = {"overwrite": overwrite, "mixed_versions": mixed_versions}
    with study("cuts", settings, out, work=work, progress=progress, **options) as part:
        toys = [
            part(f"toy-{D}", partial(made.toy_cuts, settings, D=D), settings.cuts)
            for D in settings.D
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


def connect(
    settings: WedgeConnectors,
    *,
    out: str | Path,
    overwrite: bool = False,
    mixed_versions: bool = False,
    progress: bool = True,
) -> xr.Dataset:
    """The study of connectors, its picture ``connect`` and ``report.md`` in the folder ``out``.

    Parameters
    ----------
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
        As ``cuts``.
    """
    from figures.pictures import style
    from figures.wedges import connectors as made
    from figures.wedges import picture, report
    from figures.wedges.parts import study
    from figures.wedges.perceptrons import require_possible

    require_torch()
    require_possible(settings)
    work = len(settings.m) * settings.steps
    options = {"overwrite": overwrite, "mixed_versions": mixed_versions}
    with study("connect", settings, out, work=work, progress=progress, **options) as part:
        records = [
            part(f"m-{m}", partial(made.connector, settings, m=m), settings.steps)
            for m in settings.m
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


def tunnels(
    settings: WedgeTunnels,
    *,
    out: str | Path,
    overwrite: bool = False,
    mixed_versions: bool = False,
    progress: bool = True,
) -> xr.Dataset:
    """The study of tunnels, its picture ``tunnels`` and ``report.md`` in the folder ``out``.

    Parameters
    ----------
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
        As ``cuts``.
    """
    from figures.pictures import style
    from figures.wedges import picture, report
    from figures.wedges import tunnels as made
    from figures.wedges.parts import study
    from figures.wedges.perceptrons import require_possible

    require_torch()
    require_possible(settings)
    trainings = settings.trainings
    work = len(trainings) * settings.replicates
    options = {"overwrite": overwrite, "mixed_versions": mixed_versions}
    with study("tunnels", settings, out, work=work, progress=progress, **options) as part:
        records = []
        for recipe, _ in trainings:
            name = "-".join(f"{getattr(recipe, knob):g}" for knob in KNOBS)
            make = partial(made.tunnel, settings, recipe)
            records.append(part(name, make, settings.replicates))
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
