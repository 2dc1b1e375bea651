"""Theory beside plain draws at random parameters: how far apart, in units of what is allowed.

Allowed are 4.5 standard errors of the draws' mean and a stated bias of finite size; moments that
are exact at every size have none.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from tests.support.draws import random_parameters
from theory import InputError, Params
from theory.averaged import Averaged
from theory.models import isotropic_means

Z = 4.5
DRAWS = 24
Told = Callable[[dict[str, Any]], dict[str, Any]]


def distance(sample: ArrayLike, expected: ArrayLike, *, bias: ArrayLike = 0.0) -> float:
    """``|mean - expected|/(Z standard errors + bias)``, the largest."""
    sample = np.asarray(sample)
    error = sample.std(axis=0, ddof=1) / np.sqrt(len(sample))
    allowed = Z * error + np.asarray(bias) + 1e-9 * np.abs(expected) + 1e-300
    return float(np.max(np.abs(sample.mean(axis=0) - expected) / allowed, initial=0.0))


@lru_cache(maxsize=64)
def _at_outputs(index: int):
    rng = np.random.default_rng([index, 3])
    point = random_parameters.moderate(rng)
    given = random_parameters.outputs(rng, point)
    return point, given, random_parameters.draws(rng, point, count=DRAWS, given=given)


@lru_cache(maxsize=64)
def _over_outputs(index: int):
    rng = np.random.default_rng([index, 5])
    point = random_parameters.moderate(rng)
    return point, random_parameters.draws(rng, point, count=DRAWS).values


def given_outputs(index: int, *, told: Told = dict) -> dict[str, float]:
    """Distances of ``isotropic_means.given`` at point ``index``; ``told`` is what theory hears.

    Biases: 2/D_eff of an outlier, k/D_eff of the share on k outliers, which are judged where all
    stand twice as high as the bulk; of its edges 4 n^{-2/3} + 3 k/n, n the lesser of its rows and
    weights (Tracy-Widom, and the directions that the outliers take with them).
    """
    point, (p, r, y), drawn = _at_outputs(index)
    params = Params(**told(point))
    model = isotropic_means.given(params, p=p, r=r, y=y)
    low, high = model.edges[0]
    ordered, power = model.ordered, model.power(r)
    k, effective = len(ordered.mean), model.curve.T.effective_dimension
    clear = int(np.sum(ordered.mean > 2 * high))
    values = drawn.values
    rows = min(params.N * (params.C - 1), params.D)
    out = {
        "trace": distance(values.sum(axis=1), model.trace),
        "norm": distance(np.sum(values**2, axis=1), model.frobenius**2),
        "gradient": distance(drawn.squares, power.norm**2),
        "outliers": distance(
            values[:, :clear], ordered.mean[:clear], bias=2 / effective * ordered.mean[:clear]
        ),
    }
    if clear == k:
        share = drawn.shares[:, :k].sum(axis=1)
        out["share"] = distance(share, 1 - power.bulk, bias=k / effective)
        lowest = params.D if params.sigma_H else rows
        bias = (4 * rows ** (-2 / 3) + 3 * k / rows) * (high - min(low, 0))
        out["upper edge"] = distance(values[:, k], high, bias=bias)
        out["lower edge"] = distance(values[:, lowest - 1], low, bias=bias)
    return out


def averaged(index: int, *, told: Told = dict) -> dict[str, float]:
    """Distances of ``theory.averaged.Averaged`` at point ``index``, over draws of everything.

    Trace and norm are exact but for margin labels, whose blocks are means of 4096 random rows: a
    hundredth. Outliers lie within half a standard deviation, and 2/D_eff.
    """
    point, values = _over_outputs(index)
    params = Params(**told(point))
    model = Averaged(params)
    if params.sigma_y > 0 and params.labels in ("calibrated", "margin"):
        return {}  # refused: the means' law depends on the outputs there
    rows = 0.02 if params.labels == "margin" else 0.0
    out = {
        "trace": distance(values.sum(axis=1), model.trace, bias=rows * model.trace),
        "norm": distance(
            np.sum(values**2, axis=1), model.frobenius**2, bias=2 * rows * model.frobenius**2
        ),
    }
    try:
        outliers = model.outliers
    except InputError:
        return out
    clear = int(np.sum(outliers.mean > 2 * model.upper_edge))
    mean, std = outliers.mean[:clear], outliers.std[:clear]
    out["outliers"] = distance(values[:, :clear], mean, bias=std / 2 + 4 / params.D * mean)
    return out


def refusals_and_crashes(index: int) -> tuple[int, list[str]]:
    """Of an extreme point, how many predictions are refused, and all that is no number.

    What is asked for is each prediction, given outputs and averaged.
    """
    rng = np.random.default_rng([index, 7])
    point = random_parameters.extreme(rng)
    p, r, y = random_parameters.outputs(rng, point)
    refused, wrong = 0, []

    def given():
        return isotropic_means.given(Params(**point), p=p, r=r, y=y)

    def mean():
        return Averaged(Params(**point))

    asked = {
        "given.outliers": lambda: given().outliers,
        "given.ordered": lambda: attrgetter("mean", "std")(given().ordered),
        "given.edges": lambda: given().edges,
        "given.moments": lambda: (given().trace, given().frobenius),
        "given.power": lambda: attrgetter("outliers", "bulk", "norm", "std")(given().power(r)),
        "outliers": lambda: attrgetter("mean", "std")(mean().outliers),
        "edges": lambda: mean().edges,
        "power": lambda: (mean().power.mean, mean().power.std),
        "moments": lambda: (mean().participation, mean().trace, mean().frobenius),
        "deviations": lambda: (mean().trace_std, mean().frobenius_std),
        "strength": lambda: min(mean().spike_strength, 1.0),
    }
    with warnings.catch_warnings(), np.errstate(divide="raise", over="raise", invalid="raise"):
        warnings.simplefilter("error")
        for name, ask in asked.items():
            try:
                found = ask()
            except InputError:
                refused += 1
            except Exception as error:
                wrong.append(f"{name} at {point}: {type(error).__name__}: {error}")
            else:
                parts = found if isinstance(found, tuple) else (found,)
                if not all(np.all(np.isfinite(part)) for part in parts):
                    wrong.append(f"{name} at {point}: not finite")
    return refused, wrong


def largest(rows: list[dict[str, float]]) -> dict[str, float]:
    """Largest distance of each prediction over points."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: max(row.get(name, -math.inf) for row in rows) for name in names}
