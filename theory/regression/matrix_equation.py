r"""The matrix-valued law of ``(1/N) Σ_μ A_μ ⊗ v_μ v_μᵀ`` with Gaussian v independent of A.

With ``A_μ`` m×m, positive and fixed, ``v_μ ~ N(0, I_n)`` and ``c = n/N``, the resolvent is
``(· - z)⁻¹ ≃ M(z) ⊗ I_n`` where the m×m matrix M solves

    M = (S(M) - z)⁻¹,    S(M) = (1/N) Σ_μ B_μ,    B_μ = A_μ (I + c M A_μ)⁻¹ ,

the only solution of positive imaginary part for Im z > 0 (Helton, Rashidi Far, Speicher 2007).
Above the spectrum ``P = -M`` is the least positive solution of a monotone and operator-convex
equation: Newton's steps from 0 rise to it, and leave the domain where there is none. Derived in
docs/theory/benchmark.md.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theory.arrays import Array
from theory.checks import ConvergenceError

TOLERANCE = 1e-12  # of M, by which the equation's two sides differ before the last step
MAX_STEPS = 60
NEWTON_STEPS = 12
MAX_ROUNDS = 12


def blocks(A: Array, M: NDArray, *, c: float) -> NDArray:
    """``B_μ = A_μ (I + c M A_μ)⁻¹``, shape (N, m, m)."""
    return A @ np.linalg.inv(np.eye(A.shape[1]) + c * (M @ A))


def above(A: Array, z: float, *, c: float) -> Array | None:
    """M at a real z above the spectrum; None where z is not above it.

    Raises
    ------
    ConvergenceError
        If Newton's steps neither settle nor leave the domain.
    """
    m = A.shape[1]
    P = np.zeros((m, m))
    for _ in range(MAX_STEPS):
        left = np.eye(m) - c * (P @ A)
        if np.linalg.eigvals(left).real.min() <= 0:
            return None
        B = A @ np.linalg.inv(left)
        rest = z * np.eye(m) - B.mean(0)
        if np.linalg.eigvalsh((rest + rest.T) / 2)[0] <= 0:
            return None
        image = np.linalg.inv(rest)
        slope = derivative(image, B, c=c)
        if np.abs(np.linalg.eigvals(slope)).max() >= 1:
            return None
        step = np.linalg.solve(np.eye(m * m) - slope, (image - P).ravel()).reshape(m, m)
        before, P = P, P + (step + step.T) / 2
        if np.abs(image - before).max() <= TOLERANCE * np.abs(P).max():
            return -P
    raise ConvergenceError(f"the matrix equation did not settle at {z:g} in {MAX_STEPS} steps")


def derivative(M: NDArray, B: NDArray, *, c: float) -> NDArray:
    """``X → M (c/N) Σ B_μ X B_μ M`` as an m²×m² matrix on flattened X."""
    N, m = B.shape[:2]
    flat = B.reshape(N, m * m)
    pairs = (c / N * (flat.T @ flat)).reshape(m, m, m, m)  # (i, k), (l, j) of B_ik B_lj
    mixed = np.einsum("ai,iklj,jb->abkl", M, pairs, M, optimize=True)
    return mixed.reshape(m * m, m * m)


def inside(A: Array, z: complex, *, c: float, start: NDArray | None = None) -> NDArray:
    """M at z of positive imaginary part.

    Averaged steps, which always converge, then Newton's; what comes out is accepted only if it
    solves the equation and has a positive imaginary part, which is one matrix alone.

    Raises
    ------
    ConvergenceError
        If it does not settle.
    """
    m = A.shape[1]
    M = np.eye(m) * (-1 / z) if start is None else start
    steps = 8
    for _ in range(MAX_ROUNDS):
        for _ in range(steps):
            M = (M + _image(A, M, z, c=c)) / 2
        found = _newton(A, M, z, c=c)
        if found is not None:
            return found
        steps *= 2
    raise ConvergenceError(f"the matrix equation did not settle at {z:g}")


def _image(A: Array, M: NDArray, z: complex, *, c: float) -> NDArray:
    return np.linalg.inv(blocks(A, M, c=c).mean(0) - z * np.eye(A.shape[1]))


def _newton(A: Array, M: NDArray, z: complex, *, c: float) -> NDArray | None:
    m = A.shape[1]
    for _ in range(NEWTON_STEPS):
        B = blocks(A, M, c=c)
        image = np.linalg.inv(B.mean(0) - z * np.eye(m))
        slope = derivative(image, B, c=c)
        step = np.linalg.solve(np.eye(m * m) - slope, (image - M).ravel()).reshape(m, m)
        before, M = M, M + (step + step.T) / 2
        if np.abs(image - before).max() <= TOLERANCE * np.abs(M).max():
            positive = np.linalg.eigvalsh(np.imag(M - M.conj()) / 2)[0] > 0
            return M if positive else None
    return None
