r"""The softmax blocks ``A_μ = diag(p^μ) - p^μ p^μᵀ`` and sums of their resolvents.

For a scalar κ, with ``d = p/(1 + κp)`` and ``η = Σ_k d_k`` (Sherman-Morrison),

    A (I + κA)⁻¹ = diag(d) - d dᵀ/η,

so that sums over N examples cost O(N C²), their traces O(N C), without an eigendecomposition.
Valid for real ``κ > -1/λ_max(A)`` and for complex κ.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from theory import checks
from theory.arrays import Array
from theory.softmax import kernels

BLOCK = 2048  # rows in one matrix product


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
    return checked_eigenvalues(checks.probabilities(p))


def checked_eigenvalues(p: Array) -> Array:
    """``eigenvalues`` of softmax outputs that are known to be such."""
    out = np.empty((p.shape[0], p.shape[1] - 1))
    kernels.block_spectra(p, np.empty(p.shape[1]), out)
    return _settled(out)


def largest_eigenvalue(p: Array) -> float:
    """Largest eigenvalue of all blocks."""
    return float(_settled(np.array(kernels.largest_eigenvalue(p, np.empty(p.shape[1])))))


def _settled(values: Array) -> Array:
    """Eigenvalues of which none is nan.

    Raises
    ------
    ConvergenceError
        If one is: no outputs are known where it happens.
    """
    if np.isnan(values).any():
        raise checks.ConvergenceError("an eigenvalue of a softmax block was not found")
    return values


def resolvent_mean(p: Array, *, kappa: complex, groups: NDArray[np.int64], G: int) -> NDArray:
    """``(1/N) Σ_{μ in g} A_μ (I + κA_μ)⁻¹`` for each of G groups, ``(G, C, C)``; κ may be complex.

    Sums the off-diagonal entries by matrix products of blocks of rows; the diagonal makes the sum
    of each row zero.
    """
    N, C = p.shape
    T = np.zeros((G, C, C), dtype=type(kappa))
    for g, rows in _blocks(groups, G):
        block = p[rows]
        d, share = np.empty((2, *block.shape), dtype=T.dtype)
        kernels.resolvent_factors(block, kappa, d, share)
        T[g] -= d.T @ share
    T = (T + T.transpose(0, 2, 1)) / (2 * N)
    diagonal = np.arange(C)
    T[:, diagonal, diagonal] = 0
    T[:, diagonal, diagonal] = -T.sum(axis=2)
    return T


def _blocks(groups: NDArray[np.int64], G: int) -> Iterator[tuple[int, slice | NDArray[np.int64]]]:
    """Each group's rows in blocks that fit the processor's cache."""
    if G == 1:
        for first in range(0, len(groups), BLOCK):
            yield 0, slice(first, first + BLOCK)
        return
    ends = np.cumsum(np.bincount(groups, minlength=G))
    in_order = np.all(groups[1:] >= groups[:-1])
    order = None if in_order else np.argsort(groups, kind="stable")
    for g, end in enumerate(ends):
        for first in range(ends[g - 1] if g else 0, end, BLOCK):
            last = min(first + BLOCK, end)
            yield g, slice(first, last) if order is None else order[first:last]


def resolvent_trace_means(p: Array, *, kappa: float) -> Array:
    """``(1/N) Σ_μ tr B_μⁿ`` for n = 1, 2, 3 with ``B = A (I + κA)⁻¹``."""
    sums = np.zeros(3)
    kernels.resolvent_traces(p, kappa, np.empty(p.shape[1]), sums)
    return sums / len(p)


def resolvent_apply_sum(
    p: Array, r: Array, *, kappa: complex, groups: NDArray[np.int64], G: int
) -> NDArray:
    """``Σ_{μ in g} (I + κA_μ)⁻¹ r_μ`` for each of G groups, ``(G, C)``; κ may be complex."""
    C = p.shape[1]
    v = np.zeros((G, C), dtype=type(kappa))
    kernels.resolvent_apply(p, r, groups, kappa, np.empty(C, dtype=v.dtype), v)
    return v


def resolvent_power_sum(p: Array, r: Array, *, kappa: complex) -> complex:
    """``Σ_μ r_μᵀ (I + κA_μ)⁻¹ r_μ``; κ may be complex."""
    out = np.empty(len(p), dtype=type(kappa))
    kernels.resolvent_powers(p, r, kappa, np.empty(p.shape[1], dtype=out.dtype), out)
    return out.sum().item()


def resolvent_square_sum(p: Array, r: Array, *, kappa: float) -> float:
    """``Σ_μ |(I + κA_μ)⁻¹ r_μ|²``."""
    each = np.arange(len(p))
    return float(np.sum(resolvent_apply_sum(p, r, kappa=kappa, groups=each, G=len(p)) ** 2))


def square_mean(p: Array, *, groups: NDArray[np.int64], G: int) -> Array:
    """``(1/N) Σ_{μ in g} A_μ²`` for each of G groups, ``(G, C, C)``."""
    N, C = p.shape
    Q = np.zeros((G, C, C))
    kernels.square_sum(p, groups, np.empty(C), Q)
    Q /= N
    return Q
