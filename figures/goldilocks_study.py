"""The measurements behind the command ``goldilocks``: one record for each picture."""

from __future__ import annotations

import math
from argparse import Namespace
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from figures.commands.measuring import require_torch
from theory import InputError

if TYPE_CHECKING:
    import xarray as xr

SCALES = np.geomspace(0.1, 10, 17).tolist()
TRAINED_SCALES = [0.1, 0.3, 1.0, 3.0, 8.0]
DIMENSIONS = [8, 16, 32, 64, 128, 256, 512]
SHARES = np.linspace(-1, 1, 17).tolist()
SURFACES = ("plane", "sphere")
HELD_OUT = 400  # examples at least that the model is estimated on


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    scales: list[float]
    trained_scales: list[float]
    dimensions: list[int]
    examples: int
    replicates: int
    trained: int
    candidates: int
    steps: int
    candidate_dimension: int = 128
    candidate_target: float = 0.7

    @property
    def work(self) -> int:
        """Points measured or trained."""
        zone = 2 * self.replicates * len(self.scales)
        return (
            zone
            + 2 * self.trained * len(self.trained_scales) * len(self.dimensions)
            + (2 * self.candidates)
        )


SMALLEST = Plan(
    scales=SCALES[::4],
    trained_scales=[0.1, 1.0],
    dimensions=[8, 64, 256],
    examples=100,
    replicates=2,
    trained=1,
    candidates=12,
    steps=60,
    candidate_dimension=32,
    candidate_target=0.3,
)


def plan_of(arguments: Namespace) -> Plan:
    """What the options ask for."""
    if arguments.fast:
        return SMALLEST
    return Plan(
        scales=SCALES,
        trained_scales=TRAINED_SCALES,
        dimensions=DIMENSIONS,
        examples=arguments.examples,
        replicates=arguments.replicates,
        trained=min(2, arguments.replicates),
        candidates=arguments.candidates,
        steps=arguments.steps,
    )


def measured(arguments: Namespace, plan: Plan) -> dict[str, xr.Dataset]:
    """The record of each picture."""
    require_torch()
    from tqdm import tqdm

    from empirical.cuts import goldilocks, label_prior, restricted, selection
    from empirical.data import digits
    from empirical.networks import mlp
    from figures.pictures import goldilocks as zones
    from figures.pictures import restricted as trainings

    data, test = digits(seed=arguments.seed)
    most = len(data) - HELD_OUT
    if plan.examples > most:
        raise InputError(f"examples must be at most {most}, got {plan.examples}")
    seen = data.take(np.arange(plan.examples))
    widths = [data.inputs.shape[1], *arguments.hidden, data.classes]
    degree = len(widths) - 1
    seed = arguments.seed
    D, largest = sum(map(math.prod, pairwise(widths))), max(plan.dimensions[-1], arguments.d)
    if largest >= D:
        raise InputError(f"hidden must give more than {largest} weights, got {D}")

    def make(seed: int) -> Any:
        return mlp(widths, activation=arguments.activation, bias=arguments.bias, seed=seed)

    schedules = {s: restricted.Schedule(steps=plan.steps, surface=s) for s in SURFACES}
    with tqdm(total=plan.work, desc="points", disable=None) as bar:
        common = {"seed": seed, "basis": arguments.basis, "progress": bar.update}
        cut = common | {"d": arguments.d, "replicates": plan.replicates}
        temperatures = [scale**-degree for scale in plan.scales]
        zone = zones.compute(
            goldilocks.scan(make, seen, along="scale", values=plan.scales, **cut),
            goldilocks.scan(make, seen, along="temperature", values=temperatures, **cut),
            degree=degree,
        )
        if arguments.activation == "relu" and not arguments.bias:
            rest = data.take(np.arange(plan.examples, len(data)))
            params, sigma_H = goldilocks.model(
                make(seed), seen, held_out=rest, d=arguments.d, seed=seed
            )
            zone = zone.merge(
                zones.predicted(
                    params, sigma_H=sigma_H, scales=plan.scales, degree=degree, d=arguments.d
                )
            )
        outcomes = {
            surface: restricted.intrinsic(
                make,
                data,
                test=test,
                dimensions=plan.dimensions,
                scales=plan.trained_scales,
                schedule=schedule,
                replicates=plan.trained,
                **common,
            )
            for surface, schedule in schedules.items()
        }
        count = plan.candidates
        pools = {
            "initial": [1.0] * count,
            "any": np.geomspace(TRAINED_SCALES[0], TRAINED_SCALES[-1], count).tolist(),
        }
        points = {
            pool: selection.candidates(
                make,
                data,
                test=test,
                scales=scales,
                d=plan.candidate_dimension,
                schedule=schedules["plane"],
                target=plan.candidate_target,
                examples=plan.examples,
                **common,
            )
            for pool, scales in pools.items()
        }
    return {
        "zone": zone,
        "prior": label_prior.prior_gradient(make(seed), seen, shares=SHARES),
        "restricted": trainings.compute(outcomes, target=arguments.target),
        "choice": trainings.compute_choice(points, gain=selection.gain),
    }
