"""Cosines of the noise's covariances, on noise whose covariances are known."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from empirical.capture import Sample
from empirical.estimates.similarity import similarities
from tests.support.draws.drawn_gradients import C, D, sample_of
from theory import stream

N = 240


FIRST = np.arange(1, D + 1) ** -0.7


def draw(covariances, *, seed: int, decided=FIRST) -> Sample:
    """Noise of covariance ``covariances[k]`` (D,) for logit k, ``decided`` where p is near 0 or 1.

    Half of the examples are decided, in any order.
    """
    rng = stream(seed, "similarity")
    scale = np.sqrt(np.broadcast_to(covariances, (N, C, D)))
    sure = rng.permutation(N) < N // 2
    scale = np.where(sure[:, None, None], scale * np.sqrt(decided / FIRST), scale)
    logits = torch.from_numpy(np.where(sure[:, None], 20.0, 0.1) * rng.standard_normal((N, C)))
    sample = sample_of(scale * rng.standard_normal((N, C, D)), np.arange(N) % C)
    return Sample(logits, sample.targets, sample.gradients)


def mean_of(draws, position):
    found = [similarities(sample)[position] for sample in draws]
    values = np.array([each.value for each in found])
    return values.mean(), values.std(ddof=1) / np.sqrt(len(values)), found


def test_one_covariance_gives_one():
    draws = [draw(FIRST, seed=seed) for seed in range(12)]
    for position in (0, 1):
        value, error, _ = mean_of(draws, position)
        assert abs(value - 1) < 4 * error + 0.02


def test_covariances_of_logits_that_share_nothing():
    apart = np.where(np.arange(D) % C == np.arange(C)[:, None], FIRST, 0)
    value, error, _ = mean_of([draw(apart, seed=seed) for seed in range(12)], 0)
    assert value < 4 * error + 0.02


def test_a_known_cosine_between_decided_and_undecided_examples():
    turned = np.roll(FIRST, 3)
    truth = (FIRST @ turned) / (FIRST @ FIRST)
    assert truth < 0.8
    value, error, found = mean_of([draw(FIRST, seed=s, decided=turned) for s in range(24)], 1)
    assert abs(value - truth) < 4 * error + 0.03
    stated = np.mean([each.error for each in found])
    assert stated == pytest.approx(error * np.sqrt(24), rel=0.5)
