r"""Means of many logit gradients, of a Gram matrix that is block-diagonal plus low rank.

A network with a linear readout of features h has ``J_{μk} = (e_k ⊗ h_μ, B_μᵀ W_k)``: means of
different logits are orthogonal in the readout's weights and share directions in all others. With
one mean for each logit k and group g of examples,

    Γ_{gk,hl} = δ_kl Δ_{k,gh} + L_gk · L_hl ,

Δ_k a matrix over the groups, a number where there is one, and L of few columns. All that the
spectrum needs is then had by products with the outputs ``(N, C)``, O(N C) each, and no matrix of
C × C is formed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from theory import checks
from theory.arrays import Array


@dataclass(frozen=True, eq=False)
class LowRankMeans:
    """Means ``c_{gk}``, one for each group g of examples and logit k.

    In the coordinates of ``c = [own, L]``, of which there are C G' + r.

    Parameters
    ----------
    own : shape (C, G, G')
        A root of ``Δ_k``, of each logit.
    factor : shape (G, C, r)
        ``L``.
    """

    own: Array
    factor: Array

    @property
    def groups(self) -> int:
        """Groups of examples, G."""
        return self.own.shape[1]

    @property
    def rank(self) -> int:
        """Coordinates, C G' + r: the most directions that the means can span."""
        C, _, inner = self.own.shape
        return C * inner + self.factor.shape[2]

    @property
    def squares(self) -> Array:
        """Squared lengths, shape (G, C)."""
        return np.sum(self.own**2, axis=2).T + np.sum(self.factor**2, axis=2)

    @property
    def sigma_c(self) -> float:
        """Root-mean-square length of a mean, over groups and logits."""
        return float(np.sqrt(np.mean(self.squares)))

    @property
    def Gamma(self) -> Array:
        """The whole matrix ``(G C, G C)`` at ``g·C + k``, where it fits."""
        rows = np.array([self.along(y) for y in self._units])
        return rows @ rows.T

    def mixed(self, x: Array) -> Array:
        """``c x``, shape (G, C), of coordinates ``x (rank,)``; of several ``(m, rank)`` at once."""
        C, _, inner = self.own.shape
        own = x[..., : C * inner].reshape(*x.shape[:-1], C, inner)
        shared = self.factor @ x[..., None, C * inner :, None]
        return np.einsum("kgi,...ki->...gk", self.own, own) + shared[..., 0]

    def along(self, y: Array) -> Array:
        """``cᵀ y``, shape (rank,), of ``y (G, C)``."""
        own = np.einsum("kgi,gk->ki", self.own, y)
        return np.append(own.ravel(), np.einsum("gkr,gk->r", self.factor, y))

    @property
    def _units(self) -> Array:
        C, G, _ = self.own.shape
        return np.eye(G * C).reshape(G * C, G, C)


def diagonal_plus_low_rank(diagonal: ArrayLike, factor: ArrayLike | None = None) -> LowRankMeans:
    """Checked means of one group, ``Γ = diag(diagonal) + factor factorᵀ``.

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
    return LowRankMeans(np.sqrt(own)[:, None, None], shared[None])


def blocks_plus_low_rank(blocks: ArrayLike, factor: ArrayLike | None = None) -> LowRankMeans:
    """Checked means of G groups; of a block's eigenvalues those below zero, its noise, are left.

    Parameters
    ----------
    blocks : shape (C, G, G)
        ``Δ_k``, symmetric.
    factor : shape (G, C, r)
        ``L``; without it the means of different logits are orthogonal.

    Raises
    ------
    InputError
        If a shape is wrong or a number not finite.

    Examples
    --------
    >>> one = blocks_plus_low_rank([[[1.0, 1.0], [1.0, 1.0]]] * 2)
    >>> one.Gamma.round(12) + 0.0  # at (group, logit): a logit's mean is the same in both groups
    array([[1., 0., 1., 0.],
           [0., 1., 0., 1.],
           [1., 0., 1., 0.],
           [0., 1., 0., 1.]])
    """
    own = checks.array("blocks", blocks, ndim=3)
    C, G = own.shape[:2]
    none = np.zeros((G, C, 0))
    shared = none if factor is None else checks.array("factor", factor, ndim=3)
    if own.shape != (C, G, G) or shared.shape[:2] != (G, C):
        raise checks.InputError(
            f"blocks and factor must have shapes (C, G, G) and (G, C, r), got {own.shape} and "
            f"{shared.shape}"
        )
    values, frames = np.linalg.eigh(own)
    return LowRankMeans(frames * np.sqrt(values.clip(min=0))[:, None], shared)
