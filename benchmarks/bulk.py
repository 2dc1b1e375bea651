"""The bulk law against the damped fixed point that is written by hand, side by side in one run."""

from __future__ import annotations

import time
from collections.abc import Callable

import mpmath as mp
import numpy as np
from numpy.typing import NDArray

from theory import stream
from theory.bulk import SampleCovariance

ATOMS = 1000
POINTS = 1000
ETA = 1e-8
ITERATIONS = 200


def fixed_point(x: NDArray, atoms: NDArray, *, ratio: float) -> NDArray:
    """Density at x from ``m = -1/(z - ratio mean t/(1 + t m))``, ``z = x + iη``, half damped."""
    z = x + 1j * ETA
    m = -1 / z
    for _ in range(ITERATIONS):
        change = -1 / (z - ratio * (atoms / (1 + m[:, None] * atoms)).mean(axis=1)) - m
        m = m + change / 2
        if abs(change).max() < 1e-8 * abs(m).max():
            break
    return m.imag / (np.pi * ratio)


def fastest(work: Callable[[], NDArray], *, rounds: int) -> tuple[float, NDArray]:
    """Least seconds of several rounds, and the result."""
    best, out = np.inf, np.empty(0)
    for _ in range(rounds):
        begin = time.perf_counter()
        out = work()
        best = min(best, time.perf_counter() - begin)
    return best, out


def reference(x: float, atoms: NDArray, *, ratio: float, m: complex) -> float:
    """Density at x to 40 digits, by Newton on Silverstein's equation from a rough m."""
    with mp.workdps(40):
        t = [mp.mpf(a) for a in atoms]
        y = mp.mpf(ratio) / len(t)
        u = mp.mpc(m)
        for _ in range(60):
            value = -1 / u + y * mp.fsum(a / (1 + u * a) for a in t) - mp.mpf(x)
            slope = 1 / u**2 - y * mp.fsum((a / (1 + u * a)) ** 2 for a in t)
            u -= value / slope
            if abs(value) < 1e-35 * x:
                break
        return float(u.imag / (mp.pi * ratio))


def compare(*, ratios: tuple[float, ...] = (0.3, 1.0, 3.0)) -> dict[str, dict[str, float]]:
    """Seconds of both, their ratio, and errors of the peak against 40 digits, for each ratio.

    Ours includes sorting the population and finding all edges. The points are random in the
    widest interval, up to 1e-6 of its upper edge.
    """
    rng = stream(0, "benchmark-bulk")
    atoms = rng.gamma(2.0, size=ATOMS)
    table = {}
    for ratio in ratios:
        law = SampleCovariance(atoms, ratio=ratio)
        low, high = max(law.edges(), key=lambda e: e[1] - e[0])
        x = np.r_[rng.uniform(low, high, POINTS - 1), high * (1 - 1e-6)]
        ours, density = fastest(
            lambda r=ratio, x=x: SampleCovariance(atoms, ratio=r).density(x), rounds=30
        )
        theirs, damped = fastest(lambda r=ratio, x=x: fixed_point(x, atoms, ratio=r), rounds=1)
        judged = np.r_[0:8, POINTS - 1]
        z = x[judged] + 1e-9j * (high - low)
        rough = ratio * law.stieltjes(z) - (1 - ratio) / z
        exact = np.array(
            [reference(v, atoms, ratio=ratio, m=m) for v, m in zip(x[judged], rough, strict=True)]
        )
        table[f"ratio {ratio:g}"] = {
            "seconds": ours,
            "fixed_point_seconds": theirs,
            "speedup": theirs / ours,
            "error": float(abs(density[judged] - exact).max() / density.max()),
            "fixed_point_error": float(abs(damped[judged] - exact).max() / density.max()),
            "fixed_point_distance": float(abs(damped - density).max() / density.max()),
        }
    return table


if __name__ == "__main__":
    for case, row in compare().items():
        print(case, *(f"{name} {value:.3g}" for name, value in row.items()), sep="  ")
