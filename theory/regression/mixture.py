"""Softmax regression on a mixture of Gaussians: what it is, apart from any sample of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from theory import checks
from theory.arrays import Array
from theory.checks import InputError

RANK = 1e-10  # of the largest singular value: directions below it are none


@dataclass(frozen=True, eq=False)
class Mixture:
    """Inputs ``x ~ N(m_y, I)`` of classes y, each as likely, and logits ``z = W x``.

    The logit gradients ``∂z_k/∂W = e_k ⊗ x`` are what makes the logits: nothing of them is
    independent of the outputs along the rows of W. The logits are linear in the weights, so H = G.

    Parameters
    ----------
    W : shape (C, d)
        Weights of the regression, C at least 2.
    means : shape (C, d)
        Mean input of each class.

    Raises
    ------
    InputError
        If the shapes differ, there are fewer than 2 classes, or d is below ``2 C``, so that no
        direction is left that sees neither weights nor means.

    Examples
    --------
    >>> Mixture.orthogonal(C=3, d=50, separation=2.0).basis.shape
    (50, 3)
    """

    W: ArrayLike
    means: ArrayLike

    def __post_init__(self) -> None:
        W = checks.array("W", self.W, ndim=2)
        means = checks.array("means", self.means, ndim=2)
        if W.shape != means.shape:
            raise InputError(f"means must have the shape of W, {W.shape}, got {means.shape}")
        C, d = W.shape
        checks.integer("classes", C, low=2)
        if d <= 2 * C:
            raise InputError(f"d must be above {2 * C}, twice the classes, got {d}")
        object.__setattr__(self, "W", W)
        object.__setattr__(self, "means", means)

    @classmethod
    def orthogonal(cls, *, C: int, d: int, separation: float, norm: float | None = None) -> Mixture:
        """Orthogonal means of one length, and weights along them.

        Parameters
        ----------
        C, d
            Classes and inputs.
        separation
            Length of the means.
        norm
            Length of each row of W; by default ``separation``, with which the outputs are the
            probabilities of the classes.

        Raises
        ------
        InputError
            If a length is negative, or d too small for so many classes.
        """
        length = checks.real("separation", separation, low=0)
        own = length if norm is None else checks.real("norm", norm, low=0)
        axes = np.eye(checks.integer("C", C, low=2), checks.integer("d", d, low=1))
        return cls(own * axes, length * axes)

    @property
    def C(self) -> int:
        """Number of classes."""
        return np.shape(self.W)[0]

    @property
    def d(self) -> int:
        """Number of inputs."""
        return np.shape(self.W)[1]

    @cached_property
    def basis(self) -> Array:
        """Orthonormal basis of the span of weights and means, shape (d, q)."""
        rows = np.vstack([np.asarray(self.W), np.asarray(self.means)])
        _, values, axes = np.linalg.svd(rows, full_matrices=False)
        return axes[values > RANK * max(values[0], 1e-300)].T
