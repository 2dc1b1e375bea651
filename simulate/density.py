"""The density of the eigenvalues below the top ones, in the same draw, by Lanczos quadrature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import eigh_tridiagonal

from simulate.ensemble import Model, ensemble
from simulate.one_draw.lazy_draw import Explored, Rows
from simulate.top import Top, explore
from theory import checks
from theory.arrays import Array

BREAKDOWN = 1e-12  # a Lanczos vector below this share of the spectrum is rounding


@dataclass(frozen=True, eq=False, kw_only=True)
class Density:
    """Gauss quadrature of the spectrum, by Lanczos from a random vector.

    Attributes
    ----------
    nodes, weights : shape (steps,)
        Eigenvalues, ascending, and the share of the spectrum that each stands for. The mean of a
        polynomial f over the spectrum is ``Σ weights f(nodes)``, up to the random vector's error
        ``√(2 mean(f²) / N(C-1))``.
    """

    nodes: Array
    weights: Array

    @property
    def values(self) -> Array:
        """Density at the inner nodes: their weights over half the distance of their neighbours.

        Good to some per cent inside the bulk where N(C-1) is in the thousands; rough beside edges.
        """
        return 2 * self.weights[1:-1] / (self.nodes[2:] - self.nodes[:-2])


def density(
    p: ArrayLike,
    r: ArrayLike,
    *,
    k: int,
    steps: int,
    tolerance: float = 1e-8,
    directions: int = 1000,
    rng: np.random.Generator,
    **model: Unpack[Model],
) -> tuple[Top, Density]:
    """``top``, and the density of all eigenvalues of G below the k largest, in the same draw.

    The share of one eigenvalue is ``1/(N(C-1) - k)``; where D is below N(C-1) zeros are among them.

    Parameters
    ----------
    steps
        Lanczos steps, which are as many nodes.

    Raises
    ------
    InputError
        If an argument is out of its bounds, or there is curvature.
    ArithmeticError
        If the residuals of the eigenpairs stay above the tolerance.
    """
    e = ensemble(p, r, **model)
    if e.sigma_W:
        raise checks.InputError("sigma_H must be 0: the density is that of G")
    N, C = e.p.shape
    checks.count("steps", steps)
    if steps > N * (C - 1) - k:
        raise checks.InputError(
            f"steps must be at most N(C-1) - k = {N * (C - 1) - k}, got {steps}"
        )
    found, known, rows = explore(e, k=k, tolerance=tolerance, directions=directions, rng=rng)

    f = rng.standard_normal((N, C))
    f -= np.sqrt(e.p) * (np.sqrt(e.p) * f).sum(axis=1, keepdims=True)  # G's null vectors
    return found, _lanczos(
        known, f.reshape(1, -1), besides=rows, steps=steps, scale=found.lambda_max
    )


def _lanczos(known: Explored, f: Array, *, besides: Array, steps: int, scale: float) -> Density:
    """Quadrature of ``K = F Fᵀ`` from the vector f (1, N·C), orthogonal to the rows ``besides``."""
    length = np.linalg.norm(besides, axis=1, keepdims=True)
    basis = Rows(f.shape[1])
    basis.append(besides / np.where(length > 0, length, np.inf))
    alpha, beta = [], []
    for _ in range(steps):
        for _ in range(2):
            f = f - basis.combine(basis.dot(f))
        f /= np.linalg.norm(f)
        basis.append(f)
        image = known.gram(f)
        alpha.append(float((f @ image.T)[0, 0]))
        outside = image - basis.combine(basis.dot(image))
        beta.append(float(np.linalg.norm(outside)))
        f = outside
        if beta[-1] <= BREAKDOWN * scale:
            break
    nodes, vectors = eigh_tridiagonal(alpha, beta[:-1])
    return Density(nodes=nodes, weights=vectors[0] ** 2)
