"""Gaussian widths and Gordon's threshold beside the exact laws of cuts."""

import numpy as np
import pytest

from theory import InputError, stream
from theory.wedges import cuts, gordon


def test_the_width_of_all_planes_is_that_of_the_longest_coordinates():
    D, n, draws = 60, 9, 4000
    squares = np.sort(stream(0).standard_normal((draws, D)) ** 2, axis=1)[:, -n:].sum(axis=1)
    error = 4 * squares.std() / np.sqrt(draws)
    width = gordon.width_square(D=D, n=n)
    assert abs(width - squares.mean()) < error
    assert abs(gordon.width_square(D=D, n=n + 1) - squares.mean()) > error
    assert width - 1 < np.sqrt(squares).mean() ** 2 < width


@pytest.mark.parametrize(("D", "n"), [(50, 0), (50, 10), (50, 49)])
def test_the_width_lies_between_one_plane_and_the_sphere(D, n):
    assert n <= gordon.width_square(D=D, n=n) <= D


@pytest.mark.parametrize("tolerance", [3.0, 6.0])
def test_the_width_around_one_plane_is_that_of_its_supremum(tolerance):
    """Over directions from P to points within the tolerance, in the plane of e and g_off."""
    D, n = 4000, 1000
    height = np.sqrt(D - n)
    angle = np.arcsin(tolerance / height)
    beyond = []  # the squared supremum, less what the plane itself gives
    for off in stream(3).standard_normal((400, D - n)):
        towards = np.arccos(off[0] / np.linalg.norm(off))
        reached = np.linalg.norm(off) * np.cos(max(towards - angle, 0))
        beyond.append(max(reached, 0) ** 2)
    variance = 1  # by which the mean square exceeds the squared mean, at most
    error = 4 * np.std(beyond) / np.sqrt(400)
    width = gordon.plane_width_square(D=D, n=n, tolerance=tolerance)
    assert -error < np.mean(beyond) - (width - n) < variance + error
    assert not -error < np.mean(beyond) - 1.5 * (width - n) < variance + error


@pytest.mark.parametrize("tolerance", [0.5, 2.0, 7.0])
def test_half_of_the_cuts_meet_one_plane_at_the_threshold(tolerance):
    D, n = 1000, 900
    d = np.arange(101)
    success = cuts.one_plane(d, D=D, n=n, tolerance=tolerance)
    half = int(d[success >= 0.5][0])
    threshold = gordon.threshold_dimension(D=D, n=n, tolerance=tolerance)
    assert -1 <= half - threshold <= 1


def test_escape_is_sufficient_and_not_necessary():
    """All linear cuts up to D - n miss the planes, and Gordon's bound is below that."""
    D = 200
    for n in range(1, 200, 20):
        bound = gordon.escape_dimension(D=D, n=n)
        assert bound <= D - n
        assert not cuts.meets(int(bound), D=D, n=n, through_origin=True)


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="n must be at most 4, got 5"):
        gordon.width_square(D=5, n=5)
    with pytest.raises(InputError, match="tolerance must be at least 0, got -1"):
        gordon.threshold_dimension(D=5, n=2, tolerance=-1)
