"""How many outliers each level of the model predicts for a network on its own points."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from figures.fit import NEEDED
from figures.judge.levels import predict
from theory import ConvergenceError, InputError
from theory.levels import LEVELS

if TYPE_CHECKING:
    from empirical.boundary.networks import Trained


def outliers(one: Trained) -> dict[str, tuple[float, float]]:
    """Of each level: outliers that it predicts, and how many eigenvalues lie above its bulk.

    The model's parameters are those of the network on the points trained on, as ``fit`` takes them
    from held-out examples; the eigenvalues are those of the network's Hessian. NaN where there are
    none, as of outputs that are all 0 or 1.
    """
    from empirical.measure import measure
    from empirical.settings import Measurement

    found = dict.fromkeys(LEVELS, (np.nan, np.nan))
    asked = Measurement(examples=len(one.train), held_out=0, observe=NEEDED, seed=0)
    with suppress(InputError):
        point = measure(one.network, one.train, asked)
        for level in LEVELS:
            with suppress(InputError, ConvergenceError):
                model = predict(point, level=level).model
                above = np.count_nonzero(one.values.numpy() > model.edges[-1, 1])
                found[level] = float(len(model.outliers)), float(above)
    return found
