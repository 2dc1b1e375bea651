"""A fit by draws finds the parameters that made a spectrum, and says where none did."""

from __future__ import annotations

import numpy as np
import pytest

from figures.judge.minimum_distance import Estimate, estimate, summary
from tests.support.draws import level_draws
from tests.support.draws.level_draws import C
from theory import InputError, stream

pytestmark = pytest.mark.slow

TRUTH = {"sigma_c": 1.5, "sigma_E": 2.0, "D": 40}
START = {"sigma_c": 1.0, "sigma_E": 3.0, "D": 60}


def recovered(number: int) -> Estimate:
    spectrum = level_draws.FG(TRUTH, stream(1, "recovery", number))
    return estimate(spectrum, start=START, draw=level_draws.FG, C=C, seed=number)


@pytest.mark.parametrize("number", [0, 1])
def test_known_parameters_are_recovered_and_the_start_is_rejected(number):
    found = recovered(number)
    assert found.settled
    truth, start = (np.log(list(each.values())) for each in (TRUTH, START))
    assert np.all(np.abs(np.log(found.value) - truth) < 4 * found.error)
    assert np.any(np.abs(np.log(found.value) - start) > 8 * found.error)
    assert np.all((found.low < found.value) & (found.value < found.high))
    assert found.p_before < 1e-4
    assert found.p_after > 1e-3
    assert found.distance_after < found.distance_before / 4


def test_no_parameters_make_the_bulk_of_anisotropic_noise():
    spectrum = level_draws.anisotropic(stream(2, "anisotropic"))
    found = estimate(spectrum, start=START, draw=level_draws.FG, C=C)
    assert found.settled
    assert found.p_after < 1e-3


def test_as_many_parameters_as_summaries_leave_nothing_to_misfit():
    """Two classes have four summaries: a level of four parameters makes any spectrum."""

    def draw(own, rng):
        return np.exp(np.array([own["a"], own["b"], own["c"], own["d"]]) + rng.normal(0, 0.01, 4))

    start = {"a": 3.0, "b": 2.0, "c": 1.0, "d": 0.5}
    seen = draw({"a": 3.3, "b": 2.1, "c": 0.9, "d": 0.5}, stream(4, "seen"))
    found = estimate(seen, start=start, draw=draw, C=2)
    assert found.p_after == 1
    assert found.settled


def test_the_same_seed_gives_the_same_fit():
    first, second = recovered(0), recovered(0)
    np.testing.assert_array_equal(first.value, second.value)
    assert first.p_after == second.p_after


def test_scaled_eigenvalues_scale_the_lengths_alone():
    """G is of second degree in the lengths: exactly so, as the draws are the same."""
    spectrum = level_draws.FG(TRUTH, stream(1, "recovery", 0))
    scaled = {**START, "sigma_c": 7 * START["sigma_c"], "sigma_E": 7 * START["sigma_E"]}
    first = estimate(spectrum, start=START, draw=level_draws.FG, C=C)
    other = estimate(49 * spectrum, start=scaled, draw=level_draws.FG, C=C)
    np.testing.assert_allclose(other.value / first.value, [7, 7, 1], rtol=1e-6)
    assert other.p_after == pytest.approx(first.p_after, rel=1e-4)


@pytest.mark.parametrize("classes", [2, 3, 10, 11, 100, 1000])
def test_summaries_of_a_known_spectrum(classes):
    """Logarithms of equal eigenvalues; one number each for up to 9 outliers, of more fewer."""
    spectrum = np.r_[np.full(classes - 1, 4.0), np.full(9, 2.0), 0.0]
    found = summary(spectrum, C=classes)
    top = len(found) - 3
    assert top == classes - 1 if classes <= 10 else 6 <= top <= 9
    np.testing.assert_allclose(np.exp(found[:top]), 4.0)
    np.testing.assert_allclose(np.exp(found[top:]), [2, 18, 6])


def test_what_is_no_spectrum_or_parameter_is_refused():
    with pytest.raises(InputError, match="eigenvalues must have at least C = 3 above 0, got 2"):
        estimate([2.0, 1.0, 0.0], start=START, draw=level_draws.FG, C=C)
    with pytest.raises(InputError, match="sigma_E must be greater than 0, got 0"):
        estimate([3.0, 2.0, 1.0], start=START | {"sigma_E": 0}, draw=level_draws.FG, C=C)
