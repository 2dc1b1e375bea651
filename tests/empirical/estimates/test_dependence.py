"""The permutation test of outputs within classes, against permutations and on both hypotheses."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from empirical.capture import Sample
from empirical.estimates.dependence import dependence
from tests.support.draws import sampling
from tests.support.draws.drawn_gradients import C, D, sample_of
from theory import InputError, stream

N = 40


def drawn(*, seed, slope=0.0, N=N):
    """Logit gradients whose lengths grow by ``slope`` with how undecided their example is."""
    rng = stream(seed, "dependence")
    z = torch.from_numpy(1.5 * rng.standard_normal((N, C)))
    p = z.softmax(1)
    undecided = 1 - p.square().sum(1).numpy()
    J = rng.standard_normal((N, C, D)) * (1 + slope * undecided)[:, None, None]
    J = J + 2 * rng.standard_normal((C, D))
    plain = sample_of(J, np.arange(N) % C)
    return Sample(z, plain.targets, plain.gradients), J


def test_mean_and_deviation_are_those_of_permutations():
    sample, J = drawn(seed=0)
    p, y, rng = sample.p.numpy(), sample.targets.numpy(), stream(1, "permutations")

    def trace(order):
        return np.trace(sampling.hessian(J, p[order]))

    traces = []
    for _ in range(1500):
        order = np.arange(N)
        for label in range(C):
            members = np.flatnonzero(y == label)
            order[members] = rng.permutation(members)
        traces.append(trace(order))
    found = dependence(sample)
    mean, spread = np.mean(traces), np.std(traces, ddof=1)
    observed = trace(np.arange(N))
    assert observed / mean - 1 == pytest.approx(found.value, abs=4 * spread / mean / 1500**0.5)
    assert spread / mean == pytest.approx(found.error, rel=4 / np.sqrt(2 * 1500) + 0.02)


def test_where_outputs_are_independent_it_is_a_standard_normal():
    draws = [dependence(drawn(seed=seed)[0]) for seed in range(200)]
    z = np.array([each.value / each.error for each in draws])
    assert abs(z.mean()) < 4 / np.sqrt(200)
    assert z.var() == pytest.approx(1, abs=4 * np.sqrt(2 / 200))


def test_gradients_that_grow_where_the_outputs_are_undecided_are_seen():
    found = [dependence(drawn(seed=seed, slope=1.0, N=300)[0]) for seed in range(10)]
    assert min(each.value / each.error for each in found) > 3.3


def test_a_class_of_one_is_refused():
    with pytest.raises(InputError, match="at least 2"):
        dependence(drawn(seed=0, N=C + 1)[0])
