"""Random parameters at every level of the model, and plain draws of it: NumPy alone.

The draws share no code with the project: logits, labels, means, noise and curvature are formed as
``theory.params`` states them, and the whole D×D matrix is diagonalised.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

LAWS = ("uniform", "balanced", "calibrated", "margin")


def moderate(rng) -> dict[str, Any]:
    """Sizes that a laptop diagonalises, each level's parameter on in a part of the points."""
    C = int(rng.integers(2, 7))
    sizes = {"N": C * int(rng.integers(4, 16)), "C": C, "D": int(rng.integers(60, 161))}
    labels = str(rng.choice(LAWS))
    return sizes | {
        "sigma_z": float(rng.uniform(0, 4)),
        "sigma_c": float(10 ** rng.uniform(-0.5, 0.5)),
        "sigma_E": float(10 ** rng.uniform(-1, 0.3)),
        "labels": labels,
        "margin": float(rng.uniform(0, 3)) if labels == "margin" else 0.0,
        "sigma_y": float(10 ** rng.uniform(-1, 0.3)) if C < 5 and rng.random() < 0.4 else 0.0,
        "T_exponent": float(rng.uniform(0, 0.6)) if rng.random() < 0.4 else 0.0,
        "rho": float(rng.uniform(-1 / (C - 1), 0.95)) if rng.random() < 0.3 else 0.0,
        "sigma_H": float(10 ** rng.uniform(-3, -0.5)) if rng.random() < 0.4 else 0.0,
    }


def wide(rng) -> dict[str, Any]:
    """Sizes over decades and noise on both sides of the threshold, in few and in many weights."""
    C, labels = int(rng.choice([2, 3, 4, 5, 8, 12, 40])), str(rng.choice(LAWS))
    return {
        "N": C * int(rng.choice([1, 2, 4, 10, 30, 100])),
        "C": C,
        "D": int(10 ** rng.uniform(0.5, 6)),
        "sigma_z": float(rng.uniform(0, 6)),
        "sigma_c": float(rng.choice([0.0, 0.1, 1.0, 1.0, 1.0])),
        "sigma_E": float(10 ** rng.uniform(-1, 2)),
        "labels": labels,
        "margin": float(rng.uniform(0, 5)) if labels == "margin" else 0.0,
        "sigma_y": float(10 ** rng.uniform(-1, 1)) if C < 9 and rng.random() < 0.3 else 0.0,
        "T_exponent": float(rng.uniform(0, 1.5)) if rng.random() < 0.3 else 0.0,
        "rho": float(rng.uniform(-1 / (C - 1), 0.95)) if rng.random() < 0.3 else 0.0,
        "sigma_H": float(10 ** rng.uniform(-6, 1)) if rng.random() < 0.3 else 0.0,
    }


def extreme(rng) -> dict[str, Any]:
    """Anything that ``Params`` takes: sizes of 1, more classes than weights, zeros, freezing."""
    C = int(rng.choice([2, 2, 3, 6, 40]))
    labels = str(rng.choice(LAWS))
    N = C * int(rng.integers(1, 5)) if labels == "balanced" else int(rng.choice([1, 2, 7, 60]))
    lengths = [0.0, 0.0, 1e-30, 1e-9, 1e-3, 1.0, 1.0, 30.0, 1e3, 1e30]
    length = {name: float(rng.choice(lengths)) for name in ("sigma_c", "sigma_E", "sigma_y")}
    if C > 6:
        length["sigma_y"] = 0.0  # C² means take long
    if not any(length.values()):
        length["sigma_E"] = 1.0
    return length | {
        "N": N,
        "C": C,
        "D": int(rng.choice([1, 2, C - 1, C, 30, 1000, 10**6, 10**15])),
        "sigma_z": float(rng.choice([0.0, 1e-9, 1.0, 30.0, 1e3, 1e9, 1e30])),
        "labels": labels,
        "margin": float(rng.choice([0.0, 1.0, 100.0])) if labels == "margin" else 0.0,
        "T_exponent": float(rng.choice([0.0, 0.0, 0.5, 1.0, 3.0, 1e3])),
        "rho": float(rng.choice([0.0, 0.0, -1 / (C - 1), 0.999999])),
        "sigma_H": float(rng.choice([0.0, 0.0, 1e-30, 1e-6, 1.0, 1e30])),
    }


def outputs(rng, point) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Softmax outputs and residuals (N, C), labels (N,)."""
    N, C, law = point["N"], point["C"], point["labels"]
    z = point["sigma_z"] * rng.standard_normal((N, C))
    y = rng.integers(C, size=N)
    if law == "balanced":
        y = rng.permutation(np.repeat(np.arange(C), N // C))
    if law == "margin":
        z[np.arange(N), y] += point["margin"]
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    if law == "calibrated":
        y = np.array([rng.choice(C, p=row) for row in p])
    r = p.copy()
    r[np.arange(N), y] -= 1
    return p, r, y


class Draws(NamedTuple):
    """Eigenvalues, descending, and shares of ‖g‖² on them (draws, D); ‖g‖² (draws,)."""

    values: np.ndarray
    shares: np.ndarray
    squares: np.ndarray


def draws(rng, point, *, count, given=None) -> Draws:
    """Draws of means, noise and curvature, at outputs, residuals and labels or over them too."""
    N, C, D, rho = (point[name] for name in ("N", "C", "D", "rho"))
    T = np.arange(1, D + 1.0) ** -point["T_exponent"]
    T *= point["sigma_E"] ** 2 / T.sum()
    level, frame = np.linalg.eigh((1 - rho) * np.eye(C) + rho)
    root = (frame * np.sqrt(level.clip(min=0))) @ frame.T
    found = []
    for _ in range(count):
        p, r, y = outputs(rng, point) if given is None else given
        c = point["sigma_c"] / np.sqrt(D) * rng.standard_normal((C, D))
        d = point["sigma_y"] / np.sqrt(D) * rng.standard_normal((C, C, D))  # by class, by logit
        noise = np.einsum("kl,mld->mkd", root, rng.standard_normal((N, C, D))) * np.sqrt(T)
        J = c + d[y] + noise
        centred = J - np.einsum("mk,mkd->md", p, J)[:, None]
        rows = (np.sqrt(p)[:, :, None] * centred).reshape(N * C, D)
        H = rows.T @ rows / N
        X = rng.standard_normal((D, D))
        H += point["sigma_H"] * np.sqrt(np.sum(r**2) / N) * (X + X.T) / np.sqrt(2 * D)
        g = np.einsum("mk,mkd->d", r, J) / N
        value, vector = np.linalg.eigh(H)
        found.append((value[::-1], (g @ vector)[::-1] ** 2 / (g @ g), g @ g))
    return Draws(*map(np.array, zip(*found, strict=True)))
