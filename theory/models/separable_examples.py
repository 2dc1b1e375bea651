"""The examples' side of anisotropic noise: softmax blocks and a covariance across logits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import checks, softmax
from theory.arrays import Array
from theory.bulk.compression import MAX_ATOMS, compressed

UNSEEN = 1e-13  # of K, by rounding alone
BLOCK = 4096  # examples whose matrices are held at once


@dataclass(frozen=True, eq=False)
class Examples:
    """Softmax outputs, the group of each example, and the noise's covariance across logits.

    Parameters
    ----------
    p : shape (N, C)
        Softmax outputs.
    groups : shape (N,)
        Group of each example, in ``0 … G-1``.
    G
        Number of groups.
    root : shape (C, C)
        ``K_C^{1/2}``, symmetric, of ``tr K_C = C``.
    """

    p: Array
    groups: NDArray[np.int64]
    G: int
    root: Array

    @classmethod
    def checked(cls, p: ArrayLike, K_C: ArrayLike | None, groups: ArrayLike | None) -> Examples:
        """One group, or C of them; K_C of any scale, the identity by default.

        Raises
        ------
        InputError
            If an argument is out of its bounds, or K_C is zero.
        """
        outputs = checks.probabilities(p)
        N, C = outputs.shape
        if groups is None:
            index, G = np.zeros(N, dtype=np.int64), 1
        else:
            index, G = checks.classes("groups", groups, N=N, C=C), C
        matrix = np.eye(C) if K_C is None else checks.gram(K_C, size=C, name="K_C")
        values, frame = np.linalg.eigh(matrix)
        values = values.clip(min=0)
        if values[-1] == 0:
            raise checks.InputError("K_C must not be zero")
        root = (frame * np.sqrt(values * C / values.sum())) @ frame.T
        return cls(outputs, index, G, root)

    @cached_property
    def covariance(self) -> Array:
        """``K_C``, shape (C, C)."""
        return self.root @ self.root

    def T_A(self, v: complex) -> tuple[NDArray, complex]:
        """``(1/N) Σ A (I + (e/N) K A)⁻¹`` by groups (G, C, C), at ``e = -1/v``.

        Also ``a``, the trace of its sum over the groups with K.
        """
        N, C = self.p.shape
        out = np.zeros((self.G, C, C), dtype=type(v))
        for rows, A in self._blocks():
            np.add.at(out, self.groups[rows], self._solved(A, v) @ A)
        out /= N
        return out, np.einsum("kl,gkl->", self.covariance, out).item()

    def pulled(self, r: Array, v: complex) -> tuple[NDArray, complex]:
        """``Uᵀ (I + (e/N) A K)⁻¹ r`` (G·C,) and ``rᵀ K (I + (e/N) A K)⁻¹ r`` at ``e = -1/v``."""
        out, power = np.zeros((self.G, self.p.shape[1]), dtype=type(v)), 0.0
        for rows, A in self._blocks():
            x = (self._solved(A, v) @ r[rows, :, None])[:, :, 0]
            np.add.at(out, self.groups[rows], x)
            power += np.sum((r[rows] @ self.covariance) * x).item()
        return out.ravel(), power

    def pulled_square(self, r: Array, v: float) -> float:
        """``Σ xᵀ K x`` with ``x = (I + (e/N) A K)⁻¹ r`` of each example, at ``e = -1/v``."""
        total = 0.0
        for rows, A in self._blocks():
            x = (self._solved(A, v) @ r[rows, :, None])[:, :, 0]
            total += float(np.sum((x @ self.covariance) * x))
        return total

    def squares(self) -> tuple[Array, float]:
        """``(1/N) Σ A K A`` by groups (G, C, C), and ``(1/N) Σ tr (K A)²``."""
        N, C = self.p.shape
        out = np.zeros((self.G, C, C))
        for rows, A in self._blocks():
            np.add.at(out, self.groups[rows], A @ self.covariance @ A)
        out /= N
        return out, float(np.einsum("kl,gkl->", self.covariance, out))

    def atoms(self) -> tuple[Array, Array]:
        """Positive eigenvalues of all ``K^{1/2} A_μ K^{1/2}/N``, with their numbers.

        Raises
        ------
        InputError
            If all outputs are 0 and 1, or A sees nothing of K.
        """
        out = []
        for first in range(0, len(self.p), BLOCK):
            q = self.p[first : first + BLOCK]
            half = np.sqrt(q)[:, :, None] * (self.root - (q @ self.root)[:, None, :])
            out.append(np.linalg.eigvalsh(half.transpose(0, 2, 1) @ half)[:, 1:])  # K½ A K½
        b = np.sort(np.concatenate(out).ravel()) / len(self.p)
        if b[-1] == 0 or softmax.largest_eigenvalue(self.p) == 0:
            raise checks.InputError(
                "p must leave some example undecided, got outputs frozen to 0 and 1"
            )
        if b[-1] < UNSEEN * softmax.largest_eigenvalue(self.p) / len(self.p):
            raise checks.InputError(
                "K_C must not lie along (1, …, 1): noise that all logits share is not in G"
            )
        b = b[b > 1e-15 * b[-1]]
        if b.size <= MAX_ATOMS:
            return b, np.ones(b.size)
        nodes, weights = compressed(b, MAX_ATOMS // 2)
        return nodes, weights * b.size

    def _blocks(self) -> Iterator[tuple[slice, Array]]:
        """Rows and softmax matrices ``A_μ`` of examples, a block at a time."""
        C = self.p.shape[1]
        for first in range(0, len(self.p), BLOCK):
            rows = slice(first, first + BLOCK)
            p = self.p[rows]
            A = -p[:, :, None] * p[:, None, :]
            A[:, np.arange(C), np.arange(C)] += p
            yield rows, A

    def _solved(self, A: Array, v: complex) -> NDArray:
        """``(I + (e/N) A K)⁻¹`` of each example."""
        return np.linalg.inv(np.eye(A.shape[1]) - (A @ self.covariance) / (v * len(self.p)))


def block_diagonal(blocks: NDArray) -> NDArray:
    """Block-diagonal matrix (G·C, G·C) of (G, C, C)."""
    G, C, _ = blocks.shape
    out = np.zeros((G, C, G, C), dtype=blocks.dtype)
    out[np.arange(G), :, np.arange(G), :] = blocks
    return out.reshape(G * C, G * C)
