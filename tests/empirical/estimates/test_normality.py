"""Mardia's kurtosis: exact where the noise is Gaussian, and large where it is not."""

from __future__ import annotations

import numpy as np
import pytest

from empirical.estimates.normality import DIRECTIONS, kurtosis
from tests.support.draws.drawn_gradients import C, D, sample_of
from theory import InputError, stream

N, DRAWS = 120, 60
T = np.arange(1, D + 1) ** -0.7


def found(*, seed, lengths=None, heavy=False):
    """On noise of covariance T, each example's of length ``lengths``; ``heavy`` in each weight."""
    rng = stream(seed, "normality")
    shape = (N, C, D)
    own = rng.standard_t(5, shape) / np.sqrt(5 / 3) if heavy else rng.standard_normal(shape)
    scale = np.ones(N) if lengths is None else np.resize(lengths, N)[rng.permutation(N)]
    J = own * np.sqrt(T) * scale[:, None, None] + 3 * rng.standard_normal((C, D))[np.arange(C)]
    return kurtosis(sample_of(J, np.arange(N) % C))


def test_gaussian_noise_of_any_covariance_has_none():
    draws = [found(seed=seed) for seed in range(DRAWS)]
    values = np.array([each.value for each in draws])
    assert abs(values.mean()) < 4 * values.std(ddof=1) / np.sqrt(DRAWS)
    # the naive mean, m (m + 2), is off by more than that
    assert abs(values.mean() + 2 / (N / 2)) > 4 * values.std(ddof=1) / np.sqrt(DRAWS)


def test_the_stated_deviation_is_that_of_one_logit():
    """The mean over independent logits has it divided by their number's root, and no less."""
    draws = [found(seed=seed) for seed in range(DRAWS)]
    spread = np.std([each.value for each in draws], ddof=1)
    one = draws[0].error / np.sqrt(C)
    assert spread == pytest.approx(one, rel=4 / np.sqrt(2 * DRAWS))


def test_lengths_that_differ_are_seen():
    """Half of the examples twice as long, against vectors of as many free examples."""
    draws = [found(seed=seed, lengths=[1.0, 2.0]) for seed in range(20)]
    assert min(each.value / each.error for each in draws) > 3.3
    values = np.array([each.value for each in draws])
    rng, free = stream(0, "vectors"), N // 2 - C
    plain = []
    for _ in range(400):
        x = rng.standard_normal((free, DIRECTIONS)) * rng.choice([1.0, 2.0], free)[:, None]
        leverage = (x @ np.linalg.inv(x.T @ x) * x).sum(1)
        plain.append(leverage @ leverage * (free + 2) / (DIRECTIONS * (DIRECTIONS + 2)) - 1)
    error = np.hypot(values.std(ddof=1) / 20**0.5, np.std(plain) / 400**0.5)
    bias = np.mean(plain) * C / free  # of the class means that are taken out
    assert abs(values.mean() - np.mean(plain)) < 4 * error + bias


def test_heavy_tails_along_each_weight_are_seen():
    draws = [found(seed=seed, heavy=True) for seed in range(10)]
    assert np.mean([each.value / each.error for each in draws]) > 3.3


def test_a_class_of_few_is_refused():
    J = stream(0, "few").standard_normal((9, C, D))
    y = np.arange(9) % C
    with pytest.raises(InputError, match="at least 4"):
        kurtosis(sample_of(J, y))
