"""Slow statistics: theory against sampling at random parameters, with its table of deviations.

Run with ``pytest tests/verify/test_theory_sampling.py -s``.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from tests.support.draws.sampling import dual, gradient, labels, logit_gradients, means
from theory import Params, averages, hessian
from theory.gradient import power

LAWS = ["uniform", "balanced", "calibrated", "margin"]
POINTS = 24
NOISES = 40
BIAS = 0.005  # of the sum of the outliers, relative, and four times as much of a share


def random_point(index):
    """Sizes, scales, label law and level of one parameter point."""
    rng = np.random.default_rng([index, 1])
    C = int(rng.integers(2, 7))
    N = C * int(rng.integers(8, 25))
    point = {
        "N": N,
        "C": C,
        "D": int(rng.integers(3 * N, 8 * N)),
        "sigma_z": float(rng.uniform(0, 4)),
        "sigma_E": float(10 ** rng.uniform(-1, 0.3)),
        "law": LAWS[index % 4],
        "clustered": bool(index // 4 % 2),
    }
    return point, rng


def repulsion(values):
    """Second-order shift of each sorted outlier by its neighbours: variance over gap, bounded."""
    mean, std = values.mean(axis=0), values.std(axis=0, ddof=1)
    gap = np.abs(mean[:, None] - mean) + np.diag(np.full(len(mean), np.inf))
    return np.sum(np.outer(std, std) / np.maximum(gap, std[:, None]), axis=1)


@cache
def sampled_point(index):
    """Model at fixed means and its draws of the noise: outliers, shares and ‖g‖²."""
    point, rng = random_point(index)
    N, C, D, sigma_E = (point[name] for name in ("N", "C", "D", "sigma_E"))
    z = point["sigma_z"] * rng.standard_normal((N, C))
    y, p = labels(rng, z, law=point["law"], margin=1.0)
    r = p - np.eye(C)[y]
    groups = y if point["clustered"] else None
    c = means(rng, R=C * C if point["clustered"] else C, D=D)
    values, shares, norms = [], [], []
    for _ in range(NOISES):
        J = logit_gradients(rng, c, sigma_E=sigma_E, N=N, groups=groups)
        value, share = dual(J, p, r)
        values.append(value[: C * C])
        shares.append(share[: C * C])
        norms.append(np.sum(gradient(J, r) ** 2))
    model = {"Gamma": c @ c.T, "D": D, "groups": groups, "sigma_E": sigma_E}
    return p, r, model, np.array(values), np.array(shares), np.array(norms)


def deviations(index, *, scale=1.0):
    """(observable, excess of the deviation over its stated bias, in standard errors) of a point.

    Only outliers at twice the bulk edge and above count. ``scale`` multiplies the noise that
    theory is told.
    """
    p, r, model, values, shares, norms = sampled_point(index)
    edge = hessian.edges(p, sigma_E=model["sigma_E"], D=model["D"])[-1, 1]
    told = model | {"sigma_E": scale * model["sigma_E"]}
    predicted, found = hessian.outliers(p, **told), power(p, r, **told)
    strong = np.flatnonzero(predicted > 2 * edge)
    values, shares, expected = values[:, strong], shares[:, strong].sum(axis=1), predicted[strong]
    rows = [
        ("outlier", values, expected, repulsion(values) + 2 * BIAS * expected),
        ("sum of outliers", values.sum(axis=1), expected.sum(), BIAS * expected.sum()),
        ("gradient share", shares, found.outliers[strong].sum(), 4 * BIAS),
        ("gradient norm²", norms, found.norm**2, 0.0),
    ]
    return [
        (name, np.maximum(np.abs(x.mean(axis=0) - y) - bias, 0) / (x.std(axis=0) / NOISES**0.5))
        for name, x, y, bias in rows
        if np.size(y)
    ]


def largest_deviations(rows):
    """Largest excess per observable, printed."""
    names = dict.fromkeys(name for name, _ in rows)
    largest = {name: max(np.max(z) for n, z in rows if n == name) for name in names}
    for name, z in largest.items():
        print(
            f"{name:16s} {sum(np.size(x) for n, x in rows if n == name):5d} values, |z| <= {z:.2f}"
        )
    return largest


def test_conditional_predictions():
    rows = [row for index in range(POINTS) for row in deviations(index)]
    assert max(largest_deviations(rows).values()) < 4.5


@pytest.mark.parametrize("scale", [0.7, 1.4])
def test_half_or_double_the_noise_is_rejected(scale):
    rows = [row for index in range(12) for row in deviations(index, scale=scale)]
    largest = largest_deviations(rows)
    assert largest["sum of outliers"] > 6
    assert largest["gradient share"] > 6
    assert largest["gradient norm²"] > 6


@pytest.mark.parametrize("law", LAWS)
def test_bands_cover_over_draws_of_everything(law):
    """200 draws of logits, labels, means and noise at each of four points: 90 to 99 % inside."""
    inside = []
    for index in range(4):
        rng = np.random.default_rng([index, 2])
        C = int(rng.integers(2, 6))
        N, D = 16 * C, 60 * C
        params = Params(
            N=N,
            C=C,
            D=D,
            sigma_z=float(rng.uniform(0, 3)),
            sigma_c=1.0,
            sigma_E=0.5,
            labels=law,
            margin=1.0 if law == "margin" else 0.0,
        )
        found = averages.outliers(params)
        for _ in range(200):
            _, p = labels(rng, params.sigma_z * rng.standard_normal((N, C)), law=law, margin=1.0)
            c = means(rng, R=C, D=D)
            values, _ = dual(logit_gradients(rng, c, sigma_E=0.5, N=N), p, p - 1 / C)
            inside.append(np.abs(values[: C - 1] - found.mean) < 1.96 * found.std)
    coverage = np.concatenate(inside).mean()
    print(f"{law:12s} coverage {coverage:.3f}")
    assert 0.90 <= coverage <= 0.99
