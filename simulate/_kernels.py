"""Loops that NumPy cannot vectorise; each has its NumPy twin in the tests."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def fold_roots(roots, triangle):
    """Replace each row w of the triangle by w S, S block-diagonal of the roots, in place.

    roots (N, m, m), each lower triangular and stored transposed: roots[μ, a, b] = S_μ[b, a];
    triangle (N·m, N·m), of which only the lower half is read and written.
    """
    n, m = triangle.shape[0], roots.shape[1]
    for j in range(n):
        for mu in range(j // m + 1):
            start = mu * m
            stop = min(m, j + 1 - start)
            for a in range(stop):
                total = 0.0
                for b in range(a, stop):
                    total += roots[mu, a, b] * triangle[j, start + b]
                triangle[j, start + a] = total


@njit(cache=True, nogil=True)
def ql_implicit(diagonal, off, last, sweeps):
    """Eigenvalues of a tridiagonal matrix and the last components of its eigenvectors, in place.

    diagonal (n,) becomes the eigenvalues, unordered; off (n,) holds the n-1 off-diagonals and one
    spare, and is overwritten; last (n,), given as the last unit vector, becomes the components.
    Implicit QL with Wilkinson's shift. An off-diagonal counts as zero against the whole matrix,
    not its neighbours: on graded matrices rounding never lets the smallest fall below these.
    True if every eigenvalue converged within ``sweeps``.
    """
    n = diagonal.shape[0]
    scale = 0.0
    for i in range(n):
        scale = max(scale, abs(diagonal[i]) + abs(off[i]))
    negligible = np.finfo(np.float64).eps * scale
    for low in range(n):
        for _ in range(sweeps):
            high = low
            while high < n - 1 and abs(off[high]) > negligible:
                high += 1
            if high == low:
                break
            g = (diagonal[low + 1] - diagonal[low]) / (2 * off[low])
            g = diagonal[high] - diagonal[low] + off[low] / (g + np.copysign(np.hypot(g, 1.0), g))
            sine, cosine, shift = 1.0, 1.0, 0.0
            split = False
            for i in range(high - 1, low - 1, -1):
                f, b = sine * off[i], cosine * off[i]
                radius = np.sqrt(f * f + g * g)
                off[i + 1] = radius
                if radius == 0:
                    diagonal[i + 1] -= shift
                    off[high] = 0.0
                    split = True
                    break
                sine, cosine = f / radius, g / radius
                g = diagonal[i + 1] - shift
                radius = (diagonal[i] - g) * sine + 2 * cosine * b
                shift = sine * radius
                diagonal[i + 1] = g + shift
                g = cosine * radius - b
                upper = last[i + 1]
                last[i + 1] = sine * last[i] + cosine * upper
                last[i] = cosine * last[i] - sine * upper
            if not split:
                diagonal[low] -= shift
                off[low] = g
                off[high] = 0.0
        else:
            return False
    return True


@njit(cache=True, nogil=True)
def fold_rows(p, root, rows):
    """Replace each row x of example μ by ``root_k (x_k - Σ_l p_l x_l)``, in place.

    p, root (N, C); rows (b, N, C). With root = √(p/N) this is Sᵀ of ``G = (1/N) Σ JᵀSSᵀJ``.
    """
    for b in range(rows.shape[0]):
        for mu in range(p.shape[0]):
            mean = 0.0
            for k in range(p.shape[1]):
                mean += p[mu, k] * rows[b, mu, k]
            for k in range(p.shape[1]):
                rows[b, mu, k] = root[mu, k] * (rows[b, mu, k] - mean)


@njit(cache=True, nogil=True)
def unfold_rows(p, root, rows):
    """Replace each row x of example μ by ``root_k x_k - p_k Σ_l root_l x_l``, in place.

    p, root (N, C); rows (b, N, C). The transpose of ``fold_rows``.
    """
    for b in range(rows.shape[0]):
        for mu in range(p.shape[0]):
            total = 0.0
            for k in range(p.shape[1]):
                rows[b, mu, k] *= root[mu, k]
                total += rows[b, mu, k]
            for k in range(p.shape[1]):
                rows[b, mu, k] -= p[mu, k] * total
