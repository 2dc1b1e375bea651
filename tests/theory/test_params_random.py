"""Random parameters at every level: theory against plain sampling, wrong formulas, no crashes."""

import pytest

from tests.support.draws.theory_of_draws import (
    averaged,
    given_outputs,
    largest,
    refusals_and_crashes,
)

POINTS, AVERAGED, EXTREMES = 16, 10, 24


def test_given_the_outputs_theory_is_what_is_sampled():
    found = largest([given_outputs(index) for index in range(POINTS)])
    assert max(found.values()) < 1, found


@pytest.mark.slow
def test_averaged_theory_is_what_is_sampled():
    found = largest([averaged(index) for index in range(AVERAGED)])
    assert max(found.values()) < 1, found


WRONG = {
    "noise, a fifth too long": (
        lambda p: p | {"sigma_E": 1.2 * p["sigma_E"]},
        ("trace", "gradient", "upper edge"),
    ),
    "means, a tenth too long": (
        lambda p: p | {"sigma_c": 1.1 * p["sigma_c"]},
        ("trace", "norm", "gradient", "outliers"),
    ),
    "no means of the true class": (
        lambda p: p | {"sigma_y": 0.0},
        ("trace", "norm", "gradient", "outliers", "share", "upper edge"),
    ),
    "half the weights": (lambda p: p | {"D": p["D"] // 2}, ("norm", "outliers", "lower edge")),
    "half the curvature": (
        lambda p: p | {"sigma_H": p["sigma_H"] / 2},
        ("norm", "upper edge", "lower edge"),
    ),
    "noise of independent logits": (lambda p: p | {"rho": 0.0}, ("trace", "gradient", "share")),
    "even noise": (lambda p: p | {"T_exponent": 0.0}, ("upper edge",)),
}


@pytest.mark.parametrize("name", WRONG)
def test_neighbouring_parameters_are_rejected(name):
    """Each of the predictions named is further than allowed at some of the same points."""
    told, rejecting = WRONG[name]
    found = largest([given_outputs(index, told=told) for index in range(POINTS)])
    assert all(found[prediction] > 1 for prediction in rejecting), found


@pytest.mark.slow
@pytest.mark.parametrize("name", ["means, a tenth too long", "half the weights"])
def test_neighbouring_parameters_are_rejected_on_average(name):
    told, _ = WRONG[name]
    assert largest([averaged(index, told=told) for index in range(AVERAGED)])["norm"] > 1


def test_extremes_are_numbers_or_refused_in_one_line():
    results = [refusals_and_crashes(index) for index in range(EXTREMES)]
    assert [line for _, lines in results for line in lines] == []
    assert sum(refused for refused, _ in results) < 0.7 * 11 * EXTREMES  # most are answered
