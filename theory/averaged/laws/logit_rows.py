"""Softmax outputs of random logits on a fixed set of rows, and what follows from them alone.

They depend on σ_z, C and the margin of the labels, if they have one: a study that varies the means,
the noise, N and D takes them once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.special import softmax as softmax_rows

from theory import checks, rem, softmax
from theory.arrays import Array
from theory.streams import stream

FEWEST, MOST = 16, 2**15  # rows
EVEN = 12  # classes up to which the rows are a Kronecker sequence, else random
LARGEST_ROW = 64  # classes up to which all eigenvalues of the blocks are solved for
MOST_ATOMS = 1024  # of their law
FROZEN = 1e-30  # outputs below this count as zero in it
LARGEST_ERROR = 0.2  # relative standard error of ⟨tr A⟩ above which the rows hold too few examples


@dataclass(frozen=True)
class LogitRows:
    """Rows of C logits ``N(0, σ_z²)``, that of the row's class higher by ``margin``, if not None.

    ``entries`` logits in all make the rows: with fewer, what is averaged over rows is coarser.
    """

    sigma_z: float
    C: int
    margin: float | None
    entries: int

    @cached_property
    def y(self) -> NDArray[np.int64]:
        """True class of each row, for the label law that has one before the logits."""
        return np.arange(int(np.clip(self.entries // self.C, FEWEST, MOST))) % self.C

    @cached_property
    def p(self) -> Array:
        """Softmax outputs of the rows.

        Raises
        ------
        InputError
            If so many rows are frozen on one class that the others do not stand for the law.
        """
        rows = len(self.y)
        z = self.sigma_z * _normal_rows(rows, self.C)
        if self.margin is not None:
            z[np.arange(rows), self.y] += self.margin
        p = softmax_rows(z, axis=1)
        if unresolved(np.einsum("mk,mk->m", p, 1 - p)):
            raise checks.InputError(
                f"sigma_z and margin must leave more than a few of {rows} random examples "
                f"undecided, got sigma_z={self.sigma_z:g}, margin={self.margin or 0:g}"
            )
        return p

    @cached_property
    def trace_A(self) -> float:
        """``E tr A = 1 - E Y``; exact but for margin labels."""
        if self.margin is not None:
            return float(self.at_zero[0])
        return float(rem.impurity(self.sigma_z, C=self.C))

    @cached_property
    def trace_A_square(self) -> float:
        """``E tr A² = E[Σp² - 2Σp³ + (Σp²)²]``; exact but for margin labels."""
        if self.margin is not None:
            return float(self.at_zero[1])
        sigma_z, C = self.sigma_z, self.C
        second, third = rem.participation(sigma_z, C=C), rem.power_sum(sigma_z, C=C, order=3.0)
        exact = float(second - 2 * third + rem.participation_square(sigma_z, C=C))
        return exact if exact > 1e-6 else float(self.at_zero[1])  # the terms cancel when frozen

    @cached_property
    def trace_variance(self) -> float:
        """Variance of one example's ``tr A``; exact but for margin labels."""
        if self.margin is not None:
            return float(np.var(np.einsum("mk,mk->m", self.p, self.p)))
        square = float(rem.participation_square(self.sigma_z, C=self.C))
        return max(square - float(rem.participation(self.sigma_z, C=self.C)) ** 2, 0.0)

    @cached_property
    def at_zero(self) -> Array:
        """``⟨tr Aⁿ⟩`` over the rows, n = 1, 2, 3."""
        return trace_means(self, 0.0)

    @cached_property
    def largest(self) -> float:
        """Largest eigenvalue of all blocks."""
        return softmax.largest_eigenvalue(self.p)

    @cached_property
    def spectrum(self) -> tuple[Array, Array]:
        """Eigenvalues of the blocks but the one at zero, as atoms with shares of sum one.

        Up to ``LARGEST_ROW`` classes they are solved for; more interlace with the outputs.
        """
        p = np.where(self.p < FROZEN, 0.0, self.p)
        if self.C <= LARGEST_ROW:
            values = np.sort(softmax.eigenvalues(p), axis=None)
        else:
            values = np.sort(np.sort(p, axis=1)[:, :-1], axis=None)
        starts = np.arange(0, values.size, -(-values.size // MOST_ATOMS))
        sizes = np.diff(starts, append=values.size)
        return np.add.reduceat(values, starts) / sizes, sizes / values.size


@lru_cache(maxsize=4)
def logit_rows(sigma_z: float, *, C: int, margin: float | None, entries: int) -> LogitRows:
    """The rows, kept for the next call."""
    return LogitRows(sigma_z, C, margin, entries)


@lru_cache(maxsize=2)
def trace_means(rows: LogitRows, kappa: float) -> Array:
    """``⟨tr Bⁿ⟩`` over the rows, n = 1, 2, 3; the last are kept, as equations ask twice."""
    return softmax.resolvent_trace_means(rows.p, kappa=kappa)


@lru_cache(maxsize=2)
def _normal_rows(rows: int, C: int) -> Array:
    """Rows of C standard normal numbers: of few, the quantiles of a Kronecker sequence.

    Its steps are the powers of the real root of ``x^{C+1} = x + 1``.
    """
    if C > EVEN:
        return stream(0, "averages", "logits").standard_normal((rows, C))
    x = 2.0
    for _ in range(60):
        x = (1 + x) ** (1 / (C + 1))
    return ndtri(((np.arange(rows)[:, None] + 0.5) * x ** -np.arange(1.0, C + 1)) % 1.0)


def unresolved(per_row: Array) -> bool:
    """Whether the relative standard error of the rows' mean is above ``LARGEST_ERROR``."""
    return bool(per_row.std() >= LARGEST_ERROR * np.sqrt(len(per_row)) * per_row.mean())
