"""A band without a width is left, and a reflection has its closed form."""

import numpy as np
import pytest

from empirical.dense.tridiagonal import reflection, tridiagonalise

pytestmark = pytest.mark.kernels


@pytest.mark.parametrize("x", [[3.0, 4.0], [-3.0, 4.0, 12.0], [0.0, 2.0], [1e-200, 1e-30]])
def test_a_reflection_takes_a_vector_to_the_first_axis(x):
    given, v = np.array(x), np.zeros(len(x) + 2)
    image = given.copy()
    tau = reflection(image, v)
    matrix = np.eye(len(x)) - tau * np.outer(v[: len(x)], v[: len(x)])
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(len(x)), atol=1e-15)
    np.testing.assert_allclose(matrix @ given, image, atol=1e-15 * np.abs(given).max())
    assert not image[1:].any()
    assert abs(image[0]) == pytest.approx(np.linalg.norm(given))


def test_what_lies_on_the_axis_is_left():
    x, v = np.array([-2.0, 0.0, 0.0]), np.ones(3)
    assert reflection(x, v) == 0
    np.testing.assert_array_equal(x, [-2, 0, 0])
    np.testing.assert_array_equal(v, [1, 0, 0])


def test_a_tridiagonal_matrix_is_left():
    rng = np.random.default_rng(0)
    band = np.zeros((7, 2))
    band[:, 0], band[:-1, 1] = rng.standard_normal(7), np.abs(rng.standard_normal(6))
    along = rng.standard_normal(7)
    left, components = band.copy(), along.copy()
    tridiagonalise(left, 1, components)
    np.testing.assert_array_equal(left, band)
    np.testing.assert_array_equal(components, along)
