"""Random subspaces of many dimensions without their matrix."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.fft import dct, idct

from theory import checks, stream
from theory.arrays import Array

ROUNDS = 2
BLOCK = 2**22  # numbers that are transformed at a time


class Subspace:
    """Orthonormal rows M (d, D) of a random subspace, as signs and cosine transforms.

    ``Mᵀ = S₀ F S₁ F E``: E places d coordinates at random among D, F is the orthonormal cosine
    transform, S are diagonals of random signs. It takes O(D) memory and O(D log D) operations for
    each vector. Not exactly uniform: it stands for a uniform one as far as the tests of
    ``simulate.wedges`` tell, and is in general position. The rows of a smaller d are the first.

    Parameters
    ----------
    D, d
        Dimensions of the space and of the subspace, 1 ≤ d ≤ D.
    seed
        Root of the draws.

    Raises
    ------
    InputError
        If d or D is out of its bounds.
    """

    def __init__(self, D: int, *, d: int, seed: int) -> None:
        self.D = checks.integer("D", D, low=1)
        self.d = checks.integer("d", d, low=1, high=D)
        rng = stream(seed, "subspace")
        self._signs = rng.choice([-1.0, 1.0], size=(ROUNDS, D))
        self._places = rng.permutation(D)[:d]

    def spread(self, theta: ArrayLike) -> Array:
        """``Mᵀ θ`` (..., D) of coordinates θ (..., d)."""
        coordinates = np.asarray(theta, dtype=float)
        out = np.zeros((*coordinates.shape[:-1], self.D))
        out[..., self._places] = coordinates
        for signs in self._signs[::-1]:
            out = signs * idct(out, norm="ortho")
        return out

    def collect(self, vectors: ArrayLike) -> Array:
        """``M v`` (..., d) of vectors (..., D)."""
        out: Array = np.asarray(vectors, dtype=float)
        for signs in self._signs:
            out = np.asarray(dct(signs * out, norm="ortho"))
        return out[..., self._places]

    def columns(self, coordinates: NDArray[np.int64]) -> Array:
        """The columns of M at these coordinates of the space, shape (len(coordinates), d)."""
        found = np.empty((len(coordinates), self.d))
        step = max(1, BLOCK // self.D)
        for start in range(0, len(coordinates), step):
            part = coordinates[start : start + step]
            axes = np.zeros((len(part), self.D))
            axes[np.arange(len(part)), part] = 1.0
            found[start : start + step] = self.collect(axes)
        return found
