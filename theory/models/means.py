"""Fixed means of the logit gradients over given outputs: what they add to sums over examples."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import checks, softmax
from theory.arrays import Array

RANK_TOLERANCE = 1e-12  # eigenvalues of Γ below this fraction of the largest count as zero


@dataclass(frozen=True, eq=False)
class Means:
    """Means of Gram matrix ``Γ = c cᵀ``; row (μ, k) has the one of index ``groups[μ]·C + k``.

    With U the 0/1 matrix that says which mean each row has, all that the spectrum needs of them is
    in the coordinates of c: ``resolvent``, ``square`` and ``pull``. Means of another kind (a
    regression on the outputs, say) are a class with these methods.

    Parameters
    ----------
    c : shape (G, C, rank)
        Factor of Γ by groups.
    groups : shape (N,)
        Group of each example.
    """

    c: Array
    groups: NDArray[np.int64]

    @property
    def rank(self) -> int:
        """Directions that the means span."""
        return self.c.shape[2]

    def in_order(self, p: Array) -> tuple[Means, Array]:
        """The same with each group's examples side by side, and their outputs."""
        if len(self.c) == 1:
            return self, p
        order = np.argsort(self.groups.astype(np.min_scalar_type(len(self.c))), kind="stable")
        return replace(self, groups=self.groups[order]), p[order]

    def resolvent(self, p: Array, *, kappa: complex) -> tuple[NDArray, complex]:
        """``cᵀ T c`` with ``T = (1/N) Uᵀ B U``, and ``(1/N) Σ_μ tr B_μ``, for ``B = A (I + κA)⁻¹``.

        κ may be complex.
        """
        T = softmax.resolvent_mean(p, kappa=kappa, groups=self.groups, G=len(self.c))
        return self._between(T), np.einsum("gkk->", T).item()

    def square(self, p: Array) -> tuple[Array, float]:
        """``cᵀ Q c`` and ``tr Q``, with ``Q = (1/N) Uᵀ A² U``."""
        Q = softmax.square_mean(p, groups=self.groups, G=len(self.c))
        return self._between(Q), float(np.einsum("gkk->", Q))

    def pull(self, p: Array, r: Array, *, kappa: complex) -> NDArray:
        """``cᵀ Uᵀ (I + κA)⁻¹ r``, shape (rank,); κ may be complex."""
        v = softmax.resolvent_apply_sum(p, r, kappa=kappa, groups=self.groups, G=len(self.c))
        return v.ravel() @ self._rows

    def _between(self, blocks: NDArray) -> NDArray:
        return self._rows.T @ (blocks @ self.c).reshape(self._rows.shape)

    @property
    def _rows(self) -> Array:
        G, C, rank = self.c.shape  # -1 would not do for a rank of zero
        return self.c.reshape(G * C, rank)


def means(Gamma: ArrayLike | None, groups: ArrayLike | None, *, N: int, C: int) -> Means:
    """Checked means of this Gram matrix, of C² means with groups; without Γ there are none.

    Raises
    ------
    InputError
        If an argument is out of its bounds.
    """
    if groups is None:
        index, G = np.zeros(N, dtype=np.int64), 1
    else:
        index, G = checks.classes("groups", groups, N=N, C=C), C
    if Gamma is None:
        return Means(np.empty((G, C, 0)), index)
    values, vectors = np.linalg.eigh(checks.gram(Gamma, size=G * C))
    keep = values > RANK_TOLERANCE * max(values[-1], 0)
    c = (vectors[:, keep] * np.sqrt(values[keep])).reshape(G, C, int(keep.sum()))
    return Means(c, index)
