"""m-connectors of the toy: relaxed points on planes, at right angles to the simplex."""

import numpy as np
import pytest

from simulate.wedges import connectors, landscape
from theory import InputError, stream

D, n = 60, 9


def corners(m):
    return np.stack([landscape.optimum(D=D, n=n, rng=stream(0, m, i)) for i in range(m + 1)])


@pytest.mark.parametrize("m", [1, 2, 3, 5])
def test_relaxed_points_have_loss_zero_where_the_simplex_has_not(m):
    optima = corners(m)
    edges = optima[1:] - optima[0]
    for i in range(20):
        shares = 0.5 / (m + 1) + 0.5 * stream(1, m, i).dirichlet(np.ones(m + 1))
        point = connectors.relaxed(optima, shares, n=n)
        assert landscape.off_plane(point, n=n)[0] < 1e-12
        assert landscape.off_plane(shares @ optima, n=n)[0] > 1e-3
        moved = point - shares @ optima
        np.testing.assert_allclose(edges @ moved, 0, atol=1e-9 * float(np.linalg.norm(moved)))


def test_no_other_point_of_the_plane_and_the_normal_space_is_nearer():
    optima, shares = corners(2), np.array([0.2, 0.5, 0.3])
    point = connectors.relaxed(optima, shares, n=n)
    moved, on = point - shares @ optima, point != 0
    edges = (optima[1:] - optima[0])[:, on]
    free = np.linalg.svd(edges)[2][2:]  # ways in the plane that keep the right angles
    assert len(free) == n - 2
    np.testing.assert_allclose(free @ moved[on], 0, atol=1e-12)


def test_corners_stay():
    optima = corners(2)
    np.testing.assert_allclose(connectors.relaxed(optima, [0, 1, 0], n=n), optima[1], atol=1e-12)


def test_more_corners_than_the_plane_has_dimensions_are_refused():
    """D - m dimensions no longer meet an n-plane: ``D - m < D - n``."""
    with pytest.raises(InputError, match="n must be at least m = 10, got 9"):
        connectors.relaxed(corners(10), np.full(11, 1 / 11), n=n)


@pytest.mark.parametrize(
    ("shares", "message"),
    [([0.5, 0.5], "shares must have shape"), ([2.0, -1.0, 0.0], "shares must be at least 0")],
)
def test_bad_input_is_refused(shares, message):
    with pytest.raises(InputError, match=message):
        connectors.relaxed(corners(2), shares, n=n)
    with pytest.raises(InputError, match="optima must span 2 dimensions"):
        connectors.relaxed(np.ones((3, 4)) * [1, 2, 0, 0], np.ones(3) / 3, n=2)


@pytest.mark.parametrize("m", [1, 2])
def test_between_relaxed_points_the_loss_is_lower_than_on_the_simplex_and_falls_with_divisions(m):
    settings = {"D": 100, "n": 80, "m": m, "points": 100, "seed": 0}
    means = []
    for divisions in (2, 8):
        found = connectors.losses(divisions=divisions, **settings)
        assert float(found.lattice.max()) < 1e-12
        means.append(float(found.connector.mean() / found.linear.mean()))
    assert means[1] < means[0] < 1
