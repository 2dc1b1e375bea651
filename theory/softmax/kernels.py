"""Numba kernels for the softmax blocks ``A = diag(p) - p pᵀ``; the callers check and allocate.

All rest on one identity, with ``d = p/(1 + κp)`` and ``η = Σ_k d_k``:

    A (I + κA)⁻¹ = diag(d) - d dᵀ/η,

a graph Laplacian with weights ``d_k d_l/η``: off-diagonal entries have no cancellation and each
row sums to zero. Where one class holds nearly all of p, or where ``1 + κp`` vanishes for it, its d
outweighs the others; sums over the other classes are kept apart so that nothing cancels there.
"""

from __future__ import annotations

import numpy as np
from numba import njit

TINY = 1e-100  # stands for an exact zero of 1 + κ p_k, where the limit is finite
FROZEN = 1e-90  # outputs below this give no eigenvalue


@njit(cache=True, nogil=True, inline="always", error_model="numpy")
def _weights(p_row, kappa, d):
    """Fill d (C,) with ``p/(1 + κp)``; return η, the peak of |d| and the sum of the others."""
    for k in range(p_row.shape[0]):
        d[k] = p_row[k] / (1.0 + kappa * p_row[k])
    peak, highest = 0, abs(d[0])
    for k in range(1, p_row.shape[0]):  # without a branch, which would be guessed wrong
        size = abs(d[k])
        peak = k if size > highest else peak
        highest = size if size > highest else highest
    if not np.isfinite(d[peak]):
        d[peak] = p_row[peak] / TINY
    rest = 0.0 * kappa
    for k in range(p_row.shape[0]):
        rest += 0.0 if k == peak else d[k]
    return d[peak] + rest, peak, rest


@njit(cache=True, nogil=True, error_model="numpy")
def resolvent_factors(p, kappa, d, share):
    """Fill d (N, C) and ``share = d/η`` (N, C): off the diagonal, ``Σ_μ B_μ = -dᵀ share``."""
    for mu in range(p.shape[0]):
        for k in range(p.shape[1]):
            d[mu, k] = p[mu, k] / (1.0 + kappa * p[mu, k])
        eta = d[mu].sum()
        if not np.isfinite(eta):
            eta, _, _ = _weights(p[mu], kappa, d[mu])
        inverse = 1.0 / eta
        for k in range(p.shape[1]):
            share[mu, k] = d[mu, k] * inverse


@njit(cache=True, nogil=True, error_model="numpy")
def resolvent_traces(p, kappa, d, out):
    """Add ``Σ_μ tr B_μⁿ``, n = 1, 2, 3, ``B = A (I + κA)⁻¹``, to out (3,); d (C,).

    With ``x = d²/η``, ``B_kl² = x_k x_l`` off the diagonal, so the traces are sums over k of powers
    of ``B_kk`` and the elementary symmetric polynomials of x.
    """
    C = p.shape[1]
    first, second, third = 0.0, 0.0, 0.0  # summed in registers: out may be anywhere
    for mu in range(p.shape[0]):
        eta, peak, rest = _weights(p[mu], kappa, d)
        inverse = 1.0 / eta
        x_rest = 0.0
        for k in range(C):
            x_rest += 0.0 if k == peak else d[k] * (d[k] * inverse)
        x_peak = d[peak] * (d[peak] * inverse)
        pairs, triples, below = 0.0, 0.0, 0.0
        for k in range(C):
            share = d[k] * inverse
            x = d[k] * share
            diagonal = share * (rest if k == peak else eta - d[k])
            others = x_rest if k == peak else x_rest - x + x_peak
            triples += x * pairs
            pairs += x * below
            below += x
            first += diagonal
            second += diagonal * diagonal
            third += diagonal * (diagonal * diagonal + 3.0 * x * others)
        second += 2.0 * pairs
        third -= 6.0 * triples
    out[0] += first
    out[1] += second
    out[2] += third


@njit(cache=True, nogil=True, error_model="numpy")
def resolvent_powers(p, r, kappa, d, out):
    """Fill ``r_μᵀ (I + κA_μ)⁻¹ r_μ`` in out (N,); p, r (N, C), d (C,).

    ``|r|² - κ Σ_k d_k (r_k - r̄)²`` with r̄ the mean of r under the weights d/η.
    """
    for mu in range(p.shape[0]):
        eta, peak, _ = _weights(p[mu], kappa, d)
        centre = r[mu, peak]
        offset = 0.0 * kappa
        for k in range(p.shape[1]):
            offset += d[k] * (r[mu, k] - centre)
        offset /= eta
        total = 0.0 * kappa
        for k in range(p.shape[1]):
            if k == peak:
                total += r[mu, k] * r[mu, k] - kappa * (d[k] * offset) * offset
            else:
                deviation = r[mu, k] - centre - offset
                total += r[mu, k] * r[mu, k] - kappa * d[k] * deviation * deviation
        out[mu] = total


@njit(cache=True, nogil=True, error_model="numpy")
def resolvent_apply(p, r, groups, kappa, d, v):
    """Add ``Σ_{μ in g} (I + κ A_μ)⁻¹ r_μ`` to v[g]; p, r (N, C), groups (N,), d (C,), v (G, C)."""
    C = p.shape[1]
    for mu in range(p.shape[0]):
        eta, peak, _ = _weights(p[mu], kappa, d)
        centre = r[mu, peak]
        pull = 0.0
        for k in range(C):
            pull += d[k] * (r[mu, k] - centre)
        offset = pull / eta
        v_g = v[groups[mu]]
        for k in range(C):
            if k == peak:
                v_g[k] += centre + kappa * (d[k] / eta) * pull
            else:
                v_g[k] += r[mu, k] - kappa * d[k] * (r[mu, k] - centre - offset)


