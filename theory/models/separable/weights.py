"""The weights' side of anisotropic noise: means along the eigenvectors of its covariance T."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theory import checks
from theory.arrays import Array

SHORTEST = 1e-12  # of a direction of the means, in units of the longest


@dataclass(frozen=True, eq=False)
class Weights:
    """Means and eigenvalues of T, apart where the means have no components.

    Attributes
    ----------
    means : shape (R, d)
        Along the d weights where a mean has a component.
    span : shape (rank, d)
        Orthonormal basis of the means.
    T : shape (d,)
        Eigenvalues of T along these weights.
    others : shape (D - d,)
        Along the rest.
    """

    means: Array
    span: Array
    T: Array
    others: Array

    @classmethod
    def checked(cls, means: ArrayLike | None, T: ArrayLike, *, sigma_E: float, R: int) -> Weights:
        """R means, or none, over a T of any scale that is taken to sum to sigma_E².

        Raises
        ------
        InputError
            If T is negative or zero, or the means are not of its size.
        """
        variances = checks.array("T", T, ndim=1)
        if variances.min() < 0 or variances.max() == 0:
            raise checks.InputError(
                f"T must be non-negative and not all zero, got {variances.min():g} lowest"
            )
        variances = variances * (sigma_E**2 / variances.sum())
        shape = (R, len(variances))
        if means is None:
            return cls(np.zeros((R, 0)), np.zeros((0, 0)), np.empty(0), variances)
        vectors = checks.array("means", means, ndim=2)
        if vectors.shape != shape:
            raise checks.InputError(f"means must have shape {shape}, got {vectors.shape}")
        _, lengths, frame = np.linalg.svd(vectors, full_matrices=False)
        span = frame[lengths > SHORTEST * lengths[0]] if lengths[0] > 0 else frame[:0]
        inside = np.any(vectors != 0, axis=0)
        return cls(vectors[:, inside], span[:, inside], variances[inside], variances[~inside])

    @property
    def D(self) -> int:
        """Number of weights."""
        return len(self.T) + len(self.others)

    @property
    def every(self) -> Array:
        """All eigenvalues of T, shape (D,)."""
        return np.append(self.T, self.others)

    @property
    def variance(self) -> float:
        """``tr T``."""
        return float(self.T.sum() + self.others.sum())

    @property
    def variance_square(self) -> float:
        """``tr T²``."""
        return float(self.T @ self.T + self.others @ self.others)

    @cached_property
    def along(self) -> Array:
        """The means in the basis of their span, shape (R, rank)."""
        return self.means @ self.span.T

    def schur(self, S: NDArray, a: complex, z: float) -> tuple[NDArray, NDArray]:
        """``F = (span Q spanᵀ)⁻¹`` and ``V = span (z - aT)⁻¹ spanᵀ``, (rank, rank).

        ``S = along.T T_A along``.
        """
        V = (self.span / (z - a * self.T)) @ self.span.T
        return S - np.linalg.inv(V), V

    def off_span(self) -> Array:
        """Eigenvalues of T off the span of the means, shape (D - rank,)."""
        projector = np.eye(len(self.T)) - self.span.T @ self.span
        rest = np.linalg.eigvalsh((projector * self.T) @ projector)[len(self.span) :].clip(min=0)
        return np.append(rest, self.others)
