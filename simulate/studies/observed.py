"""What theory and simulation say of one model, by the names of the registry of observables."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import fields
from functools import partial

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import entr

from simulate.hessian import Spectrum, sample
from simulate.one_draw.drawn_means import with_means
from simulate.one_draw.draws import examples
from theory import InputError, Params, averages, rem, sharpness, stream
from theory.arrays import Array
from theory.averaged import refusals
from theory.averaged.threshold import critical_ratio, spike_strength, upper_edge

Values = dict[str, ArrayLike]


def _prominence(params: Params) -> Values:
    edge, found = upper_edge(params), averages.outliers(params).mean
    top = found[0] if len(found) else edge
    return {"prominence": top / edge if edge else np.inf}


def _ordered(params: Params) -> Values:
    found = averages.outliers(params)
    return {"outliers": found.mean, "outliers_std": found.std}


def _share(params: Params) -> Values:
    found = averages.power(params)
    return {"gradient_share": found.mean, "gradient_share_std": found.std}


THEORY: dict[str, Callable[[Params], Values]] = {
    "outliers": _ordered,
    "lambda_max": lambda params: {"lambda_max": sharpness.largest(params)[0]},
    "prominence": _prominence,
    "spike_strength": lambda params: {"spike_strength": spike_strength(params)},
    "bulk_edges": lambda params: {"bulk_edges": averages.edges(params)},
    "gradient_share": _share,
    "trace": lambda params: {"trace": averages.trace(params)},
    "frobenius": lambda params: {"frobenius": averages.frobenius(params)},
    "participation": lambda params: {"participation": averages.participation(params)},
    "entropy": lambda params: {"entropy": float(rem.entropy(params.sigma_z, C=params.C))},
    "confidence": lambda params: {"confidence": float(rem.largest(params.sigma_z, C=params.C))},
    "trace_std": lambda params: {"trace_std": averages.trace_std(params)},
    "frobenius_std": lambda params: {"frobenius_std": averages.frobenius_std(params)},
    "critical_ratio": lambda params: {"critical_ratio": critical_ratio(params)},
}


def _require_no_margin(params: Params) -> None:
    if params.margin != 0:
        raise InputError(
            f"margin must be 0 for theory's entropy and confidence, got {params.margin:g}"
        )


COVERED: dict[str, Callable[[Params], object]] = {
    "entropy": _require_no_margin,
    "confidence": _require_no_margin,
    "frobenius_std": partial(refusals.require_FG, by="frobenius_std"),
    "critical_ratio": critical_ratio,
}
"""Of observables whose formulas cover less than the others': what refuses a model."""


def _over_bulk(drawn: Spectrum, params: Params) -> float:
    values, first = drawn.eigenvalues, params.outlier_directions
    if len(values) <= first or values[first] <= 0:
        return np.inf
    return values[0] / values[first]


SIMULATION: dict[str, Callable[[Spectrum, Params], ArrayLike]] = {
    "outliers": lambda drawn, params: drawn.eigenvalues[: params.outlier_directions],
    "lambda_max": lambda drawn, params: drawn.lambda_max,
    "prominence": _over_bulk,
    "gradient_share": lambda drawn, params: drawn.gradient_power[: params.outlier_directions].sum(),
    "gradient_norm": lambda drawn, params: drawn.gradient_norm,
    "trace": lambda drawn, params: drawn.trace,
    "frobenius": lambda drawn, params: drawn.frobenius,
    "eigenvalues": lambda drawn, params: drawn.eigenvalues,
    "gradient_power": lambda drawn, params: drawn.gradient_power,
}
OF_OUTPUTS: dict[str, Callable[[Array], float]] = {
    "participation": lambda p: float(np.mean(np.sum(p * p, axis=1))),
    "entropy": lambda p: float(entr(p).sum(axis=1).mean()),
    "confidence": lambda p: float(p.max(axis=1).mean()),
}
SOURCES = {"theory": tuple(THEORY), "simulation": (*SIMULATION, *OF_OUTPUTS)}
COMPANIONS = {"outliers": "outliers_std", "gradient_share": "gradient_share_std"}
PREFIX = {"theory": "predicted", "simulation": "sampled"}


def predicted(params: Params, *, names: Iterable[str]) -> Values:
    """Observables averaged over logits, means and labels; only what ``names`` needs is computed.

    ``outliers`` and ``gradient_share`` come with their standard deviation over draws, under the
    name that ``COMPANIONS`` gives. ``lambda_max`` is the mean of the largest eigenvalue on
    either side of the threshold.
    """
    found: Values = {}
    for name in names:
        found |= THEORY[name](params)
    return found


def sampled(params: Params, *, names: Iterable[str], seed: int) -> Values:
    """Observables of one draw of logits, labels, means and noise.

    The C-1 largest eigenvalues (with true-class means C(C-1)) count as outliers, below the
    threshold as well.
    """
    drawn, wanted = examples(params, seed=seed), tuple(names)
    found: Values = {name: OF_OUTPUTS[name](drawn.p) for name in wanted if name in OF_OUTPUTS}
    if len(found) < len(wanted):
        ensemble = with_means(params, drawn, rng=stream(seed, "means", 0))
        whole = sample(ensemble, rng=stream(seed, "noise", 0))
        found |= {name: SIMULATION[name](whole, params) for name in wanted if name in SIMULATION}
    return found


def draw_seed(seed: int, *, params: Params, replicate: int) -> int:
    """The seed of one draw; ``fort-ganguli simulate --replicates 1`` with it repeats the draw.

    It depends on the root ``seed``, on the parameters (by the SHA-256 of those that differ from
    their defaults) and on the replicate alone: not on the other points of a study.

    Examples
    --------
    >>> params = Params(N=300, C=10, D=1000, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7)
    >>> draw_seed(0, params=params, replicate=3)
    3136287866083577634
    """
    own = params.as_dict()
    told = {f.name: own[f.name] for f in fields(params) if own[f.name] != f.default}
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).digest()
    words = np.frombuffer(digest, dtype=">u4").tolist()
    return int(stream(seed, "study", *words, replicate).integers(2**63))


def sizes(params: Params) -> dict[str, int]:
    """Length of each axis of the observables of one model."""
    rank = params.D if params.sigma_H > 0 else min(params.D, params.N * (params.C - 1))
    return {"outlier": params.outlier_directions, "rank": rank, "interval": 1, "side": 2}


def check_covered(params: Params, *, names: Iterable[str] = ()) -> None:
    """See that theory's closed forms cover a model, and those of the observables ``names``.

    Raises
    ------
    InputError
        If they do not.
    """
    refusals.require_independent_labels(params)
    for name in names:
        if name in COVERED:
            COVERED[name](params)
