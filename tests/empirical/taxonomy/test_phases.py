"""The four phases from connectivity and sharpness."""

import numpy as np
import pytest

from empirical.taxonomy.phases import PHASES, phases, split
from theory import InputError


def names(found):
    return [[PHASES[int(each)].name for each in row] for row in np.atleast_2d(found)]


def test_each_pair_of_signs_is_a_phase():
    mc = [[-30.0, -30.0], [5.0, 0.0]]
    sharpness = [[100.0, 1.0], [100.0, 1.0]]
    assert names(phases(mc, sharpness)) == [["I", "III"], ["II", "IV"]]
    assert [phase.meaning for phase in PHASES] == [
        "poorly connected, sharp",
        "well connected, sharp",
        "poorly connected, flat",
        "well connected, flat",
    ]


def test_bounds_are_the_users():
    mc, sharpness = [-2.0, -2.0, -2.0], [1.0, 3.0, 9.0]
    assert names(phases(mc, sharpness)) == [["III", "III", "I"]]  # at √(1·9) is flat
    assert names(phases(mc, sharpness, threshold=2.0)) == [["III", "I", "I"]]
    assert names(phases(mc, sharpness, barrier=2.0)) == [["IV", "IV", "II"]]


def test_where_nothing_was_measured_there_is_no_phase():
    found = phases([np.nan, 0.0, 0.0], [1.0, np.nan, 1.0], threshold=2.0)
    np.testing.assert_array_equal(found, [np.nan, np.nan, 3.0])


def test_the_threshold_is_midway_in_the_logarithm_and_scales():
    values = np.array([2.0, 3.0, 50.0])
    assert split(values) == pytest.approx(10)
    assert split(7 * values) == pytest.approx(70)


def test_bad_input_is_told_by_name():
    with pytest.raises(InputError, match="mc and sharpness must have one shape"):
        phases([1.0], [1.0, 2.0])
    with pytest.raises(InputError, match="threshold must be greater than 0, got 0"):
        phases([1.0], [1.0], threshold=0.0)
    with pytest.raises(InputError, match="barrier must be at least 0, got -1"):
        phases([1.0], [1.0], barrier=-1.0)
    with pytest.raises(InputError, match="sharpness must have values above 0, got none"):
        phases([1.0], [-1.0])
