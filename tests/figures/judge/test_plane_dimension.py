"""The fitted plane against cuts of a plane that is known."""

import math

import numpy as np
import pytest

from figures.judge.plane_dimension import fit
from theory import InputError, stream
from theory.wedges import cuts

D, CODIMENSION, TOLERANCE = 2000, 120, 6.0
DIMENSIONS = np.arange(40, 121, 8)


def drawn(seed, trials):
    rate = cuts.one_plane(DIMENSIONS, D=D, n=D - CODIMENSION, tolerance=TOLERANCE)
    return stream(seed).binomial(trials, rate)


def test_intervals_hold_the_plane_that_made_the_data():
    half = CODIMENSION - TOLERANCE**2  # within 2/3
    held = {"codimension": 0, "half": 0}
    for seed in range(20):
        found = fit(DIMENSIONS, drawn(seed, 20), trials=20, D=D)
        held["codimension"] += found.interval[0] <= CODIMENSION <= found.interval[1]
        low, high = found.half_interval
        held["half"] += low - 1 <= half <= high + 1
        assert not found.interval[0] <= 0.6 * CODIMENSION
    assert min(held.values()) >= 16  # 19 of 20 expected; fewer than 16 has probability 0.003


def test_many_trials_find_the_plane_and_others_are_told_apart():
    found = fit(DIMENSIONS, drawn(0, 4000), trials=4000, D=D)
    assert found.codimension == pytest.approx(CODIMENSION, rel=0.06)
    assert found.tolerance == pytest.approx(TOLERANCE, rel=0.12)
    assert found.p_value > 1e-3
    np.testing.assert_allclose(np.diff(found.success) >= 0, True)
    plateau = np.where(DIMENSIONS < 64, 0, 2000)  # no plane's success stays at one half
    assert fit(DIMENSIONS, plateau, trials=4000, D=D).p_value < 1e-3


def test_a_sharp_transition_bounds_the_codimension_from_below():
    hits = np.where(DIMENSIONS >= 80, 5, 0)
    found = fit(DIMENSIONS, hits, trials=5, D=D)
    assert found.interval[0] >= 72
    assert 72 <= found.half <= 81
    assert math.isinf(fit([2, 4], [0, 1], trials=1, D=6).interval[1])


@pytest.mark.parametrize(
    ("successes", "message"),
    [
        ([0, 0, 0], "neither none nor all"),
        ([4, 4, 4], "neither none nor all"),
        ([0, 2, 5], "successes must be 3 from 0 to 4"),
        ([0, 2], "successes must be 3 from 0 to 4"),
    ],
)
def test_bad_input_is_refused(successes, message):
    with pytest.raises(InputError, match=message):
        fit([2, 4, 8], successes, trials=4, D=100)
    with pytest.raises(InputError, match=r"dimensions must lie in 1\.\.6, got 2\.\.8"):
        fit([2, 4, 8], [0, 2, 4], trials=4, D=6)
