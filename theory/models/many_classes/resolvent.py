r"""Sums over examples of ``B_μ = A_μ (I + κ K A_μ)⁻¹`` by products, K diagonal plus low rank.

With ``d = p/(1 + κδp)``, ``η = Σ_k d_k`` and ``K = diag(δ) + F Fᵀ``, by Sherman, Morrison and
Woodbury,

    B = B⁰ - κ B⁰ F M⁻¹ Fᵀ B⁰ ,    B⁰ = diag(d) - d dᵀ/η ,    M = I + κ Fᵀ B⁰ F .
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from theory.arrays import Array
from theory.models.many_classes.logit_covariance import LogitCovariance

AT_A_TIME = 64  # examples whose products are held


class Resolvent:
    """``B_μ`` at one real κ, for examples in groups.

    Parameters
    ----------
    p : shape (N, C)
        Softmax outputs.
    groups : shape (N,)
        Group of each example, in ``0 … G-1``.
    covariance
        K.
    kappa
        Above minus one over the largest eigenvalue of any ``K A_μ``.
    """

    def __init__(
        self, p: Array, *, groups: NDArray[np.int64], covariance: LogitCovariance, kappa: float
    ) -> None:
        self.kappa, self.covariance, self.groups = kappa, covariance, groups
        self.d = p
        if kappa:
            self.d = p * (kappa * covariance.diagonal)
            self.d += 1
            np.divide(p, self.d, out=self.d)
        self.inverse = 1 / self.d.sum(axis=1)
        self.along_F = self.d @ covariance.factor

    @cached_property
    def gram(self) -> Array:
        """``Fᵀ B⁰ F``, shape (N, q, q)."""
        q = self.covariance.rank
        own = (self.d @ self.covariance.pairs).reshape(-1, q, q)
        return own - self._outer(self.along_F, self.along_F) * self.inverse[:, None, None]

    @cached_property
    def inner(self) -> Array:
        """``M⁻¹``, shape (N, q, q)."""
        M = np.eye(self.covariance.rank) + self.kappa * self.gram
        return np.linalg.inv(M).astype(np.float64, copy=False)

    @property
    def above_poles(self) -> bool:
        """Whether κ is above all poles: both parts of ``I + κ K^{1/2} A K^{1/2}`` are positive.

        Above the poles of ``I + κδA`` at most one ``1 + κδ_k p_k`` is negative, and η is so then,
        as ``det (I + κδA) = η Π_k (1 + κδ_k p_k)``.
        """
        negative = (self.d < 0).sum(axis=1)
        if bool(((negative > 1) | ((negative == 1) != (self.inverse < 0))).any()):
            return False
        q = self.covariance.rank
        lowest = np.linalg.eigvalsh(np.eye(q) + self.kappa * self.gram) if q else np.ones(1)
        return bool(lowest.min() > 0)

    def each(self, y: Array) -> Array:
        """``B_μ y_μ`` of rows ``y (N, C)``."""
        out = self._plain(y)
        if self.covariance.rank:
            F = self.covariance.factor
            pulled = np.einsum("nab,nb->na", self.inner, out @ F)
            out -= self.kappa * self._plain(pulled @ F.T)
        return out

    def summed(self, y: Array) -> Array:
        """``Σ_μ B_μ y_g`` over the examples of each group g, of ``y (G, C)``, shape (G, C)."""
        out = np.empty_like(y)
        for g, rows in enumerate(self._rows(len(y))):
            if self.covariance.rank:
                parts = (part for _, part in self.parts(rows))
                each = (part.each(np.broadcast_to(y[g], part.d.shape)) for part in parts)
                out[g] = sum(part.sum(axis=0) for part in each)
            else:
                d = self.d[rows]
                out[g] = d.sum(axis=0) * y[g] - ((d @ y[g]) * self.inverse[rows]) @ d
        return out

    def between(self, y: Array) -> Array:
        """``Σ_μ y_g B_μ y_gᵀ`` of ``y (m, G, C)``, shape (m, m)."""
        out = np.zeros((len(y), len(y)))
        for g, rows in enumerate(self._rows(y.shape[1])):
            one, d, inverse = y[:, g], self.d[rows], self.inverse[rows]
            along = d @ one.T
            out += (one * d.sum(axis=0)) @ one.T - (along.T * inverse) @ along
            if self.covariance.rank:
                each = (one[:, :, None] * self.covariance.factor).transpose(1, 0, 2)
                pulled = (d @ each.reshape(d.shape[1], -1)).reshape(len(d), len(one), -1)
                pulled -= self._outer(along * inverse[:, None], self.along_F[rows])
                out -= self.kappa * np.einsum(
                    "nia,nab,njb->ij", pulled, self.inner[rows], pulled, optimize=True
                )
        return out

    def trace(self) -> float:
        """``Σ_μ tr K B_μ``: of ``B⁰``, and ``tr M⁻¹ (Fᵀ B⁰ F - κH)`` with ``H = Fᵀ B⁰ δ B⁰ F``."""
        delta = self.covariance.diagonal
        own = self.d @ delta - ((self.d * self.d) @ delta) * self.inverse
        trace = float(own.sum())
        if self.covariance.rank:
            trace += float(np.einsum("nab,nba->", self.inner, self.gram - self.kappa * self._H()))
        return trace

    def trace_of_square(self) -> float:
        """``Σ_μ tr (K B_μ)²``.

        Of ``B⁰`` alone, and ``tr (M⁻¹Q)² + 2 tr M⁻¹ (H - κP)`` with ``Q = Fᵀ B⁰ F - κH`` and
        ``P = Fᵀ B⁰ δ B⁰ δ B⁰ F``.
        """
        first = self.d * self.covariance.diagonal
        second = first * self.d
        s1 = second.sum(axis=1) * self.inverse
        s2 = np.einsum("nk,nk->n", second, first) * self.inverse
        square = float(np.vdot(first, first) + np.sum(s1**2 - 2 * s2))
        del first, second
        if self.covariance.rank:
            H, P = self._H(), self._P()
            mixed = self.inner @ (self.gram - self.kappa * H)
            square += float(np.einsum("nab,nba->", mixed, mixed))
            square += 2 * float(np.einsum("nab,nba->", self.inner, H - self.kappa * P))
        return square

    def _H(self) -> Array:
        """``Fᵀ B⁰ δ B⁰ F``, shape (N, q, q)."""
        second = self.d * self.d * self.covariance.diagonal
        b, c = self.along_F, second @ self.covariance.factor
        s1 = self._over_eta(second.sum(axis=1))
        inner = (second @ self.covariance.pairs).reshape(self.gram.shape)
        return inner + self._over_eta(s1 * self._outer(b, b) - _both(c, b))

    def _P(self) -> Array:
        """``Fᵀ B⁰ δ B⁰ δ B⁰ F``, shape (N, q, q)."""
        second = self.d * self.d
        second *= self.covariance.diagonal
        third = second * self.d
        third *= self.covariance.diagonal
        F = self.covariance.factor
        b, c, e = self.along_F, second @ F, third @ F
        s1, s2 = (self._over_eta(rows.sum(axis=1)) for rows in (second, third))
        inner = (third @ self.covariance.pairs).reshape(self.gram.shape)
        crossed = s1 * _both(c, b) - _both(e, b) - self._outer(c, c)
        return inner + self._over_eta(crossed + (s2 - s1**2) * self._outer(b, b))

    def _over_eta(self, values: Array) -> Array:
        """Of each example, with axes for its matrix; η is below 0 where one output is near 1."""
        return (
            values.reshape(len(values), *(values.shape[1:] or (1, 1))) * self.inverse[:, None, None]
        )

    def _plain(self, y: Array) -> Array:
        """``B⁰_μ y_μ`` of rows."""
        return self.d * (y - (np.einsum("nk,nk->n", self.d, y) * self.inverse)[:, None])

    def _rows(self, G: int) -> list[slice | NDArray[np.int64]]:
        if G == 1:
            return [slice(None)]
        return [np.flatnonzero(self.groups == g) for g in range(G)]

    def parts(
        self, rows: slice | NDArray[np.int64] = slice(None)
    ) -> Iterator[tuple[NDArray[np.int64], Resolvent]]:
        """The same of a few examples at a time, with their numbers."""
        chosen = np.arange(len(self.d))[rows]
        for first in range(0, len(chosen), AT_A_TIME):
            some = chosen[first : first + AT_A_TIME]
            yield some, self._of(some)

    def _of(self, rows: NDArray[np.int64]) -> Resolvent:
        part = object.__new__(Resolvent)
        part.kappa, part.covariance, part.groups = self.kappa, self.covariance, self.groups[rows]
        part.d, part.inverse = self.d[rows], self.inverse[rows]
        part.along_F = self.along_F[rows]
        if self.covariance.rank:
            part.__dict__["inner"] = self.inner[rows]
        return part

    @staticmethod
    def _outer(a: Array, b: Array) -> Array:
        return a[:, :, None] * b[:, None, :]


def _both(a: Array, b: Array) -> Array:
    """``a bᵀ + b aᵀ`` of each row."""
    one = a[:, :, None] * b[:, None, :]
    return one + one.transpose(0, 2, 1)
