"""What free addition needs of a law: its Cauchy transform, and where it has no mass."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from theory.arrays import Array

Complex = NDArray[np.complex128]
# upper half of a circle, at twice the radius of the support: moments to 2⁻⁵¹²
CIRCLE: Complex = np.exp(1j * np.pi * (np.arange(256) + 0.5) / 256).astype(np.complex128)
HALVINGS = 120  # at most, to the last digit of a float64
EPS = 2.0**-52
STALLED = 0.1  # of G/g: below it a step in 1/G is too short, as G nears zero
SETTLED = 1e-9  # of the distance to the gap's end: a step of Newton then squares it


class Law(ABC):
    """A probability law of compact support on the real line.

    A subclass has ``support`` and ``cauchy``; ``atoms`` and ``log_potential`` where it can tell.
    """

    @property
    @abstractmethod
    def support(self) -> Array:
        """Intervals ``(m, 2)``, ascending and apart, that hold all mass; an atom is one of them."""

    @abstractmethod
    def cauchy(self, z: Complex) -> tuple[Complex, Complex]:
        """``G(z) = ∫ dμ(x)/(z - x)`` and ``G'(z)`` at flat z above or on the real line.

        On the support the limit from above.
        """

    @property
    def atoms(self) -> tuple[Array, Array]:
        """Positions and masses of the atoms."""
        return np.empty(0), np.empty(0)

    def log_potential(self, z: Complex) -> Complex | None:
        """``∫ log(z - x) dμ(x)`` at flat z, the limit from above on the real line, if known."""
        del z
        return None

    def reciprocal(self, z: Complex) -> tuple[Complex, Complex]:
        """``F = 1/G`` and ``F'``."""
        G, slope = self.cauchy(z)
        F = 1 / G
        return F, -slope * F * F

    @cached_property
    def gaps(self) -> Array:
        """Intervals ``(m + 1, 2)`` without mass, ascending, the outer two infinite."""
        ends = np.concatenate([[-np.inf], self.support.ravel(), [np.inf]])
        return ends.reshape(-1, 2)

    @cached_property
    def width(self) -> float:
        """Length of the shortest interval that holds all mass."""
        return float(self.support[-1, 1] - self.support[0, 0])

    @cached_property
    def _central(self) -> tuple[float, float, float]:
        """Centre of the support, then mean and variance about it, by Cauchy's integral."""
        centre = float(self.support[0, 0] / 2 + self.support[-1, 1] / 2)
        radius = self.width or 1.0  # twice that of the support
        at = radius * CIRCLE
        G = self.cauchy(centre + at)[0]
        first, second = (float((at**k * G).real.mean()) for k in (2, 3))
        return centre, first, max(second - first**2, 0.0)

    @property
    def mean(self) -> float:
        """``∫ x dμ(x)``."""
        centre, first, _ = self._central
        return centre + first

    @property
    def variance(self) -> float:
        """``∫ (x - mean)² dμ(x)``."""
        return self._central[2]

    def moments(self, count: int) -> Array:
        """``∫ x^k dμ(x)`` for k from 1 to ``count``."""
        size = float(np.abs(self.support).max())
        at = 2 * (size or 1.0) * CIRCLE
        G = self.cauchy(at)[0]
        return np.array([(at ** (k + 1) * G).real.mean() for k in range(1, count + 1)])

    def inverse(self, g: Array, gap: NDArray[np.intp]) -> tuple[Array, Array]:
        """The real ``K`` in each ``gap`` with ``G(K) = g``, and ``-K'(g)``; nan where none is.

        G falls along a gap. In the outer two, ``1/(x - a) < G(x) < 1/(x - b)`` with a, b the ends
        of the support. By Newton in ``1/G``, straight near an atom, or in G, straight where it
        passes zero; halving where both leave the bracket.
        """
        ends = self.gaps[gap].T
        a, b = self.support[0, 0], self.support[-1, 1]
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            lowest, highest = np.isinf(ends)
            reach = np.where(highest, g > 0, ~lowest | (g < 0))
            left = np.where(highest, np.maximum(b, a + 1 / g), np.where(lowest, a + 1 / g, ends[0]))
            right = np.where(
                highest, b + 1 / g, np.where(lowest, np.minimum(a, b + 1 / g), ends[1])
            )
            for side, at in ((1, left), (-1, right)):
                if not reach.any():
                    break
                value = self.cauchy(at[reach] + 0j)[0].real
                reach[reach] = ~(side * (value - g[reach]) < 0)  # nan at an atom: G is infinite
            out = np.where(reach, (left + right) / 2, np.nan)
            active = np.flatnonzero(reach)
            for _ in range(HALVINGS):
                if active.size == 0:
                    break
                x, goal = out[active], g[active]
                value, slope = (each.real for each in self.cauchy(x + 0j))
                higher = value > goal
                left[active] = low = np.where(higher, x, left[active])
                right[active] = high = np.where(higher, right[active], x)
                straight = (goal - value) / slope
                ratio = value / goal
                moved = x + straight * np.where(ratio > STALLED, ratio, 1)
                inside = (moved >= low) & (moved <= high)
                moved = np.where(inside, moved, x + straight)
                newton = (moved >= low) & (moved <= high)
                out[active] = np.where(newton, moved, low + (high - low) / 2)
                room = np.minimum(x - ends[0, active], ends[1, active] - x)
                done = newton & (np.abs(straight) <= SETTLED * room)
                done |= high - low <= 2 * EPS * np.abs(x)
                active = active[~done]
            fall = np.full(g.size, np.nan)
            if reach.any():
                fall[reach] = -1 / self.cauchy(out[reach] + 0j)[1].real
        return out, fall
