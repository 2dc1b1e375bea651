"""The command ``goldilocks``; heavy imports wait until they are needed."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from figures.commands import options
from figures.goldilocks_study import measured, plan_of

if TYPE_CHECKING:
    import xarray as xr


def add(subparsers: Any) -> None:
    """Add the command to those of the parser."""
    command = options.command(
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
Writes zone, prior, restricted and choice as .png, .pdf and their data as .nc.""",
        run,
    )
    command.add_argument(
        "--hidden",
        type=options.count,
        nargs="*",
        default=[100, 100],
        metavar="W",
        help="hidden widths (default: 100 100)",
    )
    command.add_argument("--activation", choices=("relu", "tanh"), default="relu")
    command.add_argument(
        "--bias", action="store_true", help="give the layers biases: scale is then no temperature"
    )
    command.add_argument(
        "--d", type=options.count, default=50, metavar="D", help="dimension of cuts (default: 50)"
    )
    command.add_argument("--basis", choices=("dense", "sparse"), default="dense")
    command.add_argument(
        "--examples",
        type=options.count,
        default=300,
        metavar="N",
        help="examples that curvature is measured on (default: 300)",
    )
    command.add_argument(
        "--replicates",
        type=options.count,
        default=5,
        metavar="R",
        help="networks whose cuts are averaged; 2 are trained (default: 5)",
    )
    command.add_argument(
        "--candidates",
        type=options.count,
        default=60,
        metavar="P",
        help="initial points to choose from, of one radius and of many (default: 60)",
    )
    command.add_argument(
        "--steps", type=options.count, default=300, metavar="T", help="of training (default: 300)"
    )
    command.add_argument(
        "--target",
        type=float,
        default=0.85,
        metavar="X",
        help="test accuracy that defines the dimension needed (default: 0.85)",
    )
    command.add_argument("--fast", action="store_true", help="the smallest run, in seconds")
    command.add_argument("--seed", type=int, default=0, metavar="S", help="root of all draws")
    options.add_folder(command, "results/goldilocks")


def run(arguments: Namespace) -> None:
    """Measure, train, draw, and print the numbers."""
    from theory import checks, record

    record.check_writable(arguments.out)
    checks.integer("replicates", arguments.replicates, low=1)
    checks.integer("candidates", arguments.candidates, low=12)
    plan = plan_of(arguments)
    made_by = record.provenance(
        command="fort-ganguli goldilocks",
        parameters={name: getattr(arguments, name) for name in PARAMETERS} | asdict(plan),
        seed=arguments.seed,
    )
    parts = measured(arguments, plan)
    numbers = _numbers(parts) | {"provenance": made_by}
    _draw(parts, arguments.out, made_by=made_by)
    from figures.reports import summary

    print(json.dumps(numbers) if arguments.json else summary.text(numbers))


PARAMETERS = ("hidden", "activation", "bias", "d", "basis", "target")


def _draw(parts: dict[str, xr.Dataset], folder: Path, *, made_by: dict[str, Any]) -> None:
    from figures.pictures import goldilocks as zones
    from figures.pictures import restricted as trainings
    from figures.pictures import style

    zone, prior, trained, choice = (
        parts[name] for name in ("zone", "prior", "restricted", "choice")
    )
    with style.panels(4) as (figure, axes):
        for name, ax in zip(zones.PANELS, axes, strict=True):
            zones.draw(zone, ax, name=name)
        figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
        style.save(figure, zone, folder / "zone", made_by=made_by)
    with style.panels(1) as (figure, axes):
        zones.draw_prior(prior, axes[0])
        style.save(figure, prior, folder / "prior", made_by=made_by)
    for name, data, axis, draw in (
        ("restricted", trained, "surface", trainings.draw),
        ("choice", choice, "pool", trainings.draw_choice),
    ):
        with style.panels(2) as (figure, axes):
            for value, ax in zip(data[axis].values, axes, strict=True):
                draw(data.sel({axis: value}), ax)
                ax.set_title(TITLES[value])
            style.save(figure, data, folder / name, made_by=made_by)
    print(f"saved zone, prior, restricted and choice in {folder}", file=sys.stderr)


TITLES = {
    "plane": "in a random hyperplane",
    "sphere": "on a random hypersphere",
    "initial": "start at the initial radius",
    "any": "start at any radius",
}


def _numbers(parts: dict[str, xr.Dataset]) -> dict[str, Any]:
    zone, prior = parts["zone"], parts["prior"].gradient_norm
    trained, choice = parts["restricted"], parts["choice"]
    names = ("initial_radius", "inner", "peak", "outer", "mismatch")
    numbers: dict[str, Any] = {name: _finite(float(zone[name])) for name in names}
    if "predicted_convexity" in zone:
        start = {"scale": 1, "method": "nearest"}
        measured = zone.convexity.sel(surface="plane").sel(**start).mean()
        numbers["initial_convexity"] = float(measured)
        numbers["predicted_initial_convexity"] = float(zone.predicted_convexity.sel(**start))
    middle = float(prior.sel(share=0, method="nearest"))
    numbers["gradient_at_matched_prior"] = middle / float(prior.max())
    numbers["trained_radii"] = trained.weight_norm.isel(surface=0).mean("replicate").values.tolist()
    for surface in trained.surface.values:
        needed = trained.needed_dimension.sel(surface=surface).values
        numbers[f"needed_dimension_{surface}"] = [_finite(float(d)) for d in needed]
    for pool in choice.pool.values:
        for criterion in choice.criterion.values:
            own = choice.sel(pool=pool, criterion=criterion)
            found = (own.chosen_steps, own.other_steps, own.faster_p)
            numbers[f"choice_{pool}_{criterion}"] = [_finite(float(x)) for x in found]
    return numbers


def _finite(value: float) -> float | None:
    """JSON has no number that is not finite."""
    return value if np.isfinite(value) else None
