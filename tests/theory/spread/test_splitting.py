"""Eigenvalues of small random matrices: closed forms of two dimensions, moments, and limits."""

import numpy as np
import pytest

from theory.spread import splitting
from theory.spread.splitting import MOST_DRAWN, around, draws, wishart_around, wishart_factor


def test_two_equal_values_repel_as_the_gap_of_a_GOE():
    """``λ₁ - λ₂ = √((a - b)² + 4c²)`` has the Rayleigh law of scale 2: mean ``√(2π)``."""
    found = around(np.full(2, 5.0), np.ones((2, 2)))
    count = draws(2)
    gap = found.mean[0] - found.mean[1]
    assert abs(gap - np.sqrt(2 * np.pi)) < 4 * 2 * np.sqrt(2 - np.pi / 2) / np.sqrt(count)
    assert abs(found.mean.mean() - 5) < 4 / np.sqrt(count)
    without_repulsion = 2 * np.sqrt(2 / np.pi)
    assert abs(gap - without_repulsion) > 6 * 2 * np.sqrt(2 - np.pi / 2) / np.sqrt(count)


def test_far_values_move_alone():
    position = np.array([100.0, 50.0, 0.0])
    found = around(position, np.ones((3, 3)))
    error = np.sqrt(2 / draws(3))
    np.testing.assert_allclose(found.mean, position, atol=4 * error + 0.05)  # 1/gap at second order
    np.testing.assert_allclose(found.std, np.sqrt(2), rtol=4 / np.sqrt(2 * draws(3)) + 0.01)


def test_many_keep_their_positions():
    position = np.linspace(1, 0, MOST_DRAWN + 1)
    found = around(position, np.full((position.size,) * 2, 0.02))
    np.testing.assert_array_equal(found.mean, position)
    np.testing.assert_allclose(found.std, 0.2)
    assert around(np.empty(0), np.empty((0, 0))) is splitting.NONE


@pytest.mark.parametrize(("k", "D"), [(3, 2), (3, 3), (4, 100)])
def test_the_factor_is_of_a_wishart_matrix(k, D):
    """Rank min(k, D), exact mean trace, and ``E (W - I)²_ij = (1 + δ_ij)/D``."""
    L = wishart_factor(k, D=D)
    W = L @ L.transpose(0, 2, 1)
    assert np.einsum("nii->n", W).mean() == pytest.approx(k, rel=1e-12)
    assert np.linalg.matrix_rank(W[0]) == min(k, D)
    square = (W - np.eye(k)) ** 2
    error = square.std(axis=0) / np.sqrt(len(W))
    expected = (1 + np.eye(k)) / D
    assert np.all(np.abs(square.mean(axis=0) - expected) < 4.5 * error + 0.02 / D)
    assert np.any(np.abs(square.mean(axis=0) - 1 / D) > 6 * error)


def test_few_dimensions_leave_no_wishart_outlier():
    """With D = 1 one value holds the whole trace, the others are what the mean took away."""
    found = wishart_around(np.ones(3), np.ones(3), D=1)
    assert found.mean[0] == pytest.approx(3, rel=1e-9)
    np.testing.assert_allclose(found.mean[1:], 0, atol=1e-9)


def test_a_wishart_of_many_dimensions_is_a_goe():
    position, b, D = np.array([2.0, 2.0]), np.array([1.0, 1.0]), 10_000
    wishart = wishart_around(position, b, D=D)
    goe = around(position, np.outer(b, b) / D)
    error = np.hypot(*(x.std / np.sqrt(draws(2)) for x in (wishart, goe)))
    assert np.all(np.abs(wishart.mean - goe.mean) < 4 * error + 1 / D)
