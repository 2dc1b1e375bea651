"""Capacity and largest margin of the binary perceptron against the literature."""

import numpy as np
import pytest

from theory import InputError, perceptron


def test_known_values():
    assert float(perceptron.capacity()) == pytest.approx(0.8331, abs=5e-5)  # Krauth, Mézard
    np.testing.assert_allclose(
        perceptron.largest_margin([0.3, 0.5, 0.7]), [0.895, 0.418, 0.137], atol=6e-4
    )


def test_the_capacity_and_the_largest_margin_are_inverses():
    kappa = np.array([-1.5, 0.0, 0.6, 3.0])
    np.testing.assert_allclose(
        perceptron.largest_margin(perceptron.capacity(kappa=kappa)), kappa, atol=1e-8
    )


def test_no_solutions_are_left_at_the_capacity_and_some_below():
    for kappa in (-1.0, 0.0, 1.0):
        limit = float(perceptron.capacity(kappa=kappa))
        below, at, above = perceptron.entropy([0.99 * limit, limit, 1.01 * limit], kappa=kappa)
        assert below > 1e-3 > abs(at)
        assert abs(at) < 1e-9
        assert above < -1e-3


def test_binary_weights_hold_less_than_real_ones_and_than_a_bit_a_pattern():
    kappa = np.array([0.0, 0.5, 2.0])
    capacity = perceptron.capacity(kappa=kappa)
    assert np.all(capacity < perceptron.spherical.capacity(kappa=kappa))
    assert capacity[0] < 1


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="kappa must be at least -2, got -3"):
        perceptron.capacity(kappa=-3)
    with pytest.raises(InputError, match="alpha must lie in"):
        perceptron.largest_margin(100.0)
