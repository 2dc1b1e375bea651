r"""Entropy of the solutions around a typical solution of the binary perceptron."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, log

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import root
from scipy.special import entr, expit, logit

from theory import checks
from theory.arrays import Array
from theory.perceptron.franz_parisi import Fields, Potential
from theory.perceptron.storage import capacity
from theory.perceptron.typical import entropy, require_margin, saddle

CLOSEST = 1e-3  # distance
FLOOR = 1e-3  # of fields: what is far below it moves no overlap
START = 0.1  # field along the reference, or against it, from which the curve is followed
STRIDE, SHORTEST = 0.5, 0.1  # in the logit of the distance
TOLERANCE = 1e-9
ROUNDS, STRIDES, EVALUATIONS = 2000, 40, 200
FLAT = 1e-5  # distance within which the entropy is that at its maximum, to 1e-9


def local_entropy(
    distance: ArrayLike, *, alpha: float, kappa: float = 0.0, reference_margin: float = 0.0
) -> Array:
    r"""Entropy per weight of the solutions of margin κ at a distance from one of margin κ̃, in nats.

    The Franz-Parisi potential ``⟨ln 𝒩(w̃, d)⟩/N`` over typical reference solutions w̃, replica
    symmetric: extremal in five order parameters, followed from the distance of typical solutions by
    Newton steps; absolute error below 1e-8. Positive close to w̃ where it lies in a wide flat
    region; negative where it is isolated.

    Parameters
    ----------
    distance : shape (...)
        Share of the weights that differ, from 0.001 to 0.999.
    alpha
        Patterns per weight, above 0 and below ``capacity`` of the reference's margin.
    kappa
        Margin of the solutions that are counted, from -2 to 10.
    reference_margin
        Margin of the reference, from -2 to 10.

    Raises
    ------
    InputError
        If an argument is out of its bounds.
    ConvergenceError
        If the saddle cannot be followed to a distance: very close to an isolated reference, or
        where next to no solutions are.

    Examples
    --------
    >>> for margin in (0.0, 0.1, 0.2, 0.3):
    ...     float(local_entropy(0.005, alpha=0.5, reference_margin=margin).round(4))
    -0.0038
    0.0188
    0.0279
    0.0307
    >>> float(largest_local_entropy(0.005).round(4))
    0.0315
    """
    distances = checks.array("distance", np.ravel(distance), ndim=1)
    if distances.min() < CLOSEST or distances.max() > 1 - CLOSEST:
        raise checks.InputError(
            f"distance must lie in [{CLOSEST:g}, {1 - CLOSEST:g}], "
            f"got {distances.min():g}..{distances.max():g}"
        )
    potential = _potential(alpha, kappa=kappa, reference_margin=reference_margin)
    levels, places = np.unique(logit(distances), return_inverse=True)
    typical = (1 - _typical_overlap(potential)) / 2
    values = np.full(len(levels), float(entropy(alpha, kappa=kappa)))
    for side, field in (
        (expit(levels) < typical - FLAT, START),
        (expit(levels) > typical + FLAT, -START),
    ):
        if side.any():
            values[side] = _on_one_side(potential, levels[side], field=field)
    return values[places].reshape(np.shape(distance))


def largest_local_entropy(distance: ArrayLike) -> Array:
    """Entropy per weight of all that lies at a distance, which no local entropy exceeds, in nats.

    ``-d ln d - (1 - d) ln(1 - d)``.

    Parameters
    ----------
    distance : shape (...)
        Share of the weights that differ, from 0 to 1.

    Raises
    ------
    InputError
        If a distance is out of its bounds.

    Examples
    --------
    >>> largest_local_entropy([0.0, 0.5]).round(6)
    array([0.      , 0.693147])
    """
    d = checks.array("distance", np.ravel(distance), ndim=1).reshape(np.shape(distance))
    if d.min() < 0 or d.max() > 1:
        raise checks.InputError(f"distance must lie in [0, 1], got {d.min():g}..{d.max():g}")
    return np.asarray(entr(d) + entr(1 - d))


def _potential(alpha: float, *, kappa: float, reference_margin: float) -> Potential:
    load = checks.real("alpha", alpha, low=0.0, strict=True)
    margin = require_margin("kappa", kappa)
    around = require_margin("reference_margin", reference_margin)
    highest = float(capacity(kappa=around))
    if load > highest:
        raise checks.InputError(
            f"alpha must be at most {highest:.6g}, the capacity at reference_margin "
            f"{around:g}, got {load:g}"
        )
    return Potential(load, margin, around, saddle(load, kappa=around))


def _typical_overlap(potential: Potential) -> float:
    """Overlap with the reference of solutions that do not feel it."""
    if potential.kappa == potential.reference_margin:
        return potential.reference.q
    return potential.overlaps(_settled(potential, along=0.0)).S


def _settled(potential: Potential, *, along: float) -> Fields:
    """The saddle at a given field along the reference, by iteration.

    Raises
    ------
    ConvergenceError
        If there is none.
    """
    start = potential.reference.q_hat
    fields = Fields(start, start * max(abs(along), START), along)
    for _ in range(ROUNDS):
        before = fields
        seen = potential.constraints(potential.overlaps(fields))
        fields = potential.answer(seen, along=along)
        change = abs(log(fields.t_hat / before.t_hat)) + abs(log(fields.spread / before.spread))
        if change < TOLERANCE:
            return fields
    raise checks.ConvergenceError(f"no saddle at alpha {potential.alpha:g} within {ROUNDS} rounds")


def _on_one_side(potential: Potential, levels: Array, *, field: float) -> Array:
    """Local entropies at ascending levels on one side of the typical distance.

    The curve is followed up and down from where the field leads, as near the typical distance it
    cannot be left again.
    """
    fields = _settled(potential, along=field)
    here = float(logit((1 - potential.overlaps(fields).S) / 2))
    down, up = levels[levels <= here][::-1], levels[levels > here]
    below, above = (list(_along(potential, part, fields=fields)) for part in (down, up))
    return np.array(below[::-1] + above)


def _along(potential: Potential, levels: Array, *, fields: Fields) -> Iterator[float]:
    """Local entropies at logits of the distance, each followed from the one before.

    Raises
    ------
    ConvergenceError
        If there is none.
    """
    here = float(logit((1 - potential.overlaps(fields).S) / 2))
    strides = 0
    for level in levels:
        stride = STRIDE
        while here != level:
            strides += 1
            step = float(np.clip(level - here, -stride, stride))
            there = level if step == level - here else here + step
            try:
                fields = _solved(potential, fields, distance=float(expit(there)))
            except checks.ConvergenceError as error:
                stride = abs(step) / 2
                if stride < SHORTEST or strides > STRIDES:
                    raise checks.ConvergenceError(
                        f"no saddle at distance {expit(level):.4g}: lost at {expit(here):.4g}"
                    ) from error
                continue
            here = there
        yield potential.value(fields)


def _solved(potential: Potential, fields: Fields, *, distance: float) -> Fields:
    """The saddle at a distance, from that at one nearby.

    Raises
    ------
    ConvergenceError
        If there is none.
    """

    def unsolved(x: Array) -> list[float]:
        tried = Fields(exp(x[0]) - FLOOR, exp(x[1]) - FLOOR, x[2])
        of = potential.overlaps(tried)
        answer = potential.answer(potential.constraints(of), along=tried.along)
        rest = (1 - of.S) / 2 if distance < 0.5 else (1 + of.S) / 2
        asked = min(distance, 1 - distance)
        return [*_logs(answer) - x[:2], log(rest / asked)]

    start = [*_logs(fields), fields.along]
    try:
        with np.errstate(all="ignore"):
            found = root(unsolved, start, tol=1e-12, options={"maxfev": EVALUATIONS})
    except (ArithmeticError, ValueError) as error:
        raise checks.ConvergenceError("the step left the overlaps of vectors") from error
    if not np.abs(found.fun).max() < TOLERANCE:
        raise checks.ConvergenceError("the step does not reach a saddle")
    return Fields(exp(found.x[0]) - FLOOR, exp(found.x[1]) - FLOOR, float(found.x[2]))


def _logs(fields: Fields) -> Array:
    return np.log([fields.t_hat + FLOOR, fields.spread + FLOOR])
