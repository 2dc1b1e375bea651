r"""One draw of the Hessian, drawn only where it is looked at.

Let Z be the N·C by d matrix of unit normals behind the noise. Of orthonormal directions y₁, y₂, …
in its sample space, ``Zᵀ y_j`` adds to what is known already one new direction v_j of weight space,
of length χ with as many degrees of freedom as weight space has directions left; and

    Z v_j = χ y_j + Σ_{l>j} N(0,1) y_l + (what is orthogonal to all y) N(0,1).

This is Bartlett's factor in the basis of the y, column by column. Each y may depend on all that is
known, so a Krylov space can be explored exactly in distribution, at a cost free of D.

In the known directions V of weight space, ``Vᵀ G V = Fᵀ F`` with ``F = Sᵀ J V`` known in full. The
curvature W is drawn alike: ``Vᵀ W V`` as V grows, and for a direction c looked at, ``W c`` leaves V
along one new direction, by a length χ/√D.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulate import _kernels
from simulate.ensemble import Ensemble
from theory.arrays import Array

CHUNK = 32  # rows that are allocated at a time
PARALLEL = 1e-8  # squared share below which a direction adds nothing to others of its block
ROUNDING = 1e-24  # squared length outside the known space below which a unit direction is known


class Rows:
    """A growing list of vectors of length n, in chunks that never move."""

    def __init__(self, n: int) -> None:
        self.n, self.count, self._chunks = n, 0, []

    def append(self, block: Array) -> None:
        """Add the rows of ``block (b, n)``."""
        while len(block):
            used = self.count % CHUNK
            if used == 0:
                self._chunks.append(np.empty((CHUNK, self.n)))
            taken = min(CHUNK - used, len(block))
            self._chunks[-1][used : used + taken] = block[:taken]
            self.count += taken
            block = block[taken:]

    def _filled(self) -> list[Array]:
        starts = range(0, self.count, CHUNK)
        return [c[: self.count - s] for c, s in zip(self._chunks, starts, strict=True)]

    def dot(self, block: Array) -> Array:
        """Inner products (b, count) of the rows of ``block (b, n)`` with all rows."""
        parts = [block @ chunk.T for chunk in self._filled()]
        return np.concatenate(parts, axis=1) if parts else np.zeros((len(block), 0))

    def combine(self, weights: Array) -> Array:
        """Sums (b, n) of all rows with ``weights (b, count)``."""
        total, start = np.zeros((len(weights), self.n)), 0
        for chunk in self._filled():
            total += weights[:, start : start + len(chunk)] @ chunk
            start += len(chunk)
        return total


class Explored:
    """What is known of one draw; grows by ``look`` and ``bend``.

    Attributes
    ----------
    F
        Rows ``Sᵀ J v_i`` for the known directions v_i of weight space, in the N·C sample space.
    H : shape (m, m)
        The Hessian in the known directions.
    g : shape (m,)
        The gradient in the known directions, of which it is a combination.
    """

    def __init__(self, e: Ensemble, *, rng: np.random.Generator) -> None:
        N, C = e.p.shape
        self._e, self._rng = e, rng
        self._root = np.sqrt(e.p / N)
        self._deviation = [deviation for deviation, _ in e.rest]
        self._left = [d if deviation > 0 or e.sigma_W else 0 for deviation, d in e.rest]
        self._bent = np.zeros((0, 0))
        self._Y, self.F = Rows(N * C), Rows(N * C)
        self.H, self.g = np.zeros((0, 0)), np.zeros(0)

        J = e.spread[:, None] * rng.standard_normal((len(e.spread), N * C))
        J = self._mixed(J)
        J += e.means.T[:, e.rows].reshape(J.shape)
        self._add(J, np.zeros((len(J), 0)))
        self.look(self._mixed(e.r.reshape(1, N * C).copy()))

    @property
    def looked(self) -> int:
        """Number of directions y that have been looked at."""
        return self._Y.count

    def sources(self, c: Array) -> Array:
        """Directions (b, N·C) through which ``G V c`` leaves V, for the rows of ``c (b, m)``.

        They are the part of ``K_C^{1/2} S F c`` that has not been looked at.
        """
        return self._outside(self._mixed(self.unfold(self.F.combine(c))))

    def residuals(self, c: Array, z: Array) -> tuple[Array, Array]:
        """RMS lengths (b,) of what the noise and the curvature take out of V.

        Of the combinations c and their ``z = sources(c)``.
        """
        power = sum(s * s * d for s, d in zip(self._deviation, self._left, strict=True))
        share = self._e.sigma_W**2 * sum(self._left) / self._e.D
        out_of_noise = power * (z * z).sum(axis=1)
        return np.sqrt(out_of_noise), np.sqrt(share * (self._unbent(c) ** 2).sum(axis=1))

    def wander(self, count: int) -> None:
        """Look at random directions, ``count`` of them."""
        if count:
            self.look(self._rng.standard_normal((count, self._Y.n)))

    def unfold(self, rows: Array) -> Array:
        """``S f`` of each of the ``rows (b, N·C)``, in place."""
        _kernels.unfold_rows(self._e.p, self._root, rows.reshape(-1, *self._e.p.shape))
        return rows

    def gram(self, f: Array) -> Array:
        """``Sᵀ J Jᵀ S f / N`` of sample-space vectors ``f (b, N·C)``, after a look at them."""
        self.look(self._mixed(self.unfold(f.copy())))
        return self.F.combine(self.F.dot(f))

    def look(self, directions: Array) -> None:
        """Draw ``Zᵀ y`` and what follows for the span of ``directions (b, N·C)``."""
        new = self._orthonormal(directions)
        old = self._Y.count
        self._Y.append(new)
        for space, deviation in enumerate(self._deviation):
            b = min(len(new), self._left[space])
            Z = self._rng.standard_normal((b, self._Y.n))
            along = self._Y.dot(Z)
            target = np.zeros_like(along)
            target[:, old:] = np.triu(along[:, old:], 1)
            freedom = self._left[space] - np.arange(b)
            target[np.arange(b), old + np.arange(b)] = np.sqrt(self._rng.chisquare(freedom))
            Z += self._Y.combine(target - along)
            Z *= deviation
            self._left[space] -= b
            self._add(self._mixed(Z), np.zeros((b, 0)))

    def bend(self, c: Array) -> None:
        """Draw where the curvature takes the combinations ``c (b, m)`` of known directions."""
        for row in c:
            bent = np.append(row, np.zeros(len(self.g) - len(row)))
            for _ in range(2):
                bent = self._unbent(bent)
                bent /= np.linalg.norm(bent)
            self._bent = np.vstack([self._padded(), bent])
            for space, deviation in enumerate(self._deviation):
                if self._left[space] > 0:
                    Z = self._rng.standard_normal((1, self._Y.n))
                    Z -= self._Y.combine(self._Y.dot(Z))
                    Z *= deviation
                    length = np.sqrt(self._rng.chisquare(self._left[space]))
                    self._left[space] -= 1
                    self._add(self._mixed(Z), length * self._padded()[-1:])

    def _add(self, J: Array, pull: Array) -> None:
        """Know directions v by the rows ``J v``, and by what W is known to do from V to them."""
        b, m = len(J), len(self.g)
        slopes = J @ self._e.r.ravel() / len(self._e.p)
        _kernels.fold_rows(self._e.p, self._root, J.reshape(-1, *self._e.p.shape))
        self.F.append(J)
        corner = self.F.dot(J)
        if self._e.sigma_W:
            scale = self._e.sigma_W / np.sqrt(self._e.D)
            across = self._unbent(self._rng.standard_normal((b, m)))
            across[:, : pull.shape[1]] += pull
            square = self._rng.standard_normal((b, b))
            corner[:, :m] += scale * across
            corner[:, m:] += scale * (square + square.T) / np.sqrt(2)
        self.H = np.block([[self.H, corner[:, :m].T], [corner]])
        self.g = np.append(self.g, slopes)

    def _mixed(self, rows: Array) -> Array:
        """K_C^{1/2} on each example of ``rows (b, N·C)``."""
        if self._e.mix is None:
            return rows
        return (rows.reshape(-1, len(self._e.mix)) @ self._e.mix).reshape(rows.shape)

    def _padded(self) -> Array:
        """The orthonormal combinations whose image under W is known, (b, m)."""
        return np.pad(self._bent, ((0, 0), (0, len(self.g) - self._bent.shape[1])))

    def _unbent(self, c: Array) -> Array:
        known = self._padded()
        return c - (c @ known.T) @ known

    def _outside(self, z: Array) -> Array:
        return z - self._Y.combine(self._Y.dot(z))

    def _orthonormal(self, directions: Array) -> Array:
        """Gram and Schmidt's basis of what ``directions`` add to the y; twice, for the rounding."""
        length = np.linalg.norm(directions, axis=1)
        z = directions[length > 0] / length[length > 0, None]
        for _ in range(2):
            z = self._outside(z)
            products = z @ z.T
            kept = _independent(products)
            z = np.linalg.inv(np.linalg.cholesky(products[np.ix_(kept, kept)])) @ z[kept]
        return z


def _independent(products: Array) -> NDArray[np.intp]:
    """Which vectors are more than a small share away from the span of those before, by index."""
    left, kept = products.copy(), []
    least = max(PARALLEL * products.diagonal().max(initial=0), ROUNDING)
    for i in range(len(left)):
        if left[i, i] > least:
            kept.append(i)
            left[i + 1 :, i + 1 :] -= np.outer(left[i + 1 :, i], left[i, i + 1 :] / left[i, i])
    return np.array(kept, dtype=np.intp)
