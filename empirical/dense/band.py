"""A symmetric matrix reduced to a band, in place, by matrix products alone."""

from __future__ import annotations

import ctypes
from collections.abc import Callable

import numpy as np
from numba.extending import get_cython_function_address
from numpy.typing import NDArray
from scipy.linalg import get_lapack_funcs

Array = NDArray[np.floating]
REAL = {"float32": ("s", ctypes.c_float), "float64": ("d", ctypes.c_double)}


def _routine(name: str) -> Callable[..., None]:
    address = get_cython_function_address("scipy.linalg.cython_blas", name)
    return ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 12)(address)


_ROUTINES = {kind + name: _routine(kind + name) for kind in "sd" for name in ("symm", "syr2k")}
_LEFT, _UPPER, _PLAIN = (
    ctypes.cast(ctypes.c_char_p(c), ctypes.c_void_p) for c in (b"L", b"U", b"N")
)


def to_band(matrix: Array, width: int, along: NDArray[np.float64]) -> Array:
    r"""The band ``Qᵀ matrix Q`` with ``width`` subdiagonals, shape ``(n, 2 width)``.

    Entry (i, j) of the matrix, ``0 ≤ i - j ≤ width``, stands at ``[j, i - j]``; the rest is zero.

    Columns are taken ``width`` at a time: the QR factor of what they hold below the band is a
    product of reflections ``I - V T Vᵀ`` (Schreiber and Van Loan 1989; T by Puglisi 1992), and with
    ``Y = S V T`` and ``W = Y - V Tᵀ Vᵀ Y / 2`` the rest S becomes ``S - V Wᵀ - W Vᵀ``. All but a
    few of the ``4n³/3`` operations are then in two BLAS calls per step, symm and syr2k, where a
    direct reduction to tridiagonal form reads S from memory for each column.

    Parameters
    ----------
    matrix : shape (n, n), float32 or float64, C order
        Only the lower half is read; it is overwritten.
    along : shape (n,)
        Replaced by ``Qᵀ along``.
    """
    n = len(matrix)
    geqrf, trtri = get_lapack_funcs(("geqrf", "trtri"), (matrix,))
    for start in range(width, n - 1, width):
        below = matrix[start:, start - width : start]
        qr, tau, _, _ = geqrf(np.asfortranarray(below), lwork=64 * width, overwrite_a=1)
        count, true = len(tau), tau != 0
        below[:count] = np.triu(qr[:count])
        V = np.tril(qr[:, :count], -1)
        np.fill_diagonal(V, true)  # a reflection with τ = 0 is none: its column is zero
        V = np.asfortranarray(V)
        inverse = V.T @ V
        np.fill_diagonal(inverse, 1 / np.where(true, tau, 1))
        T = np.triu(trtri(inverse)[0])
        along[start:] -= V @ (T.T @ (V.T @ along[start:]))
        Y = _times(matrix, start, V) @ T
        _subtract(matrix, start, V, np.asfortranarray(Y - V @ (T.T @ (V.T @ Y) / 2)))
    band = np.zeros((n, 2 * width), matrix.dtype)
    for offset in range(min(width + 1, n)):
        band[: n - offset, offset] = np.diagonal(matrix, -offset)
    return band


def _times(matrix: Array, start: int, V: Array) -> Array:
    """``S V`` for the part S of the matrix from ``start`` on, given by its lower half."""
    kind, real = REAL[matrix.dtype.name]
    out = np.empty_like(V)
    rows, columns, stride = (ctypes.c_int(each) for each in (*V.shape, len(matrix)))
    _ROUTINES[f"{kind}symm"](
        _LEFT,
        _UPPER,  # the lower half in C order is the upper half in the column order of BLAS
        ctypes.byref(rows),
        ctypes.byref(columns),
        ctypes.byref(real(1)),
        matrix[start:, start:].ctypes.data,
        ctypes.byref(stride),
        V.ctypes.data,
        ctypes.byref(rows),
        ctypes.byref(real(0)),
        out.ctypes.data,
        ctypes.byref(rows),
    )
    return out


def _subtract(matrix: Array, start: int, V: Array, W: Array) -> None:
    """Subtract ``V Wᵀ + W Vᵀ`` from the lower half of the part from ``start`` on."""
    kind, real = REAL[matrix.dtype.name]
    rows, columns, stride = (ctypes.c_int(each) for each in (*V.shape, len(matrix)))
    _ROUTINES[f"{kind}syr2k"](
        _UPPER,
        _PLAIN,
        ctypes.byref(rows),
        ctypes.byref(columns),
        ctypes.byref(real(-1)),
        V.ctypes.data,
        ctypes.byref(rows),
        W.ctypes.data,
        ctypes.byref(rows),
        ctypes.byref(real(1)),
        matrix[start:, start:].ctypes.data,
        ctypes.byref(stride),
    )
