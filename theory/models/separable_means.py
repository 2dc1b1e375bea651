"""Means and anisotropic noise over given softmax outputs, checked; sums over their examples."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import checks
from theory.arrays import Array
from theory.bulk.separable_covariance import SeparableLaw
from theory.models.noise import MAX_ATOMS, compressed

BLOCK = 4096  # examples whose matrices are held at once
MAX_WEIGHTS = 2000  # along which means have components, for T to be diagonalised off their span
SHORTEST = 1e-12  # of a direction of the means, in units of the longest


@dataclass(frozen=True, eq=False)
class Model:
    """Checked means and covariances over softmax outputs.

    ``means``, ``span`` and ``T`` are along the weights where the means have components, ``others``
    are the eigenvalues of T along the rest. The rows of ``span`` are an orthonormal basis of the
    means; ``root`` is ``K_C^{1/2}``. ``fill`` is the eigenvalue of T that stands in the law for the
    directions of the span, nan if T itself does.
    """

    p: Array
    means: Array
    span: Array
    T: Array
    others: Array
    root: Array
    groups: NDArray[np.int64]
    law: SeparableLaw
    fill: float = math.nan

    @property
    def D(self) -> int:
        """Number of weights."""
        return len(self.T) + len(self.others)

    @property
    def variance(self) -> float:
        """``tr T``."""
        return float(self.T.sum() + self.others.sum())

    @property
    def G(self) -> int:
        return len(self.means) // self.p.shape[1]

    def blocks(self) -> Iterator[tuple[slice, Array]]:
        """Rows and softmax matrices ``A_μ`` of examples, a block at a time."""
        C = self.p.shape[1]
        for first in range(0, len(self.p), BLOCK):
            rows = slice(first, first + BLOCK)
            p = self.p[rows]
            A = -p[:, :, None] * p[:, None, :]
            A[:, np.arange(C), np.arange(C)] += p
            yield rows, A

    def solved(self, A: Array, kappa: complex) -> NDArray:
        """``(I + κ A K)⁻¹`` of each example."""
        return np.linalg.inv(np.eye(A.shape[1]) + kappa * (A @ self.root @ self.root))

    def T_A(self, v: complex) -> tuple[NDArray, complex]:
        """``T_A`` by groups (G, C, C), and ``a = tr K T_A`` over all examples, at ``e = -1/v``."""
        N, C = self.p.shape
        out = np.zeros((self.G, C, C), dtype=type(v))
        for rows, A in self.blocks():
            np.add.at(out, self.groups[rows], self.solved(A, -1 / (v * N)) @ A)
        out /= N
        return out, np.einsum("kl,gkl->", self.root @ self.root, out).item()

    def pulled(self, r: Array, v: complex) -> tuple[NDArray, complex]:
        """``Uᵀ (I + (e/N) A K)⁻¹ r`` (R,) and ``rᵀ K (I + (e/N) A K)⁻¹ r`` at ``e = -1/v``."""
        N, C = self.p.shape
        out, power = np.zeros((self.G, C), dtype=type(v)), 0.0
        for rows, A in self.blocks():
            x = (self.solved(A, -1 / (v * N)) @ r[rows, :, None])[:, :, 0]
            np.add.at(out, self.groups[rows], x)
            power += np.sum((r[rows] @ self.root @ self.root) * x).item()
        return out.ravel(), power

    def schur(self, T_A: Array, a: float, z: float) -> tuple[Array, Array]:
        """``F = (span Q spanᵀ)⁻¹`` and ``V = span (z - aT)⁻¹ spanᵀ``, (rank, rank)."""
        along = self.means @ self.span.T
        V = (self.span / (z - a * self.T)) @ self.span.T
        return along.T @ block_diagonal(T_A) @ along - np.linalg.inv(V), V

    def _without_span(self) -> Model:
        """The model with the bulk of T off the span of the means, where they leave the bulk.

        They do if more directions rise above that bulk than T alone would lift. The mean of those
        eigenvalues stands for each direction of the span: exact for isotropic T.
        """
        rank, inside = self.span.shape
        every = np.append(self.T, self.others)
        if rank == 0 or inside > MAX_WEIGHTS or rank + 1 >= self.D or np.ptp(every) == 0:
            return self
        projector = np.eye(inside) - self.span.T @ self.span
        rest = np.linalg.eigvalsh((projector * self.T) @ projector)[rank:].clip(min=0)
        rest = np.append(rest, self.others)
        fill = float(rest.mean())
        law = self.law.with_t(np.append(rest, np.full(rank, fill)))
        T_A, a = self.T_A(law.edge)
        z = law.z(law.edge, a.real)
        lifted, alone = (
            np.sum(np.linalg.eigvalsh(self.schur(X, a.real, z)[0]) > 0) for X in (T_A, 0 * T_A)
        )
        return replace(self, law=law, fill=fill) if lifted > alone else self

    def gradient_square(self, r: Array) -> float:
        """``N² E‖g‖²``."""
        total_r = np.zeros((self.G, r.shape[1]))
        np.add.at(total_r, self.groups, r)
        mean_part = total_r.ravel() @ self.means
        total = float(mean_part @ mean_part + self.variance * np.sum((r @ self.root) ** 2))
        if total == 0:
            raise checks.InputError("r must give a gradient, got a gradient of zero")
        return total


def model(
    p: ArrayLike,
    means: ArrayLike | None,
    sigma_E: float,
    T: ArrayLike,
    K_C: ArrayLike | None,
    groups: ArrayLike | None,
) -> Model:
    """The checked model; without means, that of the noise alone."""
    outputs = checks.probabilities(p)
    N, C = outputs.shape
    variances = checks.array("T", T, ndim=1)
    if variances.min() < 0 or variances.max() == 0:
        raise checks.InputError(
            f"T must be non-negative and not all zero, got {variances.min():g} lowest"
        )
    length = checks.real("sigma_E", sigma_E, low=0, strict=True)
    variances = variances * (length**2 / variances.sum())
    if groups is None:
        index, R = np.zeros(N, dtype=np.int64), C
    else:
        index, R = checks.classes("groups", groups, N=N, C=C), C * C
    vectors = (
        np.zeros((R, len(variances))) if means is None else checks.array("means", means, ndim=2)
    )
    if vectors.shape != (R, len(variances)):
        raise checks.InputError(f"means must have shape {(R, len(variances))}, got {vectors.shape}")
    values, frame = np.linalg.eigh(
        np.eye(C) if K_C is None else checks.gram(K_C, size=C, name="K_C")
    )
    values = values.clip(min=0)
    if values[-1] == 0:
        raise checks.InputError("K_C must not be zero")
    root = (frame * np.sqrt(values * C / values.sum())) @ frame.T
    _, lengths, frame = np.linalg.svd(vectors, full_matrices=False)
    span = frame[lengths > SHORTEST * lengths[0]] if lengths[0] > 0 else frame[:0]
    b, b_count = _atoms(outputs, root)
    law = SeparableLaw(b, b_count, np.ones(1), np.ones(1)).with_t(variances)
    inside = np.any(vectors != 0, axis=0)
    found = Model(
        p=outputs,
        means=vectors[:, inside],
        span=span[:, inside],
        T=variances[inside],
        others=variances[~inside],
        root=root,
        groups=index,
        law=law,
    )
    return found._without_span()


def block_diagonal(T_A: Array) -> Array:
    """Block-diagonal matrix (G·C, G·C) of (G, C, C)."""
    G, C, _ = T_A.shape
    out = np.zeros((G, C, G, C), dtype=T_A.dtype)
    out[np.arange(G), :, np.arange(G), :] = T_A
    return out.reshape(G * C, G * C)


def _atoms(p: Array, root: Array) -> tuple[Array, Array]:
    """Positive eigenvalues of all ``K^{1/2} A_μ K^{1/2}/N``, with their numbers."""
    out = []
    for first in range(0, len(p), BLOCK):
        q = p[first : first + BLOCK]
        half = np.sqrt(q)[:, :, None] * (root - (q @ root)[:, None, :])  # halfᵀ half = K½ A K½
        out.append(np.linalg.eigvalsh(half.transpose(0, 2, 1) @ half)[:, 1:])
    b = np.sort(np.concatenate(out).ravel()) / len(p)
    b = b[b > 1e-15 * b[-1]]
    if b.size == 0 or b[-1] == 0:
        raise checks.InputError(
            "p must leave some example undecided, got outputs frozen to 0 and 1"
        )
    if b.size <= MAX_ATOMS:
        return b, np.ones(b.size)
    nodes, weights = compressed(b, MAX_ATOMS // 2)
    return nodes, weights * b.size
