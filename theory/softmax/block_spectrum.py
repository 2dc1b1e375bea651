"""The eigenvalues of many softmax blocks as few nodes, for traces at many κ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh_tridiagonal

from theory.arrays import Array
from theory.softmax.blocks import checked_eigenvalues

ORDER = 10  # nodes of a bin, exact up to the power 19
FARTHEST = 60  # powers of two from either end at which bins end


@dataclass(frozen=True, eq=False)
class BlockSpectrum:
    """Nodes λ and weights w with ``(1/N) Σ_μ f(A_μ) = Σ w f(λ)`` for smooth f with f(0) = 0.

    Each bin of eigenvalues is its Gauss rule. Bins halve towards the largest eigenvalue and towards
    zero, so that a pole outside the spectrum is as far from the middle of a bin as three times half
    its width, or more: an error of ``(3 + √8)^-20`` of what the bin has.

    Examples
    --------
    >>> spectrum = block_spectrum(np.array([[0.5, 0.5], [0.5, 0.5]]))
    >>> spectrum.largest, spectrum.trace_means(-1.0)
    (0.5, array([1., 1., 1.]))
    """

    nodes: Array
    weights: Array
    largest: float

    def trace_means(self, kappa: float) -> Array:
        """``(1/N) Σ_μ tr B_μⁿ`` for n = 1, 2, 3, ``B = A (I + κA)⁻¹``, at real ``κ > -1/λ_max``."""
        image = self.nodes / (1 + kappa * self.nodes)
        weighted = self.weights * image
        return np.array([weighted.sum(), weighted @ image, weighted @ (image * image)])


def block_spectrum(p: Array) -> BlockSpectrum:
    """Of the outputs ``(N, C)``, which are known to be such.

    Raises
    ------
    ConvergenceError
        If an eigenvalue is not found.
    """
    values = np.sort(checked_eigenvalues(p), axis=None)
    largest = float(values[-1])
    values = values[values > 0]
    halves = largest * 0.5 ** np.arange(1.0, FARTHEST)
    ends = np.unique(np.searchsorted(values, np.r_[halves, largest - halves]))
    rules = [_gauss_rule(part) for part in np.split(values, ends)]
    nodes, weights = (np.concatenate(parts) for parts in zip(*rules, strict=True))
    return BlockSpectrum(nodes, weights / len(p), largest)


def _gauss_rule(values: Array) -> tuple[Array, Array]:
    """Nodes of equal atoms and how many atoms each stands for, by Lanczos' recurrence."""
    if values.size <= ORDER or values[0] == values[-1]:
        return values, np.ones(values.size)
    centre, half = (values[-1] + values[0]) / 2, (values[-1] - values[0]) / 2
    t = (values - centre) / half
    before, row = np.zeros_like(t), np.full_like(t, t.size**-0.5)
    diagonal, beside = np.empty(ORDER), np.empty(ORDER)
    length, used = 0.0, ORDER
    for j in range(ORDER):
        image = t * row
        diagonal[j] = image @ row
        image -= diagonal[j] * row + length * before
        length = beside[j] = float(np.linalg.norm(image))
        if length < 1e-12:  # no more values that differ
            used = j + 1
            break
        before, row = row, image / length
    found, vectors = eigh_tridiagonal(diagonal[:used], beside[: used - 1])
    return centre + half * found, t.size * vectors[0] ** 2
