r"""The softmax blocks of random logits: means over the law of ``z ~ N(0, σ_z²)`` at any C.

By symmetry between classes ``E B = t(κ) (I - 11ᵀ/C)``, ``B = A (I + κA)⁻¹``, with
``t(κ) = E tr B/(C-1)``. ``E tr A`` and ``E tr A²`` are finite-C integrals of the random energy
model; what they leave of B is averaged over a fixed set of rows,

    E tr B = E tr A - κ E tr A² + ⟨tr B - tr A + κ tr A²⟩,

so that the error is of order κ² over the square root of the number of rows; up to ``EVEN`` classes,
whose rows fill the space of logits evenly, over nearly their number.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from theory import checks
from theory.arrays import Array
from theory.averaged import refusals
from theory.averaged.laws.logit_rows import LogitRows, logit_rows, trace_means, unresolved
from theory.bulk import power_law
from theory.checks import ConvergenceError
from theory.models.noise import Noise
from theory.params import Params

ENTRIES = 2**18  # logits in all
MAX_STEPS = 100
FEWEST_EXAMPLES = 8  # undecided ones, with noise; fewer do not stand for their law


@dataclass(frozen=True)
class LogitLaw:
    """The law of the softmax outputs of ``params``, its exact means and its fixed rows.

    ``entries`` logits in all make the rows: with fewer, what is averaged over rows is coarser.
    """

    params: Params
    entries: int = ENTRIES

    @cached_property
    def rows(self) -> LogitRows:
        """The rows, the same of all models of one σ_z, C and margin."""
        params = self.params
        margin = params.margin if params.labels == "margin" else None
        return logit_rows(params.sigma_z, C=params.C, margin=margin, entries=self.entries)

    @property
    def y(self) -> NDArray[np.int64]:
        """True class of each row, for the label law that has one before the logits."""
        return self.rows.y

    @property
    def p(self) -> Array:
        """Softmax outputs of the rows."""
        return self.rows.p

    @property
    def trace_A(self) -> float:
        """``E tr A = 1 - E Y``; exact but for margin labels."""
        return self.rows.trace_A

    @property
    def trace_A_square(self) -> float:
        """``E tr A²``; exact but for margin labels."""
        return self.rows.trace_A_square

    @property
    def trace_variance(self) -> float:
        """Variance of one example's ``tr A``; exact but for margin labels."""
        return self.rows.trace_variance

    @property
    def spectrum(self) -> tuple[Array, Array]:
        """Eigenvalues of the blocks but the one at zero, as atoms with shares of sum one."""
        return self.rows.spectrum

    def traces(self, kappa: float) -> tuple[float, float]:
        """``E tr B`` and ``E tr B²``."""
        first, second, _ = trace_means(self.rows, kappa)
        first += self.trace_A - self.rows.at_zero[0]
        first -= kappa * (self.trace_A_square - self.rows.at_zero[1])
        return float(first), float(second + self.trace_A_square - self.rows.at_zero[1])

    def traces_of_rows(self, kappa: float, *, first: int | None = None) -> tuple[Array, Array]:
        """``tr B`` and ``tr B²`` of each row, or of so many of the first."""
        p = self.p[:first]
        d = p / (1 + kappa * p)
        total, square = d.sum(axis=1), np.einsum("mk,mk->m", d, d)
        cube = np.einsum("mk,mk,mk->m", d, d, d)
        return total - square / total, square - 2 * cube / total + (square / total) ** 2

    def t(self, kappa: float) -> float:
        """``E tr B/(C-1)``."""
        return self.traces(kappa)[0] / (self.params.C - 1)

    @property
    def undecided(self) -> float:
        """Effective number of undecided examples, ``N (E tr A)²/E (tr A)²``."""
        return self.params.N / (1 + self.trace_variance / self.trace_A**2)

    def resolves(self, kappa: float) -> bool:
        """Whether ``tr B`` is not that of a few rows alone, as next to the largest eigenvalue."""
        d = self.p / (1 + kappa * self.p)
        return not unresolved(np.einsum("mk,mk->m", d, 1 - d / d.sum(axis=1, keepdims=True)))

    @cached_property
    def noise(self) -> Noise:
        """The noise part of the Hessian on the rows, in place of N examples."""
        sigma_E = self.params.as_seen_by_G.sigma_E
        return Noise(p=self.p, sigma_E=sigma_E, D=self.params.D, N=self.params.N)


