"""The spectrum as the page draws it: what ``predict`` says, and the bulk's shape."""

from __future__ import annotations

import shlex
from dataclasses import fields
from typing import Any

import numpy as np

from figures import bulk as bulks
from figures import predict
from figures.explore.question import Question
from figures.reports import summary
from theory import InputError
from theory.arrays import Array
from theory.averaged.laws.logit_law import ENTRIES
from theory.params import Params


def spectrum(asked: Question) -> dict[str, Any]:
    """The numbers of ``fort-ganguli predict --json``, and the bulk beside them.

    Parameters
    ----------
    asked
        With fewer ``entries`` than usual all of it is a preview, without the bulk's ``largest``.

    Returns
    -------
    dict
        ``numbers`` as ``predict`` prints them; ``bulk``: eigenvalues ``x``, their number ``height``
        per unit of ln x (where some are negative, of x; ``log`` tells), ``edges``, the 5, 50 and
        95 % of the ``largest`` of the bulk, and ``why`` a part is missing; ``command`` and
        ``python``, which make the same numbers.

    Raises
    ------
    InputError
        As ``figures.predict.predict``.
    """
    found = predict.values(asked.params, seed=asked.seed, entries=asked.entries)
    numbers = summary.prediction(found, made_by={})
    del numbers["provenance"]
    return {
        "numbers": numbers,
        "bulk": _bulk(asked, np.asarray(found["bulk_edges"])),
        "spike_strength": numbers_or_none(_strength(asked)),
        "command": command(asked),
        "python": python(asked),
    }


def _bulk(asked: Question, edges: Array) -> dict[str, Any] | None:
    if not len(edges):
        return None
    log = bool(edges[0, 0] > 0)
    told: dict[str, Any] = {"edges": edges.tolist(), "log": log, "why": ""}
    made = bulks.bulk if asked.entries == ENTRIES else bulks.outline
    try:
        found = made(asked.params, edges=edges, seed=asked.seed, entries=asked.entries)
    except (InputError, ArithmeticError) as error:
        return told | {"x": [], "height": [], "largest": None, "why": str(error)}
    height = bulks.height(found, D=asked.params.D).values
    largest = np.asarray(found.get("largest_of_bulk", np.nan))
    shaped = bool(np.isfinite(height).all())
    return told | {
        "x": found.eigenvalue.values.tolist() if shaped else [],
        "height": height.tolist() if shaped else [],
        "largest": largest.tolist() if np.isfinite(largest).all() else None,
        "why": "" if shaped else "of noise of a power law the bulk's edges alone are known",
    }


def _strength(asked: Question) -> float:
    from theory.averaged.model import averaged

    try:
        return averaged(asked.params, entries=asked.entries).spike_strength
    except (InputError, ArithmeticError):
        return float("nan")


def numbers_or_none(value: float) -> float | None:
    """JSON has no number that is not finite."""
    return float(value) if np.isfinite(value) else None


def given(params: Params) -> dict[str, Any]:
    """The parameters that are not at their defaults."""
    return {f.name: v for f in fields(Params) if (v := getattr(params, f.name)) != f.default}


def command(asked: Question) -> str:
    """The command line that makes the numbers.

    Examples
    --------
    >>> from theory.params import Params
    >>> command(Question(Params(N=9, C=3, D=50, sigma_z=1, sigma_c=1, sigma_E=0.7), seed=0))
    'fort-ganguli predict --N 9 --C 3 --D 50 --sigma-z 1.0 --sigma-c 1.0 --sigma-E 0.7 --seed 0'
    """
    words = ["fort-ganguli", "predict"]
    for name, value in given(asked.params).items():
        option = f"--{name.replace('_', '-')}"
        negative = isinstance(value, float) and value < 0
        words += [f"{option}={value}"] if negative else [option, str(value)]
    if asked.seed is not None:
        words += ["--seed", str(asked.seed)]
    return shlex.join(words)


def python(asked: Question) -> str:
    """Lines of Python that make the numbers."""
    listed = ", ".join(f"{name}={value!r}" for name, value in given(asked.params).items())
    seed = "" if asked.seed is None else f", seed={asked.seed}"
    return (
        "from figures.predict import predict\nfrom theory import Params\n\n"
        f"params = Params({listed})\npredicted = predict(params{seed})\nprint(predicted)\n"
    )
