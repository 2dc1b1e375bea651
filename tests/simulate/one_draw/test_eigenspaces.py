"""Coordinates of the means, and how many other dimensions the noise has."""

import numpy as np
import pytest

from simulate import eigenspaces
from theory import InputError


def test_one_eigenspace_keeps_the_gram_matrix_and_counts_the_rest():
    rng = np.random.default_rng(0)
    c = rng.standard_normal((4, 3))  # rank 3
    axes = eigenspaces.isotropic(c @ c.T, sigma_E=2.0, D=100)
    np.testing.assert_allclose(axes.means @ axes.means.T, c @ c.T, atol=1e-12)
    assert axes.means.shape == (4, 3)
    np.testing.assert_allclose(axes.spread, 0.2)
    assert axes.rest == ((0.2, 97),)


def test_means_that_fill_the_space_leave_none():
    assert eigenspaces.isotropic(np.eye(3), sigma_E=1.0, D=3).rest == ()
    with pytest.raises(InputError, match="Gamma must have rank at most D = 2, got 3"):
        eigenspaces.isotropic(np.eye(3), sigma_E=1.0, D=2)


def test_eigenspaces_larger_than_the_means_are_turned():
    """The means' Gram matrix within each eigenspace, and the noise's trace, are kept."""
    rng = np.random.default_rng(1)
    variances = np.repeat([4.0, 1.0, 9.0], [10, 2, 7])
    means = rng.standard_normal((3, 19))
    axes = eigenspaces.split(means, variances=variances)
    for value in (4.0, 1.0, 9.0):
        held, given = axes.means[:, axes.spread**2 == value], means[:, variances == value]
        np.testing.assert_allclose(held @ held.T, given @ given.T, atol=1e-12)
    assert dict(axes.rest) == {2.0: 7, 3.0: 4}
    trace = np.square(axes.spread).sum() + sum(count * s**2 for s, count in axes.rest)
    assert trace == pytest.approx(variances.sum())


def test_distinct_eigenvalues_are_left_as_they_are():
    means, variances = np.arange(8.0).reshape(2, 4), np.array([3.0, 1.0, 2.0, 5.0])
    axes = eigenspaces.split(means, variances=variances)
    np.testing.assert_array_equal(axes.means, means)
    np.testing.assert_allclose(axes.spread**2, variances)
    assert axes.rest == ()
