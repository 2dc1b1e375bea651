"""The BLAS and LAPACK routines of a full spectrum, in place and with the GIL released.

SciPy's Python wrappers of them hold the GIL, so that threads would wait for each other; here the
same library is called at the addresses that ``scipy.linalg.cython_lapack`` and ``cython_blas``
export. Square matrices are C-ordered and only their lower triangle is read and written, which is
the upper triangle in LAPACK's column order.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable

import numpy as np
from numba.extending import get_cython_function_address
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


def _routine(library: str, name: str, arguments: int) -> Callable[..., None]:
    address = get_cython_function_address(f"scipy.linalg.{library}", name)
    return ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * arguments)(address)


_dsyrk = _routine("cython_blas", "dsyrk", 10)
_dlauum = _routine("cython_lapack", "dlauum", 5)
_dsytrd = _routine("cython_lapack", "dsytrd", 10)
_UPPER = ctypes.cast(ctypes.c_char_p(b"U"), ctypes.c_void_p)
_PLAIN = ctypes.cast(ctypes.c_char_p(b"N"), ctypes.c_void_p)
_ONE = ctypes.c_double(1)


def _square(a: Matrix) -> ctypes.c_int:
    n = a.shape[0]
    if a.shape != (n, n) or a.dtype != np.float64 or not a.flags.c_contiguous:
        raise TypeError(f"a must be a square C-ordered float64 matrix, got {a.shape} {a.dtype}")
    return ctypes.c_int(n)


def gram_of_triangle(a: Matrix) -> None:
    """Replace the lower triangle L of ``a`` by that of ``Lᵀ L`` (LAPACK dlauum)."""
    n, info = _square(a), ctypes.c_int()
    _dlauum(_UPPER, ctypes.byref(n), a.ctypes.data, ctypes.byref(n), ctypes.byref(info))


def add_gram(rows: Matrix, out: Matrix) -> None:
    """Add ``rowsᵀ rows`` to the leading lower triangle of ``out`` (BLAS dsyrk).

    rows (b, w) with w up to the size of ``out``.

    Raises
    ------
    TypeError
        If a matrix is not of C-ordered float64, ``out`` is not square, or rows are wider than it.
    """
    n = _square(out)
    if rows.ndim != 2 or rows.dtype != np.float64 or not rows.flags.c_contiguous:
        raise TypeError(f"rows must be a C-ordered float64 matrix, got {rows.dtype}")
    b, w = rows.shape
    if w > n.value:
        raise TypeError(f"rows must have at most {n.value} columns, got {w}")
    width, depth = ctypes.c_int(w), ctypes.c_int(b)
    _dsyrk(
        _UPPER,
        _PLAIN,
        ctypes.byref(width),
        ctypes.byref(depth),
        ctypes.byref(_ONE),
        rows.ctypes.data,
        ctypes.byref(width),
        ctypes.byref(_ONE),
        out.ctypes.data,
        ctypes.byref(n),
    )


def tridiagonal(a: Matrix) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Diagonal (n,) and off-diagonal (n-1,) of an orthogonally similar tridiagonal matrix.

    The transformation leaves the last basis vector alone (LAPACK dsytrd, UPLO='U'). ``a``, given
    by its lower triangle, is overwritten.
    """
    n, info = _square(a), ctypes.c_int()
    size = n.value
    diagonal, off, tau = np.empty(size), np.empty(max(size - 1, 1)), np.empty(max(size - 1, 1))
    work = np.empty(64 * size)  # 64 columns at a time; LAPACK takes fewer if it prefers them
    _dsytrd(
        _UPPER,
        ctypes.byref(n),
        a.ctypes.data,
        ctypes.byref(n),
        diagonal.ctypes.data,
        off.ctypes.data,
        tau.ctypes.data,
        work.ctypes.data,
        ctypes.byref(ctypes.c_int(work.size)),
        ctypes.byref(info),
    )
    return diagonal, off[: size - 1]
