"""Slow statistics: random points over every parameter of the model, predicted and sampled.

Run with ``pytest tests/verify/test_levels_sweep.py -s``.
"""

from __future__ import annotations

import numpy as np
import pytest

from simulate import draws, replicates
from simulate.hessian import sample
from simulate.one_draw.drawn_means import with_means
from simulate.one_draw.draws import examples
from theory import Params, stream
from theory.averaged.model import averaged
from theory.models import isotropic_means

POINTS = 20
DRAWS = 150


def point(index):
    """A model with a random level: each parameter beyond FG is there in half of the points."""
    rng = np.random.default_rng([index, 7])
    C = int(rng.integers(2, 6))
    N = C * int(rng.integers(12, 30))
    there = rng.random(4) < 0.5
    return Params(
        N=N,
        C=C,
        D=int(rng.integers(2 * N, 5 * N)),
        sigma_z=float(rng.uniform(0, 2)),
        sigma_c=1.0,
        sigma_E=float(rng.uniform(0.3, 1.0)),
        labels=("uniform", "balanced")[index % 2],
        sigma_y=float(there[0] * rng.uniform(1.0, 2.0)),
        T_exponent=float(there[1] * rng.uniform(0.0, 0.4)),
        rho=float(there[2] * rng.uniform(-1 / (C - 1), 0.9)),
        sigma_H=float(there[3] * rng.uniform(0.0, 0.02)),
    )


def excess(values, expected, bias):
    """Largest deviation of the mean over the bias, in standard errors."""
    error = values.std(axis=0, ddof=1) / np.sqrt(len(values))
    gap = np.abs(values.mean(axis=0) - expected) - bias
    return float(np.max(np.maximum(gap, 0) / error))


def strong(positions, edge):
    """Outliers at 1.3 times the bulk's edge and above."""
    return int((positions > 1.3 * edge).sum())


@pytest.mark.parametrize("index", range(POINTS))
def test_given_the_outputs(index):
    params = point(index)
    drawn = draws.examples(params, seed=index)
    model = isotropic_means.given(params, p=drawn.p, r=drawn.r, y=drawn.y)
    samples = replicates.replicates(params, seed=index, replicates=DRAWS)
    k = strong(model.outliers, model.edges[0, 1])
    found = model.ordered.mean[:k]
    rows = {
        "outliers": (samples.eigenvalues.values[:, :k], found, 0.02 * found),
        "trace": (samples.trace.values, model.trace, 0.0),
        "norm": (samples.frobenius.values**2, model.frobenius**2, 0.0),
    }
    if k == len(model.outliers):
        share = samples.gradient_power.values[:, :k].sum(axis=1)
        rows["share"] = (share, model.power(drawn.r).outliers.sum(), 0.02)
    scores = {name: excess(*row) for name, row in rows.items() if np.size(row[1])}
    print(params, scores)
    assert max(scores.values()) < 4.5


@pytest.mark.parametrize("index", range(POINTS))
def test_averaged(index):
    params, rows = point(index), []
    model = averaged(params)
    k = strong(model.outliers.mean, model.upper_edge)
    for seed in range(DRAWS):
        ensemble = with_means(params, examples(params, seed=seed), rng=stream(seed, "means", 0))
        s = sample(ensemble, rng=stream(seed, "noise", 0))
        share = s.gradient_power[: len(model.outliers.mean)].sum()
        rows.append((s.eigenvalues[:k], share, s.trace, s.frobenius**2))
    values, share, trace, square = (np.array(column) for column in zip(*rows, strict=True))
    found = model.outliers.mean[:k]
    scores = {
        "trace": excess(trace, model.trace, 0.0),
        "norm": excess(square, model.frobenius**2, 0.0),
    }
    if k:
        scores["outliers"] = excess(values, found, 0.03 * found)
    if k == len(model.outliers.mean) == params.outlier_directions:
        scores["share"] = excess(share, model.power.mean, 0.02)
    print(params, scores)
    assert max(scores.values()) < 4.5


def test_a_tenth_more_of_each_length_is_rejected():
    """Over the points together the trace and the norm tell each length from a tenth more."""
    for name in ("sigma_c", "sigma_y", "sigma_E"):
        largest = 0.0
        for index in range(POINTS):
            params = point(index)
            if getattr(params, name) == 0:
                continue
            told = {**params.as_dict(), name: 1.1 * getattr(params, name)}
            samples = replicates.replicates(params, seed=index, replicates=40)
            drawn = draws.examples(params, seed=index)
            model = isotropic_means.given(Params(**told), p=drawn.p, r=drawn.r, y=drawn.y)
            largest = max(largest, excess(samples.trace.values, model.trace, 0.0))
        assert largest > 6, name