@njit(cache=True, nogil=True, error_model="numpy")
def square_sum(p, groups, d, Q):
    """Add ``Σ_{μ in g} A_μ²`` to Q[g]; p (N, C), groups (N,), d (C,), Q (G, C, C).

    Off the diagonal ``p_k p_l (Σ_m p_m² - p_k - p_l)``, the peak's ``p - p²`` as p times the rest.
    """
    C = p.shape[1]
    for mu in range(p.shape[0]):
        _, peak, rest = _weights(p[mu], 0.0, d)
        others = 0.0
        for k in range(C):
            if k != peak:
                others += d[k] * d[k]
        Q_g = Q[groups[mu]]
        for k in range(C):
            for j in range(k):
                if k == peak or j == peak:
                    small = d[j] if k == peak else d[k]
                    excess = others - d[peak] * rest - small
                else:
                    excess = others + d[peak] * d[peak] - d[k] - d[j]
                w = -d[k] * d[j] * excess
                Q_g[k, j] -= w
                Q_g[j, k] -= w
                Q_g[k, k] += w
                Q_g[j, j] += w


@njit(cache=True, nogil=True)
def _descending(p_row, row):
    """Fill row (C,) with p_row in descending order.

    By itself, as Numba takes two seconds to compile the error message of ``row[:] = …``.
    """
    ascending = np.sort(p_row)
    for k in range(row.shape[0]):
        row[k] = ascending[-1 - k]


@njit(cache=True, nogil=True)
def _secular(p, lam, i):
    """``Σ_k p_k/(p_k - λ)`` without poles i and i+1, its slope from those above and those below."""
    value, above, below = 0.0, 0.0, 0.0
    for k in range(i):
        term = p[k] / (p[k] - lam)
        value += term
        above += term / (p[k] - lam)
    for k in range(i + 2, p.shape[0]):
        term = p[k] / (p[k] - lam)
        value += term
        below += term / (p[k] - lam)
    return value, above, below


@njit(cache=True, nogil=True)
def _root_between(p, i):
    """Eigenvalue of ``diag(p) - p pᵀ`` between p[i] > p[i+1]; p (C,) sorted descending.

    Solves ``a/(a-λ) - b/(λ-b) + rest(λ) = 0`` by the "middle way" of secular solvers (Li 1994):
    ``s + A/(a-λ) + B/(b-λ)`` of the same value, a's pole taking the slope of those above, b's
    of those below. nan if it does not settle.
    """
    a, b = p[i], p[i + 1]
    low, high = b, a
    lam = 0.5 * (a + b)
    for _ in range(100):
        rest, above, below = _secular(p, lam, i)
        value = a / (a - lam) + b / (b - lam) + rest
        if value > 0:
            high = lam
        else:
            low = lam
        A = a + (a - lam) ** 2 * above
        B = b + (b - lam) ** 2 * below
        s = value - A / (a - lam) - B / (b - lam)
        # in y = λ - b, with h = a - b:  s y² - (s h + A + B) y + B h = 0
        h = a - b
        q2, q1, q0 = s, -(s * h + A + B), B * h
        disc = q1 * q1 - 4.0 * q2 * q0
        root = np.nan
        if disc >= 0.0:
            t = -0.5 * (q1 + np.copysign(np.sqrt(disc), q1))
            first = b + q0 / t if t != 0.0 else np.nan
            second = b + t / q2 if q2 != 0.0 else np.nan
            if min(abs(first - lam), abs(second - lam)) <= 2e-15 * lam:
                return lam
            root = first if low <= first <= high else second
        if not (low <= root <= high and b < root < a):
            root = np.sqrt(low) * np.sqrt(high)
        if abs(root - lam) <= 4e-16 * abs(root) or high - low <= 4e-16 * high:
            return root
        lam = root
    return np.nan


@njit(cache=True, nogil=True)
def _eigenvalue(row, i):
    """Eigenvalue i, from 0 descending, of the block of row (C,), itself sorted descending."""
    if row[i + 1] < FROZEN:
        return 0.0
    if row[i] - row[i + 1] <= 1e-15 * row[i]:
        return row[i + 1]
    return _root_between(row, i)


@njit(cache=True, nogil=True)
def block_spectra(p, row, out):
    """Fill out (N, C-1) with the non-zero eigenvalues of each A_μ, descending; row (C,)."""
    C = p.shape[1]
    for mu in range(p.shape[0]):
        _descending(p[mu], row)
        for i in range(C - 1):
            out[mu, i] = _eigenvalue(row, i)


@njit(cache=True, nogil=True)
def largest_eigenvalue(p, row):
    """Largest eigenvalue of all A_μ; row (C,).

    A row is solved only if it holds a larger one than those before it: twice the largest diagonal
    entry bounds it, and between the two largest outputs ``Σ_k p_k/(p_k - λ)`` rises through it.
    """
    C = p.shape[1]
    best = 0.0
    for mu in range(p.shape[0]):
        peak = 0
        for k in range(1, C):
            if p[mu, k] > p[mu, peak]:
                peak = k
        rest, second = 0.0, 0.0
        for k in range(C):
            if k != peak:
                rest += p[mu, k]
                second = max(second, p[mu, k])
        bound = 2.0 * max(p[mu, peak] * rest, second * (1.0 - second))
        if bound <= best or p[mu, peak] <= best:
            continue
        if second < best:
            value = 0.0
            for k in range(C):
                value += p[mu, k] / (p[mu, k] - best)
            if value >= 0.0:
                continue
        _descending(p[mu], row)
        value = _eigenvalue(row, 0)
        if np.isnan(value):
            return value
        best = max(best, value)
    return best
