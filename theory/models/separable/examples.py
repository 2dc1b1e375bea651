"""The examples' side of anisotropic noise: softmax blocks and a covariance across logits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
    features : shape (N, F)
        What the means of a group are linear in: ``J_{μk}`` has the mean ``Σ_a φ_{μa} c_{y,a,k}``,
        of index ``(y·F + a)·C + k``.
    root : shape (C, C)
        ``K_C^{1/2}``, symmetric, of ``tr K_C = C``.
    """

    p: Array
    groups: NDArray[np.int64]
    G: int
    features: Array
    root: Array

    @classmethod
    def checked(
        cls,
        p: ArrayLike,
        K_C: ArrayLike | None,
        groups: ArrayLike | None,
        features: ArrayLike | None,
    ) -> Examples:
        """One group, or C of them; by default one feature of 1, and the identity as K_C.

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
        phi = checks.array("features", np.ones((N, 1)) if features is None else features, ndim=2)
        if len(phi) != N:
            raise checks.InputError(f"features must have {N} rows, as p, got {len(phi)}")
        matrix = np.eye(C) if K_C is None else checks.gram(K_C, size=C, name="K_C")
        values, frame = np.linalg.eigh(matrix)
        values = values.clip(min=0)
        if values[-1] == 0:
            raise checks.InputError("K_C must not be zero")
        root = (frame * np.sqrt(values * C / values.sum())) @ frame.T
        return cls(outputs, index, G, phi, root)

    @cached_property
    def covariance(self) -> Array:
        """``K_C``, shape (C, C)."""
        return self.root @ self.root

    @property
    def R(self) -> int:
        """Number of means."""
        return self.G * self.features.shape[1] * self.p.shape[1]

    def T_A(self, v: complex) -> tuple[NDArray, complex]:
        """``(1/N) Σ φφᵀ ⊗ A (I + (e/N) K A)⁻¹`` by groups (G, FC, FC), at ``e = -1/v``.

        Also ``a = (1/N) Σ tr K A (I + (e/N) K A)⁻¹``.
        """
        return self._mean((rows, self._solved(A, v) @ A) for rows, A in self._blocks())

    def pulled(self, r: Array, v: complex) -> tuple[NDArray, complex]:
        """``Uᵀ (I + (e/N) A K)⁻¹ r`` (R,) and ``rᵀ K (I + (e/N) A K)⁻¹ r`` at ``e = -1/v``."""
        C, F = self.p.shape[1], self.features.shape[1]
        out, power = np.zeros((self.G, F, C), dtype=type(v)), 0.0
        for rows, A in self._blocks():
            x = (self._solved(A, v) @ r[rows, :, None])[:, :, 0]
            np.add.at(out, self.groups[rows], self.features[rows, :, None] * x[:, None])
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
        """``(1/N) Σ φφᵀ ⊗ A K A`` by groups (G, FC, FC), and ``(1/N) Σ tr (K A)²``."""
        blocks, trace = self._mean((rows, A @ self.covariance @ A) for rows, A in self._blocks())
        return blocks, trace.real

    def _mean(self, parts: Iterable[tuple[slice, NDArray]]) -> tuple[NDArray, complex]:
        """``(1/N) Σ_μ φφᵀ ⊗ X_μ`` by groups, and ``(1/N) Σ_μ tr K X_μ``."""
        (N, C), F = self.p.shape, self.features.shape[1]
        out, trace = np.zeros((self.G, F * F, C * C)), 0.0
        for rows, X in parts:
            phi, group = self.features[rows], self.groups[rows]
            pairs, flat = (phi[:, :, None] * phi[:, None]).reshape(-1, F * F), X.reshape(-1, C * C)
            trace += (self.covariance.ravel() @ flat.sum(0)).item()
            out = out.astype(X.dtype, copy=False)
            for y in np.unique(group):
                out[y] += pairs[group == y].T @ flat[group == y]
        out = out.reshape(self.G, F, F, C, C).transpose(0, 1, 3, 2, 4)
        return out.reshape(self.G, F * C, F * C) / N, trace / N

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


def between(c: Array, blocks: NDArray) -> NDArray:
    """``cᵀ X c`` for ``c (R, m)`` and a block-diagonal X of blocks ``(G, R/G, R/G)``."""
    parts = c.reshape(len(blocks), blocks.shape[1], -1)
    return c.T @ (blocks @ parts).reshape(c.shape)
