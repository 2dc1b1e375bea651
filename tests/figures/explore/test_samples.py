"""Draws of the page against those of ``simulate.replicates``, bit for bit."""

from dataclasses import replace

import pytest

from figures.explore import samples
from figures.explore.question import Question
from simulate.replicates import replicates
from theory import InputError, Params

PARAMS = Params(N=30, C=3, D=80, sigma_z=1.0, sigma_c=1.0, sigma_E=0.7)


@pytest.mark.parametrize("changed", [{}, {"sigma_y": 0.5}, {"sigma_H": 0.1}, {"T_exponent": 0.3}])
def test_draws_are_the_replicates_of_the_seed(changed):
    params = replace(PARAMS, **changed)
    drawn = list(samples.draws(Question(params), count=3, seed=5))
    expected = replicates(params, seed=5, replicates=3)
    for i, draw in enumerate(drawn):
        assert draw["eigenvalues"] == expected.eigenvalues.values[i].tolist()
        top = expected.gradient_power.values[i, : params.outlier_directions]
        assert draw["share"] == pytest.approx(top.sum())


@pytest.mark.parametrize(
    ("changed", "count", "told"),
    [
        ({"N": 10**5, "D": 10**5}, 1, r"min\(D, N\(C-1\)\) must be at most 2000"),
        ({"sigma_H": 0.1, "D": 3000}, 1, "at most 2000"),
        ({}, 0, "count must be from 1 to 200, got 0"),
        ({}, 201, "count must be from 1 to 200, got 201"),
    ],
)
def test_what_a_page_should_not_wait_for_is_refused(changed, count, told):
    with pytest.raises(InputError, match=told):
        next(samples.draws(Question(replace(PARAMS, **changed)), count=count, seed=0))
