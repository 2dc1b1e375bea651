"""All eigenvalues of a symmetric matrix and a vector's components, without the eigenvectors."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.linalg import eigvalsh_tridiagonal, get_lapack_funcs

from empirical.dense.band import to_band
from empirical.dense.tridiagonal import tridiagonalise

Array = NDArray[np.floating]
DIRECT = 2000  # largest matrix that is not reduced to a band first
WIDTH = 64  # of the band: wider is faster to reach and slower to reduce further
SWEEPS = 60  # for one eigenvalue; two are usual, eight the most seen


def components(matrix: Array, vector: Array) -> tuple[Array, Array]:
    """Eigenvalues of ``matrix``, ascending, and ``u_i·vector`` up to sign, in the same order.

    Reduction to a tridiagonal matrix, then implicit QL whose rotations act on the reduced vector
    instead of on all eigenvectors (Golub and Welsch 1969): no second matrix. Up to n = 2000 the
    reduction is LAPACK's sytrd, which reads the whole matrix for each column and is fast while it
    lies in the cache; a larger matrix is reduced to a band first (Bischof, Lang and Sun 2000).
    Errors are those of ``eigh``: a few eps times the largest eigenvalue, and eps times the
    vector's length.

    Parameters
    ----------
    matrix : shape (n, n), float32 or float64, C order
        Only the lower half is read; it is overwritten.
    vector : shape (n,)

    Raises
    ------
    ArithmeticError
        If the QL iteration does not converge.
    """
    along = np.array(vector, dtype=np.float64)
    values, off = _tridiagonal(matrix, along)
    if not implicit_ql(values, off, along, SWEEPS):
        raise ArithmeticError(f"QL did not converge in {SWEEPS} sweeps for one eigenvalue")
    order = np.argsort(values)
    return values[order].astype(matrix.dtype), along[order].astype(matrix.dtype)


def eigenvalues(matrix: Array) -> Array:
    """Eigenvalues of ``matrix``, ascending; as in ``components``, by root-free QL (LAPACK sterf).

    Raises
    ------
    ValueError
        If the matrix is not finite, or the QL iteration does not converge.
    """
    diagonal, off = _tridiagonal(matrix, np.zeros(len(matrix)))
    values = eigvalsh_tridiagonal(diagonal, off[:-1], lapack_driver="sterf")
    return np.asarray(values, dtype=matrix.dtype)


def _tridiagonal(matrix: Array, along: NDArray[np.float64]) -> tuple[Array, Array]:
    """Diagonal and subdiagonal, both (n,) and float64, the latter ending with a zero.

    ``along`` is replaced by its components in the new basis.
    """
    if len(matrix) <= DIRECT:
        return _direct(matrix, along)
    band = to_band(matrix, WIDTH, along)
    tridiagonalise(band, WIDTH, along)
    return band[:, 0].astype(np.float64), band[:, 1].astype(np.float64)


def _direct(matrix: Array, along: NDArray[np.float64]) -> tuple[Array, Array]:
    reduce, workspace = get_lapack_funcs(("sytrd", "sytrd_lwork"), (matrix,))
    size, _ = workspace(len(matrix), lower=0)
    # The lower half in C order is the upper half in LAPACK's column order.
    reduced, diagonal, off, tau, _ = reduce(matrix.T, lower=0, lwork=int(size), overwrite_a=1)
    for i in range(len(tau) - 1, -1, -1):
        v = reduced[:i, i + 1]
        step = tau[i] * (along[i] + v @ along[:i])
        along[:i] -= step * v
        along[i] -= step
    return diagonal.astype(np.float64), np.append(off.astype(np.float64), 0.0)


@njit(cache=True, nogil=True)
def implicit_ql(diagonal, off, along, sweeps):
    """Turn a tridiagonal matrix's diagonal (n,) into its eigenvalues.

    A vector's components along (n,) become those on the eigenvectors; off (n,), its last entry
    zero, is overwritten. False if one eigenvalue takes more than so many sweeps.
    """
    n = diagonal.shape[0]
    eps = np.finfo(np.float64).eps
    norm = 0.0
    for i in range(n):
        norm = max(norm, abs(diagonal[i]) + abs(off[i]))
    for low in range(n):
        for sweep in range(sweeps + 1):
            high = low
            while high < n - 1:
                if abs(off[high]) <= 2 * eps * norm:
                    break
                high += 1
            if high == low:
                break
            if sweep == sweeps:
                return False
            g = (diagonal[low + 1] - diagonal[low]) / (2 * off[low])
            g = diagonal[high] - diagonal[low] + off[low] / (g + np.copysign(np.hypot(g, 1), g))
            sine, cosine, shift = 1.0, 1.0, 0.0
            split = False
            for i in range(high - 1, low - 1, -1):
                f, b = sine * off[i], cosine * off[i]
                r = np.hypot(f, g)
                off[i + 1] = r
                if r == 0:
                    diagonal[i + 1] -= shift
                    off[high] = 0.0
                    split = True
                    break
                sine, cosine = f / r, g / r
                g = diagonal[i + 1] - shift
                r = (diagonal[i] - g) * sine + 2 * cosine * b
                shift = sine * r
                diagonal[i + 1] = g + shift
                g = cosine * r - b
                upper = along[i + 1]
                along[i + 1] = sine * along[i] + cosine * upper
                along[i] = cosine * along[i] - sine * upper
            if not split:
                diagonal[low] -= shift
                off[low] = g
                off[high] = 0.0
    return True
