r"""Solutions around a solution: the averages of the Franz-Parisi potential.

A reference solution w̃ of margin κ̃ is typical, with overlap q̃ and field q̂̃ of its own; solutions w
of margin κ lie at overlap S with it, q with each other, and t with another reference. Both averages
are over two normals and what the reference does to them; docs/theory/perceptron.md derives them.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sqrt
from typing import NamedTuple

import numpy as np
from scipy.special import expit, log_ndtr

from theory import checks
from theory.arrays import Array
from theory.perceptron.gaussian import log_2cosh, mills, sech_square
from theory.perceptron.typical import Saddle

REACH = 9.5
FAR = 14.0  # the reference pushes a field to there where z is at -REACH
LARGEST_FIELD = 20.0  # above that of the reference; the nodes grow as its square
ROUNDING = 1e-12  # of a sum of squared overlaps
PANEL, PANEL_WEIGHTS = np.polynomial.legendre.leggauss(96)


class Fields(NamedTuple):
    """What acts on a weight: t̂, ``√(q̂ - t̂²/q̂̃)``, and Ŝ - t̂ along the reference."""

    t_hat: float
    spread: float
    along: float


class Overlaps(NamedTuple):
    """Overlaps with the reference, S, and with another, t; 1 - q; and ``⟨ln 2cosh⟩``."""

    S: float
    t: float
    rest: float
    free: float


class Constraints(NamedTuple):
    """``⟨g²⟩`` and ``⟨g g̃⟩`` of the slopes g of ``ln H`` in the field, and ``⟨ln H⟩``."""

    square: float
    product: float
    log_share: float


@dataclass(frozen=True)
class Potential:
    """The potential of a load, a margin and a reference, at given fields."""

    alpha: float
    kappa: float
    reference_margin: float
    reference: Saddle

    def overlaps(self, fields: Fields) -> Overlaps:
        """Overlaps of the weights that the fields make.

        The weight is along ``t̂ z/√q̂̃ + √(q̂ - t̂²/q̂̃) v + Ŝ - t̂`` where the reference is +1, with
        z and v normal and z weighted by ``e^{√q̂̃ z}/cosh √q̂̃ z``.

        Raises
        ------
        ConvergenceError
            If a field is far above any that solves.
        """
        root = sqrt(self.reference.q_hat)
        sharpest = max(root, abs(fields.t_hat) / root, abs(fields.spread))
        if not sharpest < LARGEST_FIELD + root:
            raise checks.ConvergenceError("the fields grow without bound")
        z = _trapezoid(min(0.25, 0.3 / max(root, abs(fields.t_hat) / root)))
        v = _trapezoid(min(0.25, 0.3 / max(abs(fields.spread), 1e-9)))[:, None]
        weights = _normal(z) * _normal(v) * 2 * expit(2 * root * z)
        x = fields.t_hat / root * z + fields.spread * v + fields.along
        m = weights * np.tanh(x)
        return Overlaps(
            S=float(m.sum()),
            t=float((m * np.tanh(root * z)).sum()),
            rest=float((weights * sech_square(x)).sum()),
            free=float((weights * log_2cosh(x)).sum()),
        )

    def constraints(self, of: Overlaps) -> Constraints:
        """What the patterns say of these overlaps.

        A pattern's field is ``a z + c x``, with z shared with all references and x normal, weighted
        by the chance that the reference's field is above its margin.

        Raises
        ------
        ConvergenceError
            If the overlaps are none of vectors.
        """
        q_ref = self.reference.q
        a, b = of.t / sqrt(q_ref), (of.S - of.t) / sqrt(1 - q_ref)
        left = 1 - of.rest - a**2 - b**2
        if not (left > -ROUNDING and of.rest > 0):
            raise checks.ConvergenceError("the overlaps are none of vectors")
        left = max(left, ROUNDING)
        c, wide = sqrt(b**2 + left), sqrt(of.rest)
        z = _trapezoid(min(0.25, 0.35 * sqrt((1 - q_ref) / q_ref)))[:, None]
        u_ref = (self.reference_margin - sqrt(q_ref) * z) / sqrt(1 - q_ref)
        tilt = b / sqrt(left)
        x, dx = _two_turns(
            ((self.kappa - a * z) / c, wide / c),
            (u_ref * c / b if b else 0 * z, 1 / abs(tilt) if tilt else 1.0),
        )
        slope_ref = mills(u_ref) / sqrt(1 - q_ref)
        chance = log_ndtr(tilt * x - u_ref * c / sqrt(left)) - log_ndtr(-u_ref)
        weights = _normal(z) * dx * np.exp(chance - x**2 / 2) / sqrt(2 * pi)
        u = (self.kappa - a * z - c * x) / wide
        slope = mills(u) / wide
        return Constraints(
            square=float((weights * slope**2).sum()),
            product=float((weights * slope * slope_ref).sum()),
            log_share=float((weights * log_ndtr(-u)).sum()),
        )

    def answer(self, of: Constraints, *, along: float) -> Fields:
        """The fields that the patterns exert.

        Raises
        ------
        ConvergenceError
            If they leave no spread.
        """
        t_hat = self.alpha * of.product
        square = self.alpha * of.square - t_hat**2 / self.reference.q_hat
        if not square > 0:
            raise checks.ConvergenceError("the fields leave no spread")
        return Fields(t_hat, sqrt(square), along)

    def value(self, fields: Fields) -> float:
        """The local entropy at fields that solve the saddle."""
        of = self.overlaps(fields)
        seen = self.constraints(of)
        q_hat = fields.spread**2 + fields.t_hat**2 / self.reference.q_hat
        along = fields.along + fields.t_hat
        fixed = -q_hat * of.rest / 2 - along * of.S + fields.t_hat * of.t
        return fixed + of.free + self.alpha * seen.log_share


def _trapezoid(step: float) -> Array:
    last = int(np.ceil(REACH / step))
    return step * np.arange(-last, last + 1, dtype=np.float64)


def _normal(z: Array) -> Array:
    """Weights of the trapezoid rule over a standard normal at equidistant z."""
    step = abs(float(z.flat[1] - z.flat[0]))
    return step / sqrt(2 * pi) * np.exp(-(z**2) / 2)


def _two_turns(one: tuple[Array, float], other: tuple[Array, float]) -> tuple[Array, Array]:
    """Nodes and weights of an integral over x whose integrand turns at two points.

    Each panel reaches from far to midway between them, by Gauss-Legendre in s,
    ``x = turn + width sinh s``.
    """
    turns = [np.clip(turn, -FAR, FAR) for turn, _ in (one, other)]
    widths = [min(width, 1.0) for _, width in (one, other)]
    middle = (turns[0] + turns[1]) / 2
    first_is_left = turns[0] <= turns[1]
    ends = np.where(first_is_left, -FAR - 1.0, FAR + 1.0)
    panels = []
    for turn, width, far in ((turns[0], widths[0], ends), (turns[1], widths[1], -ends)):
        begin, end = np.arcsinh((far - turn) / width), np.arcsinh((middle - turn) / width)
        s = (begin + end) / 2 + (end - begin) / 2 * PANEL
        dx = np.abs(end - begin) / 2 * PANEL_WEIGHTS * width * np.cosh(s)
        panels.append((turn + width * np.sinh(s), dx))
    x, dx = (np.concatenate(parts, axis=1) for parts in zip(*panels, strict=True))
    return x, dx
