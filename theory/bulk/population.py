"""The population of a sample-covariance law: checked, merged and scaled for the kernels."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from theory import checks
from theory.arrays import Array
from theory.bulk import kernels

LIGHTEST = 1e-24  # ratio × weight below which the interval around an atom is not resolved
WIDEST = 1e100  # largest over smallest positive atom
HARD = 2.0**-51  # |1 - ratio × positive weight| up to which it is taken as zero


class Population(NamedTuple):
    """Distinct positive atoms ``t`` in units of ``scale``, as the kernels take them.

    ``p = ratio w t`` with its low part, ``c = p t``, ``spread = 1 + √(ratio Σ w)`` bounds the
    rounding of sums on the curve; ``hard`` says that the support reaches zero.
    """

    scale: float
    hard: bool
    t: Array
    p: Array
    p_low: Array
    c: Array
    spread: float

    @property
    def law(self) -> tuple[Array, Array, Array, Array, float]:
        """Arguments of the kernels."""
        return self.t, self.p, self.p_low, self.c, self.spread


def check(atoms: ArrayLike, weights: ArrayLike | None, *, ratio: float) -> tuple[Array, Array]:
    """Read-only copies of the atoms and of their weights, one each by default, shape (n).

    Raises
    ------
    InputError
        If an entry is negative or not finite, no positive atom has positive weight, such a weight
        is below ``LIGHTEST``, or such atoms are a factor of more than ``WIDEST`` apart.
    """
    t = _non_negative("atoms", atoms)
    w = np.ones_like(t) if weights is None else _non_negative("weights", weights)
    if w.shape != t.shape:
        raise checks.InputError(f"weights must have the shape of atoms, {t.shape}, got {w.shape}")
    positive = (t > 0) & (w > 0)
    if not positive.any():
        raise checks.InputError("atoms must include a positive one with positive weight")
    lightest = ratio * (w[positive].min() / w.max()) / (w / w.max()).sum()
    if lightest < LIGHTEST:
        raise checks.InputError(
            f"weights of positive atoms must be at least {LIGHTEST:g}/ratio of their sum, "
            f"got ratio × weight = {lightest:g}"
        )
    if t[positive].min() < t[positive].max() / WIDEST:
        raise checks.InputError(
            f"atoms must be zero or within a factor {WIDEST:g} of the largest, "
            f"got {t[positive].min():g}"
        )
    for array in (t, w):
        array.setflags(write=False)
    return t, w


def prepare(atoms: Array, weights: Array, *, ratio: float) -> Population:
    """Sort, merge equal atoms and scale by powers of two, keeping ``ratio w t`` to 32 digits."""
    order = np.argsort(atoms, kind="stable")
    order = order[(atoms[order] > 0) & (weights[order] > 0)]
    scale = math.ldexp(1.0, math.frexp(atoms[order[-1]])[1])
    weights = weights / math.ldexp(1.0, math.frexp(weights.max())[1])
    total = math.fsum(weights)
    total_low = math.fsum([*weights, -total])
    t, p, p_low = np.empty((3, order.size))
    size = kernels.merge(atoms[order] / scale, weights[order], ratio, total, total_low, t, p, p_low)
    t, p, p_low = t[:size], p[:size], p_low[:size]
    *_, excess, _ = kernels.edge_sums(0.0, t, p, p_low)  # 1 - ratio × positive weight
    hard = abs(excess) < HARD
    if hard:
        p_low = p_low + excess * p
    return Population(scale, hard, t, p, p_low, p * t, 1.0 + math.sqrt((p / t).sum()))


def _non_negative(name: str, value: ArrayLike) -> Array:
    """A copy of ``value (n)``, finite and non-negative.

    Raises
    ------
    InputError
        If an entry is negative or not finite, or there is none.
    """
    out = checks.array(name, value, ndim=1).copy()
    if out.min() < 0:
        raise checks.InputError(f"{name} must be non-negative, got {out.min():g}")
    return out
