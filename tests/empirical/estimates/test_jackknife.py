"""Standard errors of the estimates: intervals cover the truth as often as they say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from empirical.estimates.anisotropy import Anisotropy, anisotropy
from empirical.estimates.jackknife import BLOCKS
from empirical.estimates.parameters import Estimate, estimate
from tests.support.draws.drawn_gradients import (
    D_EFF,
    DRAWS,
    GAMMA,
    K_C,
    SIGMA_E,
    SIZES,
    C,
    draw,
    seen,
)

WIDTH = stats.t.ppf(0.975, BLOCKS - 1)


SIGMA_C = np.sqrt(np.repeat(SIZES, C) @ GAMMA.diagonal() / (C * sum(SIZES)))


TRUTH = {"sigma_c": SIGMA_C, "sigma_E": SIGMA_E, "effective_dimension": D_EFF}


@pytest.fixture(scope="module")
def estimates() -> list[Estimate]:
    return [estimate(draw(index)) for index in range(DRAWS)]


@pytest.fixture(scope="module")
def noises(estimates) -> list[Anisotropy]:
    return [anisotropy(draw(index), e.weighted) for index, e in enumerate(estimates)]


def covered(values, errors, truth, *, width=WIDTH) -> float:
    """Share of the intervals that hold the truth."""
    return float((np.abs(np.asarray(values) - truth) <= width * np.asarray(errors)).mean())


def nominal(share: float) -> bool:
    """Whether coverage over the draws is within 3 binomial deviations of 95 %."""
    return abs(share - 0.95) <= 3 * np.sqrt(0.95 * 0.05 / DRAWS)


@pytest.mark.parametrize("level", ["cluster", "weighted"])
@pytest.mark.parametrize("name", TRUTH)
def test_intervals_of_lengths_and_dimension(estimates, level, name):
    values = [getattr(getattr(e, level), name) for e in estimates]
    errors = [getattr(getattr(e, level).error, name) for e in estimates]
    assert nominal(covered(values, errors, TRUTH[name]))
    assert not nominal(covered(values, errors, TRUTH[name], width=WIDTH / 2))


def test_intervals_of_the_gram_matrix(estimates):
    values = np.stack([e.cluster.Gamma.numpy() for e in estimates])
    errors = np.stack([e.cluster.error.Gamma.numpy() for e in estimates])
    assert nominal(covered(values, errors, GAMMA))
    assert not nominal(covered(values, errors, GAMMA, width=WIDTH / 2))


def test_intervals_of_the_covariance_across_logits(noises):
    values = np.stack([a.K_C.numpy() for a in noises])
    errors = np.stack([a.K_C_error.numpy() for a in noises])
    assert nominal(covered(values, errors, seen(K_C)))
    assert not nominal(covered(values, errors, seen(np.eye(C))))
