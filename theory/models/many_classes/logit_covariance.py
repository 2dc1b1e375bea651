"""A covariance of the noise across many logits: diagonal plus low rank."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from theory import checks
from theory.arrays import Array


@dataclass(frozen=True, eq=False)
class LogitCovariance:
    """``K_C = diag(δ) + F Fᵀ``: noise of logits k and l has the product ``σ_E² K_kl`` in the mean.

    Parameters
    ----------
    diagonal : shape (C,)
        ``δ``.
    factor : shape (C, q)
        ``F``.
    """

    diagonal: Array
    factor: Array

    @property
    def logits(self) -> int:
        """C."""
        return len(self.diagonal)

    @property
    def rank(self) -> int:
        """Columns of F."""
        return self.factor.shape[1]

    @property
    def matrix(self) -> Array:
        """The whole of it ``(C, C)``, where it fits."""
        return np.diag(self.diagonal) + self.factor @ self.factor.T

    @cached_property
    def pairs(self) -> Array:
        """``F_ka F_kb``, shape (C, q²)."""
        each = self.factor[:, :, None] * self.factor[:, None, :]
        return each.reshape(len(self.factor), -1)

    def seen(self, y: Array) -> Array:
        """``K y`` of rows ``y (N, C)``."""
        return self.diagonal * y + (y @ self.factor) @ self.factor.T


def identity(C: int) -> LogitCovariance:
    """That of noise which is independent across C logits and of one length."""
    return LogitCovariance(np.ones(C), np.zeros((C, 0)))


def logit_covariance(diagonal: ArrayLike, factor: ArrayLike) -> LogitCovariance:
    """Checked ``diag(diagonal) + factor factorᵀ``.

    Raises
    ------
    InputError
        If a shape is wrong, a number not finite, or the diagonal not above 0.

    Examples
    --------
    >>> logit_covariance([1.0, 2.0], [[1.0], [-1.0]]).matrix
    array([[ 2., -1.],
           [-1.,  3.]])
    """
    own = checks.array("diagonal", diagonal, ndim=1)
    shared = checks.array("factor", factor, ndim=2)
    if len(shared) != len(own):
        raise checks.InputError(
            f"factor must have a row for each of the {len(own)} entries of diagonal, "
            f"got {len(shared)}"
        )
    if not own.size or own.min() <= 0:
        raise checks.InputError(f"diagonal must be above 0, got {own.min(initial=0)}")
    return LogitCovariance(own, shared)
