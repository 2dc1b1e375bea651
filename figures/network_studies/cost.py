"""What a study of networks will cost, from a few steps of training and short trials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from figures.network_studies.network_cells import ONE_AT_A_TIME, TrainedNetwork
from figures.network_studies.registry import OBSERVABLES, groups
from figures.network_studies.replicate import Replicate

if TYPE_CHECKING:
    from figures.network_studies.study import NetworkStudy

TIMED = 4  # points that are tried
STEPS = 20  # of training that are timed
HARMLESS = 1e-6  # learning rate with which none of them diverges


def seconds(study: NetworkStudy, source: str) -> float:
    """Mean seconds of a cell on one core, over a few points spread evenly.

    Good to a factor of two or three, as ``empirical.cost.cost``.

    Raises
    ------
    InputError
        If what is tried is refused: data that are not there, too few examples, too little memory.
    """
    step = -(-study.points // TIMED)
    found = []
    for index in islice(np.ndindex(*study.shape), 0, None, step):
        cell = study.work(source, index, replicate=0)
        if isinstance(cell, TrainedNetwork):
            found.append(_of(Replicate(cell.experiment), study.asked(source)))
    return float(np.mean(found))


def _of(replicate: Replicate, names: Sequence[str]) -> float:
    from empirical.cost import cost
    from empirical.measure import require_enough
    from empirical.networks import descent, named
    from empirical.networks.descent import one_thread

    asked, training = replicate.settings
    data = replicate.data
    observables = [OBSERVABLES[name] for name in names]
    with ONE_AT_A_TIME, one_thread():
        if groups(names):
            require_enough(data, replicate.measurement)
        made = named(asked, data, seed=replicate.seed)
        steps = max(training.steps(len(data)))
        few = min(steps, STEPS)
        epochs = (few / training.steps_per_epoch(len(data)),)
        short = replace(training, epochs=epochs, learning_rate=HARMLESS)
        descent.trained(made, data, short)  # the first run also loads
        start = perf_counter()
        descent.trained(made, data, short)
        one = (perf_counter() - start) * steps / max(few, 1)
        total = one * (1 + any(o.partner for o in observables))
        if groups(names):
            total += cost(made, data, replicate.measurement).seconds
        return total + sum(o.seconds(replicate, one) for o in observables if o.seconds is not None)
