"""The bulk law against the damped fixed point that is written by hand, side by side in one run."""

from __future__ import annotations

import time
from collections.abc import Callable

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


def compare(*, ratios: tuple[float, ...] = (0.3, 1.0, 3.0)) -> dict[str, dict[str, float]]:
    """Seconds, their ratio, and the mass error and distance of both, for each ratio.

    Ours includes sorting the population and finding all edges. Points are Gauss nodes in the
    angle of the widest interval, so that its exact mass judges both.
    """
    rng = stream(0, "benchmark-bulk")
    atoms = rng.gamma(2.0, size=ATOMS)
    node, weight = np.polynomial.legendre.leggauss(POINTS)
    angle = (node + 1) * np.pi / 2
    table = {}
    for ratio in ratios:
        law = SampleCovariance(atoms, ratio=ratio)
        low, high = max(law.edges(), key=lambda e: e[1] - e[0])
        x = (low + high) / 2 - (high - low) / 2 * np.cos(angle)
        measure = np.sin(angle) * weight * np.pi / 4 * (high - low)
        mass = float(np.diff(law.cdf([low, high]))[0])
        ours, density = fastest(
            lambda r=ratio, x=x: SampleCovariance(atoms, ratio=r).density(x), rounds=30
        )
        theirs, damped = fastest(lambda r=ratio, x=x: fixed_point(x, atoms, ratio=r), rounds=1)
        table[f"ratio {ratio:g}"] = {
            "seconds": ours,
            "fixed_point_seconds": theirs,
            "speedup": theirs / ours,
            "mass_error": float(abs(density @ measure - mass)),
            "fixed_point_mass_error": float(abs(damped @ measure - mass)),
            "fixed_point_error_of_peak": float(abs(damped - density).max() / density.max()),
        }
    return table


if __name__ == "__main__":
    for case, row in compare().items():
        print(case, *(f"{name} {value:.3g}" for name, value in row.items()), sep="  ")
