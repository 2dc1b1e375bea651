r"""Means of the logit gradients whose Gram matrix is diagonal plus low rank, for many classes.

A network with a linear readout of features h has ``J_{μk} = (e_k ⊗ h_μ, B_μᵀ W_k)``: means of
different logits are orthogonal in the readout's weights and share directions in all others, so
``Γ = diag(δ) + L Lᵀ`` with L of few columns. All that the spectrum needs is then had by products
with the outputs ``(N, C)``, O(N C) each, and no matrix of C × C is formed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from theory import checks, softmax
from theory.arrays import Array


@dataclass(frozen=True, eq=False)
class LowRankMeans:
    """Means of Gram matrix ``Γ = diag(δ) + L Lᵀ``, one for each logit.

    In the coordinates of ``c = [diag(√δ), L]``, of which there are C + r.

    Parameters
    ----------
    diagonal : shape (C,)
        ``δ``, at least 0.
    factor : shape (C, r)
        ``L``.
    """

    diagonal: Array
    factor: Array

    @property
    def rank(self) -> int:
        """Coordinates, C + r: the most directions that the means can span."""
        return sum(self.factor.shape)

    @property
    def sigma_c(self) -> float:
        """Root-mean-square length of a mean, over the logits."""
        return float(np.sqrt(np.mean(self.squares)))

    @property
    def squares(self) -> Array:
        """``Γ_kk``, shape (C,)."""
        return self.diagonal + np.sum(self.factor**2, axis=1)

    @property
    def Gamma(self) -> Array:
        """The whole matrix ``(C, C)``, where it fits."""
        return np.diag(self.diagonal) + self.factor @ self.factor.T

    @cached_property
    def _root(self) -> Array:
        return np.sqrt(self.diagonal)

    def mixed(self, x: Array) -> Array:
        """``c x``, shape (C,), of coordinates ``x (C + r,)``."""
        C = len(self.diagonal)
        return self._root * x[:C] + self.factor @ x[C:]

    def along(self, y: Array) -> Array:
        """``cᵀ y``, shape (C + r,)."""
        return np.append(self._root * y, y @ self.factor)

    def pull(self, p: Array, r: Array, *, kappa: complex) -> Array:
        """``cᵀ Σ_μ (I + κA_μ)⁻¹ r_μ``, shape (C + r,)."""
        groups = np.zeros(len(p), dtype=np.int64)
        found = softmax.resolvent_apply_sum(p, r, kappa=kappa, groups=groups, G=1)
        return self.along(found[0])


def diagonal_plus_low_rank(diagonal: ArrayLike, factor: ArrayLike | None = None) -> LowRankMeans:
    """Checked means of ``Γ = diag(diagonal) + factor factorᵀ``.

    Parameters
    ----------
    diagonal : shape (C,)
        At least 0.
    factor : shape (C, r)
        Without it the means are orthogonal.

    Raises
    ------
    InputError
        If a shape is wrong or a number not finite, or negative on the diagonal.

    Examples
    --------
    >>> diagonal_plus_low_rank([1.0, 0.0], [[1.0], [2.0]]).Gamma
    array([[2., 2.],
           [2., 4.]])
    """
    own = checks.array("diagonal", diagonal, ndim=1)
    none = np.zeros((len(own), 0))
    shared = none if factor is None else checks.array("factor", factor, ndim=2)
    if len(shared) != len(own):
        raise checks.InputError(
            f"factor must have a row for each of the {len(own)} entries of diagonal, "
            f"got {len(shared)}"
        )
    if own.size and own.min() < 0:
        raise checks.InputError(f"diagonal must be at least 0, got {own.min()}")
    return LowRankMeans(own, shared)
