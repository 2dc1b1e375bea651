"""The divided simplex: its count, its cells, and interpolation on them."""

from math import comb

import numpy as np
import pytest

from theory import InputError, stream
from theory.wedges.mesh import Mesh


@pytest.mark.parametrize(("m", "divisions"), [(1, 1), (1, 7), (2, 3), (3, 4), (4, 2)])
def test_the_lattice_has_all_points(m, divisions):
    mesh = Mesh(m=m, divisions=divisions)
    assert len({tuple(each) for each in mesh.shares}) == comb(divisions + m, m)
    np.testing.assert_allclose(mesh.shares.sum(axis=1), 1)
    np.testing.assert_array_equal(mesh.shares[mesh.corners], np.eye(m + 1))


@pytest.mark.parametrize(("m", "divisions"), [(1, 7), (2, 3), (3, 4), (4, 2)])
def test_a_point_is_the_mean_of_near_corners(m, divisions):
    mesh = Mesh(m=m, divisions=divisions)
    points = stream(0, m).dirichlet(np.ones(m + 1), size=200)
    index, weights = mesh.cells(points)
    assert weights.min() >= 0
    corners = mesh.shares[index]
    np.testing.assert_allclose(np.einsum("sk,skj->sj", weights, corners), points, atol=1e-12)
    far = np.abs(corners - points[:, None])[weights > 1e-12]
    assert far.max() <= 1 / divisions + 1e-12


@pytest.mark.parametrize("m", [1, 2, 3])
def test_lattice_points_are_themselves_and_interpolation_is_continuous(m):
    mesh = Mesh(m=m, divisions=3)
    values = stream(1, m).standard_normal(len(mesh.shares))

    def interpolated(points):
        index, weights = mesh.cells(points)
        return (weights * values[index]).sum(axis=1)

    np.testing.assert_allclose(interpolated(mesh.shares), values, atol=1e-9)
    ends = stream(2, m).dirichlet(np.ones(m + 1), size=2)
    path = np.linspace(0, 1, 2001)[:, None] * (ends[1] - ends[0]) + ends[0]
    steepest = 2 * 3 * np.ptp(values) * np.abs(ends[1] - ends[0]).sum() / 2000
    assert np.abs(np.diff(interpolated(path))).max() <= steepest


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ([[0.5, 0.5]], "shares must have 3 columns, got 2"),
        ([[0.5, 0.6, -0.1]], "shares must be at least 0"),
        ([[0.5, 0.6, 0.1]], "each row sum to 1"),
    ],
)
def test_bad_input_is_refused(shares, message):
    with pytest.raises(InputError, match=message):
        Mesh(m=2, divisions=2).cells(shares)
    with pytest.raises(InputError, match="divisions must be at least 1, got 0"):
        Mesh(m=2, divisions=0)
