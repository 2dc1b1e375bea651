"""The random energy model by double integrals at 30 digits, and the table made of them.

Run as a script, this writes the table anew, in a minute; the verify lane checks it.
"""

import json
from pathlib import Path

import mpmath as mp
import numpy as np

from theory import rem

TABLE = Path(__file__).with_suffix(".json")
POINTS = [(10, 0.5), (10, 4.0), (1000, 1.0), (10**9, 0.5), (10**9, 4.0)]  # C, σ_z over freezing


def legendre(a, b, panels, nodes):
    """Composite Gauss-Legendre nodes and weights of mpmath, not the trapezoid rule of the code."""
    width = (b - a) / panels
    return [
        (a + width * (k + (x + 1) / 2), weight * width / 2)
        for k in range(panels)
        for x, weight in nodes
    ]


def legendre_rule(count):
    """Gauss-Legendre nodes and weights at the working precision."""
    rule = []
    for guess in np.polynomial.legendre.leggauss(count)[0]:
        root = mp.findroot(lambda t: mp.legendre(count, t), mp.mpf(float(guess)), tol=1e-28)
        slope = count * mp.legendre(count - 1, root) / (1 - root**2)
        rule.append((root, 2 / ((1 - root**2) * slope**2)))
    return rule


def reference(sigma, C):
    """Means at 30 digits from double integrals; entropy and ln Z in forms the code does not use.

    The inner integral over w stops at 5, where ``e^-e^w`` is below 1e-64: 1 is left for 1 - φ.
    """
    with mp.workdps(30):
        sigma, top, nodes = mp.mpf(sigma), mp.mpf(5), legendre_rule(24)
        b = mp.sqrt(2 * mp.log(C))
        low = -mp.log(C) - min(sigma**2 / 2 + 4 * sigma, sigma * b) - 6 * sigma - 24
        high = top + 7 * sigma / mp.sqrt(C) - mp.log(C) * (sigma < b / 2)
        bottom = -mp.log(C) - 30
        panels = int((top - bottom) / min(3, 3 * sigma)) + 1
        inner = []
        for w, dw in legendre(bottom, top, panels, nodes):
            s, e = mp.exp(w), mp.exp(-mp.exp(w))
            sizes = (1 - e if s > 0.1 else -mp.expm1(-s), s * e, s * s * e, s**3 * e, w * s * e)
            inner.append((w, [dw / (sigma * mp.sqrt(2 * mp.pi)) * f for f in sizes]))
        sums = [mp.mpf(0)] * 5
        for u, du in legendre(low, high, int((high - low) / min(8, 2 + sigma / 3)) + 1, nodes):
            F = [mp.mpf(0)] * 5
            for w, sizes in inner:
                if abs(w - u) < 14 * sigma:
                    kernel = mp.exp(-(((w - u) / sigma) ** 2) / 2)
                    F = [total + kernel * f for total, f in zip(F, sizes, strict=True)]
            Q = F[0] + mp.ncdf((u - top) / sigma)
            weight = C * du * mp.exp((C - 1) * mp.log1p(-Q))
            terms = (F[1], F[2], F[3] / 2, F[4], u * F[1])
            sums = [total + weight * f for total, f in zip(sums, terms, strict=True)]
        return {
            "one": sums[0],
            "participation": sums[1],
            "cube": sums[2],
            "entropy": -mp.euler - sums[3],
            "log_partition": -mp.euler - sums[4],
        }


def row(C, x):
    """A row of the table; the numbers to 16 digits, as text."""
    sigma_z = x * float(rem.freezing(C))
    means = reference(sigma_z, C)
    return {"C": C, "sigma_z": sigma_z} | {k: mp.nstr(v, 16) for k, v in means.items()}


if __name__ == "__main__":
    TABLE.write_text(json.dumps([row(*point) for point in POINTS], indent=1) + "\n")