@lru_cache(maxsize=4)
def logit_law(params: Params, *, entries: int = ENTRIES) -> LogitLaw:
    """The law of ``params``, kept for the next call."""
    return LogitLaw(params, entries)


@dataclass(frozen=True)
class CommonOutlier:
    """The position that the C-1 outliers share before they split.

    ``α`` solves ``strength t(-s/u) = u``, ``strength = σ_c²``; ``position = ψ(α)``, ``slope =
    ψ'(α)`` and ``transfer = ψ'/(1 - λ'(α))``, λ the equation's left side; ``kappa = -s/α``. Over
    means and noise it has the variance ``2 width²/D``, ``width = α √ψ'``.
    """

    strength: float
    alpha: float
    position: float
    slope: float
    transfer: float
    kappa: float
    width: float


def check_separable(params: Params, *, averaged: bool) -> None:
    """Noise that leaves room for the means, and N >= 8 where averaged over the logits.

    Room is ``D >= C``, of the true class's means ``D > C (C-1)``, and an effective dimension of the
    noise of at least C.

    Raises
    ------
    InputError
        If there is noise and D, T_exponent or N leaves too little of that.
    """
    if params.sigma_E == 0:
        return
    if params.outlier_directions >= params.D:
        needed = f"{params.outlier_directions + 1}" if params.sigma_y > 0 else "C"
        raise checks.InputError(
            f"D must be at least {needed} with noise, got D={params.D}, C={params.C}"
        )
    T = power_law.eigenspaces(params.D, exponent=params.T_exponent, trace=1.0)
    if params.T_exponent > 0 and T.effective_dimension < params.C:
        raise checks.InputError(
            f"T_exponent must leave the noise at least C = {params.C} effective dimensions, got "
            f"{T.effective_dimension:.3g} at T_exponent={params.T_exponent:g}, D={params.D}"
        )
    if averaged and params.N < FEWEST_EXAMPLES:
        raise checks.InputError(
            f"N must be at least {FEWEST_EXAMPLES} with noise unless p is given, got {params.N}"
        )


def check_undecided(law: LogitLaw) -> None:
    """At least 8 undecided examples where there is noise.

    Raises
    ------
    InputError
        If N, sigma_z and margin leave fewer.
    """
    if law.params.sigma_E > 0 and law.undecided < FEWEST_EXAMPLES:
        raise checks.InputError(
            f"N must leave at least {FEWEST_EXAMPLES} undecided examples with noise unless p is "
            f"given, got {law.undecided:.1f} of N={law.params.N} at sigma_z={law.params.sigma_z:g}"
        )


def common_outlier(law: LogitLaw) -> CommonOutlier | None:
    """The root of the outlier equation of the mean blocks, or None below the threshold.

    None also where the root is held above the bulk by a few examples alone, whose blocks have
    eigenvalues next to it: they lift single directions, not C-1. Of level FG; ``families`` has the
    others.

    Raises
    ------
    InputError
        If the parameters are not of level FG, or ``check_separable`` or ``check_undecided`` refuses
        them.
    ConvergenceError
        If ``MAX_STEPS`` steps of Newton do not settle the root.
    """
    refusals.require_FG(law.params, by="the common outlier")
    check_separable(law.params, averaged=True)
    check_undecided(law)
    params, noise, k = law.params, law.noise, law.params.C - 1
    strength, s = params.sigma_c**2, noise.s
    if strength == 0:
        return None

    def left(u: float) -> float:
        return strength * law.t(-s / u if s else 0.0)

    low, high = noise.edge, left(noise.edge)
    if high <= low:
        return None
    alpha = high
    for _ in range(MAX_STEPS):
        kappa = -s / alpha if s else 0.0
        first, second = law.traces(kappa)
        gap, fall = strength * first / k - alpha, strength * second / k * s / alpha**2
        low, high = (alpha, high) if gap > 0 else (low, alpha)
        step = alpha + gap / (1 + fall)
        moved = step if low <= step <= high else (low + high) / 2
        if abs(moved - alpha) <= 1e-13 * alpha:
            break
        alpha = moved
    else:
        raise ConvergenceError(f"the common outlier was not found in {MAX_STEPS} steps")
    if not law.resolves(kappa):
        return None
    slope = noise.map(alpha)[1]
    position = alpha + params.sigma_E**2 / params.D * first
    width = float(alpha * np.sqrt(slope))
    return CommonOutlier(strength, alpha, position, slope, slope / (1 + fall), kappa, width)
