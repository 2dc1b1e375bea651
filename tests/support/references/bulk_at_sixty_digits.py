"""References for the bulk law: mpmath at 60 digits, and random populations of every kind."""

from __future__ import annotations

import mpmath as mp
import numpy as np


def start(x, t, p):
    """Complex u near ``x(u) = x + i0``: damped Newton down from far above the axis."""
    y = 10 * (t.max() + p.sum())
    u = complex(x, y)
    while y > 1e-7 * x:
        for _ in range(60):
            q = p / (u - t)
            step = (u * (1 + q.sum()) - complex(x, y)) / (1 - (q * t / (u - t)).sum())
            while (u - step).imag <= 0:
                step /= 2
            u -= step
            if abs(step) < 1e-12 * abs(u):
                break
        y /= 2
    return u


def density(x, atoms, weights, *, ratio):
    """Density at x > 0 inside the support; every float taken as exact."""
    with mp.workdps(60):
        total = mp.fsum([mp.mpf(float(w)) for w in weights])
        t = [mp.mpf(float(a)) for a in atoms if a > 0]
        w = [mp.mpf(float(b)) / total for a, b in zip(atoms, weights, strict=True) if a > 0]
        p = [mp.mpf(float(ratio)) * b * a for a, b in zip(t, w, strict=True)]
        x = mp.mpf(float(x))
        u = mp.mpc(start(float(x), np.array(t, dtype=float), np.array(p, dtype=float)))
        for _ in range(200):
            q = [a / (u - b) for a, b in zip(p, t, strict=True)]
            slope = 1 - mp.fsum([a * b / (u - b) for a, b in zip(q, t, strict=True)])
            step = (u * (1 + mp.fsum(q)) - x) / slope
            while (u - step).imag <= 0:
                step /= 2
            u -= step
            if abs(step) < mp.mpf(10) ** -30 * u.imag:
                return float(u.imag / (mp.pi * abs(u) ** 2 * mp.mpf(float(ratio))))
    raise RuntimeError("the reference did not converge")


def population(rng):
    """Atoms, weights (or None) and ratio: narrow, wide, clustered, equal, zero, nearly closing."""
    n = int(rng.choice([1, 2, 3, 5, 10, 30, 60]))
    kind = rng.choice(["gamma", "decades", "equal", "clusters", "powers", "pair"])
    if kind == "gamma":
        t = rng.gamma(rng.uniform(0.3, 5), 1, n) + 1e-12
    elif kind == "decades":
        t = 10 ** rng.uniform(-10, 0, n)
    elif kind == "equal":
        t = np.full(n, rng.uniform(0.1, 5))
    elif kind == "clusters":
        t = np.repeat(10 ** rng.uniform(-2, 2, 3), n) * (1 + 1e-3 * rng.standard_normal(3 * n))
    elif kind == "powers":
        t = np.arange(1, n + 1) ** -rng.uniform(0.5, 3)
    else:
        t = np.array([1.0, 1.0 + 10 ** rng.uniform(-8, 1)])
    if rng.uniform() < 0.3:
        t = np.r_[t, np.zeros(rng.integers(1, t.size + 2))]
    law = rng.choice(["equal", "uneven", "decades"])
    weights = None
    if law == "uneven":
        weights = rng.dirichlet(np.ones(t.size)) + 1e-9
    elif law == "decades":
        weights = 10 ** rng.uniform(-6, 0, t.size)
    ratio = float(rng.choice([10 ** rng.uniform(-3, 3), 1.0, 0.5, 2.0, 1 - 1e-6, 1 + 1e-9]))
    if weights is None and rng.uniform() < 0.2:
        ratio = t.size / np.count_nonzero(t)  # the support reaches zero
    return t, weights, ratio


def closing_pair(t, *, excess):
    """Where the gap between atoms 1 and t of equal weight closes: the ratio times ``1 + excess``,
    and the x of the touching edges there."""
    ratio = 2 * (t - 1) ** 2 / (1 + t ** (2 / 3)) ** 3 * (1 + excess)
    u = 1 + (t - 1) / (1 + t ** (2 / 3))
    return ratio, u * (1 + ratio / 2 * (1 / (u - 1) + t / (u - t)))


def probes(rng, edges, size):
    """Points inside random intervals: half anywhere, half 1e-15 … 1e-2 relative to an edge."""
    k = rng.integers(0, len(edges), size)
    low, high = edges[k].T
    near = 10.0 ** rng.uniform(-15, -2, size)
    anywhere = low + (high - low) * rng.uniform(size=size)
    beside = np.where(rng.uniform(size=size) < 0.5, low * (1 + near), high * (1 - near))
    x = np.where(np.arange(size) < size // 2, anywhere, beside)
    return x[(x > low) & (x < high)]


def peak(law):
    """Largest density on a grid that follows every interval down to its scale."""
    angle = (1 - np.cos(np.linspace(0, np.pi, 80)[1:-1])) / 2
    grids = []
    for low, high in law.edges():
        grids.append(low + (high - low) * angle)
        if 0 < low < 1e-2 * high:
            grids.append(np.geomspace(low, high, 200)[1:-1])
    return law.density(np.concatenate(grids)).max()
