"""The command ``wedges`` and its three studies; heavy imports wait until they are needed."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from empirical.settings import Recipe, WedgeConnectors, WedgeCuts, WedgeTunnels
from empirical.settings.wedges import KNOBS
from figures.options import output, shared
from figures.options.installed import require_torch

if TYPE_CHECKING:
    from collections.abc import Iterator

    import xarray as xr

    from theory.records.settings import Settings

PARTS = "parts"


def add(subparsers: Any) -> None:
    """Add the command to those of the parser."""
    command = shared.command(
        subparsers,
        "wedges",
        "Fort and Jastrzebski's wedges: random cuts, connectors between optima, tunnels",
        """examples:
  fort-ganguli wedges cuts --out results/cuts
  fort-ganguli wedges connect --m 1 2 3 --out results/connectors
  fort-ganguli wedges tunnels --fast --json

Theory, the toy landscape and digits networks side by side. Each study writes its picture as PNG,
PDF and SVG with its data as NetCDF and report.md, and keeps its parts, so that a run that was
stopped goes on where it was. 'fort-ganguli wedges STUDY --help' has the options of each.""",
        lambda _: None,
    )
    studies = command.add_subparsers(dest="study", required=True, metavar="STUDY")
    _add_cuts(studies)
    _add_connect(studies)
    _add_tunnels(studies)


def _add_cuts(studies: Any) -> None:
    command = shared.command(
        studies,
        "cuts",
        "how often random cuts of the toy and of a network meet low loss, against d",
        """examples:
  fort-ganguli wedges cuts --out results/cuts
  fort-ganguli wedges cuts --D 100 1000 --codimension 20 --scales 1 --replicates 4""",
        cuts,
    )
    setting = partial(shared.add_setting, command, WedgeCuts)
    count = shared.count
    setting("D", type=count, nargs="+", metavar="D", meaning="dimensions of the toy")
    setting("codimension", type=count, metavar="K", meaning="D - n of the toy's planes")
    setting("share", type=float, metavar="X", meaning="tolerance over the median loss at a start")
    setting("cuts", type=count, metavar="R", meaning="of the toy, at each D")
    setting("hidden", type=count, nargs="+", metavar="W", meaning="hidden widths of the network")
    setting("dimensions", type=count, nargs="+", metavar="d", meaning="of the network's cuts")
    setting("scales", type=float, nargs="+", metavar="S", meaning="factors of initial weights")
    setting("replicates", type=count, metavar="R", meaning="networks, each with its cut")
    setting("steps", type=count, metavar="T", meaning="of training in a cut")
    setting("target", type=float, metavar="X", meaning="training accuracy that is success")
    _add_common(command, WedgeCuts, "results/wedges/cuts")


def _add_connect(studies: Any) -> None:
    command = shared.command(
        studies,
        "connect",
        "m-connectors between trained networks, and averages of the networks",
        """examples:
  fort-ganguli wedges connect --out results/connectors
  fort-ganguli wedges connect --m 2 --divisions 6 --points 1000""",
        connect,
    )
    setting = partial(shared.add_setting, command, WedgeConnectors)
    count = shared.count
    setting("m", type=count, nargs="+", metavar="M", meaning="dimensions of the connectors")
    setting("hidden", type=count, nargs="+", metavar="W", meaning="hidden widths of the networks")
    _add_epochs(command, WedgeConnectors)
    setting("divisions", type=count, nargs="+", metavar="K", meaning="parts of an edge for each m")
    setting("steps", type=count, metavar="T", meaning="of Adam at each point")
    setting("learning_rate", type=float, metavar="X", meaning="of Adam")
    setting("examples", type=count, metavar="N", meaning="training examples of the losses")
    setting("points", type=count, metavar="P", meaning="random points of each connector")
    setting("bound", type=float, metavar="X", meaning="loss allowed above the optima's, in nats")
    _add_common(command, WedgeConnectors, "results/wedges/connect")


def _add_tunnels(studies: Any) -> None:
    command = shared.command(
        studies,
        "tunnels",
        "width of tunnels against learning rate, batch size, L2 and dropout",
        """examples:
  fort-ganguli wedges tunnels --out results/tunnels
  fort-ganguli wedges tunnels --learning-rate 0.05 0.2 --l2 --dropout --replicates 10""",
        tunnels,
    )
    setting = partial(shared.add_setting, command, WedgeTunnels)
    count = shared.count
    setting("hidden", type=count, nargs="+", metavar="W", meaning="hidden widths of the networks")
    _add_epochs(command, WedgeTunnels)
    for name in KNOBS:
        kind = count if name == "batch_size" else float
        setting(name, type=kind, nargs="*", metavar="X", meaning="values, the others as by default")
    setting("replicates", type=count, metavar="R", meaning="networks of each training")
    setting("directions", type=count, metavar="V", meaning="random directions from each")
    setting("examples", type=count, metavar="N", meaning="training examples of the losses")
    setting("rise", type=float, metavar="X", meaning="of the loss at a tunnel's end, in nats")
    _add_common(command, WedgeTunnels, "results/wedges/tunnels")


def _add_epochs(command: Any, settings: Any) -> None:
    default = settings().recipe.epochs
    command.add_argument(
        "--epochs", type=shared.count, metavar="E", help=f"of training (default: {default})"
    )


def _add_common(command: Any, settings: Any, out: str) -> None:
    shared.add_setting(
        command, settings, "seed", type=shared.count, metavar="S", meaning="root of all draws"
    )
    command.add_argument(
        "--fast",
        action="store_true",
        help="the smallest run, in seconds: other defaults of what no option sets",
    )
    shared.add_folder(command, out)


def _settings(arguments: Namespace, kind: Any) -> Any:
    make = kind.smallest if arguments.fast else kind
    given = shared.given(arguments, kind)
    if getattr(arguments, "epochs", None) is not None:
        base: Recipe = make().recipe
        given["recipe"] = replace(base, epochs=arguments.epochs)
    return make(**given)


def cuts(arguments: Namespace) -> None:
    """Sample the toy's cuts, train in the network's, draw, and print the numbers."""
    _shown(arguments, run_cuts(_settings(arguments, WedgeCuts), **_place(arguments)))


def connect(arguments: Namespace) -> None:
    """Relax the connectors, average the networks, draw, and print the numbers."""
    _shown(arguments, run_connect(_settings(arguments, WedgeConnectors), **_place(arguments)))


def tunnels(arguments: Namespace) -> None:
    """Train with each value of each knob, measure, draw, and print the numbers."""
    _shown(arguments, run_tunnels(_settings(arguments, WedgeTunnels), **_place(arguments)))


def _place(arguments: Namespace) -> dict[str, Any]:
    return {"out": arguments.out, "overwrite": arguments.overwrite}


def _shown(arguments: Namespace, data: xr.Dataset) -> None:
    if arguments.json:
        made_by = json.loads(data.provenance)
        print(json.dumps(json.loads(data.numbers) | {"provenance": made_by}))
    else:
        print(data.told)
        output.said_by(data)


def run_cuts(
    settings: WedgeCuts, *, out: str | Path, overwrite: bool = False, progress: bool = True
) -> xr.Dataset:
    """The study of random cuts, its picture ``cuts`` and ``report.md`` in the folder ``out``.

    Parameters
    ----------
    out
        Folder; ``parts`` in it holds what a run that was stopped goes on from.
    overwrite
        Replace a run of other settings that ``out`` holds.
    progress
        Show a bar where stderr is a terminal.

    Raises
    ------
    InputError
        If an argument is out of its bounds, torch is missing, or ``out`` cannot be written or
        holds another run.
    """
    from figures import wedges
    from figures.pictures import style
    from figures.pictures import wedges as pictures
    from figures.reports import wedges as report

    require_torch()
    wedges.require_possible(settings)
    work = len(settings.D) * settings.cuts
    work += settings.replicates * len(settings.scales) * len(settings.dimensions)
    with _study("cuts", settings, out, overwrite, progress, work) as part:
        toys = [
            part(f"toy-{D}", partial(wedges.toy_cuts, settings, D=D), settings.cuts)
            for D in settings.D
        ]
        trainings = settings.replicates * len(settings.dimensions)
        networks = [
            part(f"scale-{s:g}", partial(wedges.network_cuts, settings, scale=s), trainings)
            for s in settings.scales
        ]
        network = wedges.fitted_cuts(settings, networks)
        with style.panels(len(toys) + 1, size="page") as (figure, axes):
            for toy, ax in zip(toys, axes, strict=False):
                pictures.draw_toy(toy, ax)
            pictures.draw_network(network, axes[-1])
            style.shared_legend(figure, axes)
            parts = {f"toy_{D}": toy for D, toy in zip(settings.D, toys, strict=True)}
            return part.finish(
                figure,
                parts | {"network": network},
                numbers=report.cuts_numbers(toys, network),
                told=report.cuts_told(toys, network),
            )


def run_connect(
    settings: WedgeConnectors, *, out: str | Path, overwrite: bool = False, progress: bool = True
) -> xr.Dataset:
    """The study of connectors, its picture ``connect`` and ``report.md`` in the folder ``out``.

    Parameters
    ----------
    out
        Folder; ``parts`` in it holds what a run that was stopped goes on from.
    overwrite
        Replace a run of other settings that ``out`` holds.
    progress
        Show a bar where stderr is a terminal.

    Raises
    ------
    InputError
        As ``run_cuts``.
    """
    from figures import wedges
    from figures.pictures import style
    from figures.pictures import wedges as pictures
    from figures.reports import wedges as report

    require_torch()
    wedges.require_possible(settings)
    work = len(settings.m) * settings.steps
    with _study("connect", settings, out, overwrite, progress, work) as part:
        records = [
            part(f"m-{m}", partial(wedges.connector, settings, m=m), settings.steps)
            for m in settings.m
        ]
        averages = part("averages", lambda progress: wedges.averages(settings), 0)
        along = [record for record in records if record.attrs["m"] == 1]
        with style.panels(2 + len(along), size="page") as (figure, axes):
            for record in along:
                pictures.draw_path(record, axes[0])
            pictures.draw_losses(records, axes[-2])
            pictures.draw_ratio(records, axes[-1])
            style.shared_legend(figure, axes)
            parts = {f"m{record.attrs['m']}": record for record in records}
            return part.finish(
                figure,
                parts | {"averages": averages},
                numbers=report.connect_numbers(records, averages),
                told=report.connect_told(records, averages),
            )


def run_tunnels(
    settings: WedgeTunnels, *, out: str | Path, overwrite: bool = False, progress: bool = True
) -> xr.Dataset:
    """The study of tunnels, its picture ``tunnels`` and ``report.md`` in the folder ``out``.

    Parameters
    ----------
    out
        Folder; ``parts`` in it holds what a run that was stopped goes on from.
    overwrite
        Replace a run of other settings that ``out`` holds.
    progress
        Show a bar where stderr is a terminal.

    Raises
    ------
    InputError
        As ``run_cuts``.
    """
    from figures import wedges
    from figures.pictures import style
    from figures.pictures import wedges as pictures
    from figures.reports import wedges as report

    require_torch()
    wedges.require_possible(settings)
    trainings = settings.trainings
    work = len(trainings) * settings.replicates
    with _study("tunnels", settings, out, overwrite, progress, work) as part:
        records = []
        for recipe, _ in trainings:
            name = "-".join(f"{getattr(recipe, knob):g}" for knob in KNOBS)
            make = partial(wedges.tunnel, settings, recipe)
            records.append(part(name, make, settings.replicates))
        data = wedges.joined_tunnels(settings, records)
        shown = [knob for knob in KNOBS if int(data[f"varies_{knob}"].sum()) > 1]
        with style.panels(max(len(shown), 1), size="page") as (figure, axes):
            for knob, ax in zip(shown, axes, strict=False):
                pictures.draw_knob(data, ax, knob=knob)
            style.shared_legend(figure, axes)
            return part.finish(
                figure,
                {"": data},
                numbers=report.tunnel_numbers(data),
                told=report.tunnel_told(data),
            )


class _Study:
    """One run in its folder: parts that are made once, then the picture and the report."""

    def __init__(self, name: str, folder: Path, run: Any, bar: Any) -> None:
        self.name, self.folder, self.run, self.bar = name, folder, run, bar

    def __call__(self, name: str, make: Callable[..., xr.Dataset], work: int) -> xr.Dataset:
        from figures.gallery.kept import kept

        (self.folder / PARTS).mkdir(exist_ok=True)
        data, new = kept(
            self.folder / PARTS / f"{name}.nc",
            made_by=self.run.made_by,
            make=lambda: make(progress=self.bar.update),
            overwrite=self.run.overwrite,
        )
        if not new:
            self.bar.update(work)
            print(f"{name}: read from an earlier run", file=sys.stderr)
        return data

    def finish(
        self, figure: Any, parts: Mapping[str, xr.Dataset], *, numbers: Mapping[str, Any], told: str
    ) -> xr.Dataset:
        """Save picture, data and report."""
        import xarray as xr

        from figures.pictures import style
        from figures.reports import provenance
        from theory.records.record import save_text

        made_by = self.run.made_by
        renamed = [_prefixed(part, name) for name, part in parts.items()]
        data = xr.merge(renamed, combine_attrs="drop").assign_attrs(
            numbers=json.dumps(numbers), told=told
        )
        style.save(figure, data, self.folder / self.name, made_by=made_by)
        text = (
            f"# Wedges: {self.name}\n\n{told}\n\n![{self.name}]({self.name}.png)\n\n"
            f"## Provenance\n\n{provenance.told(made_by)}\n"
        )
        output.said(save_text(text, self.folder / "report.md"))
        self.run.remove_others(self.folder)
        return data.assign_attrs(provenance=json.dumps(made_by))


def _prefixed(part: xr.Dataset, prefix: str) -> xr.Dataset:
    """The part with the prefix before the name of each array and axis."""
    if not prefix:
        return part
    names = {*map(str, part.variables), *map(str, part.dims)}
    return part.rename({name: f"{prefix}_{name}" for name in names})


@contextmanager
def _study(
    name: str, settings: Settings, out: str | Path, overwrite: bool, progress: bool, work: int
) -> Iterator[_Study]:
    from tqdm import tqdm

    from theory import files
    from theory.records.runs import Run

    seed: int = settings.as_dict()["seed"]
    run = Run.of(settings, command=f"wedges {name}", seed=seed, overwrite=overwrite)
    folder = Path(out)
    with files.claimed(folder):
        run.require_replaceable(folder)
        disable = None if progress else True
        with tqdm(total=work, desc=name, disable=disable) as bar:
            yield _Study(name, folder, run, bar)
