"""The LAPACK routines of a full spectrum, in place and with the GIL released.

SciPy's Python wrappers of them hold the GIL, so that threads would wait for each other; here the
same library is called at the addresses that ``scipy.linalg.cython_lapack`` exports. Matrices are
square and C-ordered and only their lower triangle is read and written, which is the upper triangle
in LAPACK's column order.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable

import numpy as np
from numba.extending import get_cython_function_address
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


def _routine(name: str, arguments: int) -> Callable[..., None]:
    address = get_cython_function_address("scipy.linalg.cython_lapack", name)
    return ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * arguments)(address)


_dlauum = _routine("dlauum", 5)
_dsytrd = _routine("dsytrd", 10)
_UPPER = ctypes.cast(ctypes.c_char_p(b"U"), ctypes.c_void_p)


def _square(a: Matrix) -> ctypes.c_int:
    n = a.shape[0]
    if a.shape != (n, n) or a.dtype != np.float64 or not a.flags.c_contiguous:
        raise TypeError(f"a must be a square C-ordered float64 matrix, got {a.shape} {a.dtype}")
    return ctypes.c_int(n)


def gram_of_triangle(a: Matrix) -> None:
    """Replace the lower triangle L of ``a`` by that of ``Lᵀ L`` (LAPACK dlauum)."""
    n, info = _square(a), ctypes.c_int()
    _dlauum(_UPPER, ctypes.byref(n), a.ctypes.data, ctypes.byref(n), ctypes.byref(info))


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
