r"""The softmax blocks ``A_μ = diag(p^μ) - p^μ p^μᵀ`` and sums of their resolvents.

For a scalar κ, with ``d = p/(1 + κp)`` and ``η = Σ_k d_k`` (Sherman-Morrison),

    A (I + κA)⁻¹ = diag(d) - d dᵀ/η,

so that sums over N examples cost O(N C²), their traces O(N C), without an eigendecomposition.
Valid for ``κ > -1/λ_max(A)``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theory import _softmax_kernels as kernels
from theory import checks

Array = NDArray[np.float64]


def eigenvalues(p: NDArray) -> Array:
    """Non-zero eigenvalues of each block, ``(N, C-1)``, descending, from the secular equation.

    They interlace the sorted p and solve ``Σ_k p_k/(p_k - λ) = 0``; each to a relative 1e-13.

    Raises
    ------
    InputError
        If ``p`` is not softmax outputs.

    Examples
    --------
    >>> eigenvalues(np.array([[0.5, 0.5]]))
    array([[0.5]])
    """
    p = checks.probabilities(p)
    out = np.empty((p.shape[0], p.shape[1] - 1))
    kernels.block_spectra(p, np.empty(p.shape[1]), out)
    return out


def largest_eigenvalue(p: Array) -> float:
    """Largest eigenvalue of all blocks."""
    return float(kernels.largest_eigenvalue(p, np.empty(p.shape[1])))


def resolvent_mean(p: Array, *, kappa: float, groups: NDArray[np.int64], G: int) -> Array:
    """``(1/N) Σ_{μ in g} A_μ (I + κA_μ)⁻¹`` for each of G groups, ``(G, C, C)``."""
    N, C = p.shape
    T = np.zeros((G, C, C))
    kernels.resolvent_sum(p, groups, kappa, np.empty(C), T)
    T /= N
    return T


def resolvent_trace_means(p: Array, *, kappa: float) -> Array:
    """``(1/N) Σ_μ tr B_μⁿ`` for n = 1, 2, 3 with ``B = A (I + κA)⁻¹``."""
    sums = np.zeros(3)
    kernels.resolvent_traces(p, kappa, np.empty(p.shape[1]), sums)
    return sums / len(p)


def resolvent_apply_sum(
    p: Array, r: Array, *, kappa: float, groups: NDArray[np.int64], G: int
) -> Array:
    """``Σ_{μ in g} (I + κA_μ)⁻¹ r_μ`` for each of G groups, ``(G, C)``."""
    v = np.zeros((G, p.shape[1]))
    kernels.resolvent_apply(p, r, groups, kappa, np.empty(p.shape[1]), v)
    return v


def square_mean(p: Array, *, groups: NDArray[np.int64], G: int) -> Array:
    """``(1/N) Σ_{μ in g} A_μ²`` for each of G groups, ``(G, C, C)``."""
    N, C = p.shape
    Q = np.zeros((G, C, C))
    kernels.square_sum(p, groups, np.empty(C), Q)
    Q /= N
    return Q
