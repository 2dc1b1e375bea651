"""The toy loss and its plane."""

from itertools import combinations

import numpy as np
import pytest

from simulate.wedges import landscape
from theory import InputError, stream


def test_the_loss_is_the_distance_to_the_nearest_of_all_planes():
    P = stream(0).standard_normal(9)
    for n in range(9):
        loss, off = landscape.off_plane(P, n=n)
        distances = [np.linalg.norm(P[list(each)]) for each in combinations(range(9), 9 - n)]
        assert loss == pytest.approx(min(distances))
        assert np.linalg.norm(P[off]) == pytest.approx(loss)
        assert np.all(np.diff(off) > 0)


def test_half_the_squared_loss_has_the_gradient_of_the_selection():
    P, step = stream(1).standard_normal(50), 1e-6
    _, off = landscape.off_plane(P, n=20)
    for i in range(50):
        ahead, behind = (
            landscape.off_plane(P + sign * step * np.eye(50)[i], n=20)[0] for sign in (1, -1)
        )
        slope = (ahead**2 - behind**2) / (4 * step)
        assert slope == pytest.approx(P[i] if i in off else 0.0, abs=1e-8)


def test_optima_lie_on_planes():
    point = landscape.optimum(D=60, n=7, sigma=3.0, rng=stream(2))
    assert np.count_nonzero(point) == 7
    assert landscape.off_plane(point, n=7)[0] == 0
    assert landscape.off_plane(point, n=6)[0] > 0


@pytest.mark.parametrize(
    ("P", "n", "message"),
    [
        (np.ones((2, 2)), 1, "P must have 1 axes"),
        ([1.0, np.nan], 1, "P must be finite"),
        ([1.0, 2.0], 2, "n must be at most 1, got 2"),
    ],
)
def test_bad_input_is_refused(P, n, message):
    with pytest.raises(InputError, match=message):
        landscape.off_plane(P, n=n)
