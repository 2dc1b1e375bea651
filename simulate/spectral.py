"""All eigenvalues of a symmetric matrix, with the power of one vector on each eigenvector."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import get_blas_funcs

from simulate import _kernels, _lapack

_symv, _syr2 = get_blas_funcs(("symv", "syr2"), dtype=np.float64)

SWEEPS = 60  # QL sweeps for one eigenvalue; two are usual


def power_spectrum(
    a: NDArray[np.float64], vector: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Eigenvalues, descending, and ``(u_i·vector)²`` on each unit eigenvector u_i, in that order.

    No eigenvector is formed, so the cost is that of the eigenvalues: the reflection that takes
    ``vector`` to the last axis is applied to both sides of ``a``, the tridiagonal form keeps
    that axis, and implicit QL carries only the last components of its eigenvectors (Golub and
    Welsch 1969). Absolute errors are a few ε‖a‖ in the eigenvalues and ε‖vector‖ in
    ``u_i·vector``.

    Parameters
    ----------
    a : shape (n, n), C-ordered
        A symmetric matrix by its lower triangle; overwritten.
    vector : shape (n,)
        Not overwritten.

    Raises
    ------
    ArithmeticError
        If the QL iteration does not converge.
    """
    length = float(np.linalg.norm(vector))
    if length > 0:
        _reflect(a, vector / length)
    return of_tridiagonal(*_lapack.tridiagonal(a), length)


def of_tridiagonal(
    diagonal: NDArray[np.float64], off: NDArray[np.float64], length: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """``power_spectrum`` of a tridiagonal matrix and a vector of some length on its last axis.

    Raises
    ------
    ArithmeticError
        If the QL iteration does not converge.
    """
    n = len(diagonal)
    scale = float(np.abs(diagonal).max() + np.abs(off).max(initial=0)) or 1.0
    diagonal, off = diagonal / scale, np.append(off / scale, 0)
    last = np.zeros(n)
    last[-1] = length
    if not _kernels.ql_implicit(diagonal, off, last, SWEEPS):
        raise ArithmeticError(f"an eigenvalue of {n} did not converge in {SWEEPS} QL sweeps")
    order = np.argsort(-diagonal)
    return scale * diagonal[order], last[order] ** 2


def _reflect(a: NDArray[np.float64], unit: NDArray[np.float64]) -> None:
    """``a ← P a P`` with the reflection P that takes ``unit`` to a multiple of the last axis."""
    normal = unit.copy()
    normal[-1] += np.copysign(1, unit[-1])
    normal /= np.linalg.norm(normal)
    image = _symv(2.0, a.T, normal)
    image -= (normal @ image) * normal
    _syr2(-1.0, normal, image, a=a.T, overwrite_a=True)
