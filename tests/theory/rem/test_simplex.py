"""The law of the softmax outputs on the simplex."""

import re

import numpy as np
import pytest

from theory import InputError, rem
from theory.rem import simplex


@pytest.mark.parametrize("sigma", [0.4, 1.0, 2.5])
def test_density_on_the_simplex(sigma):
    """Mass one and second moment E[Y] at C = 3, by quadrature in the log ratios."""
    y = np.linspace(-16 * sigma, 16 * sigma, 400)
    a, b = np.meshgrid(y, y)
    p = np.exp(np.stack([a, b, np.zeros_like(a)], axis=-1))
    p /= p.sum(axis=-1, keepdims=True)
    law = simplex.density(p, sigma_z=sigma) * p.prod(axis=-1) * (y[1] - y[0]) ** 2
    assert law.sum() == pytest.approx(1, abs=1e-10)
    square = ((p**2).sum(axis=-1) * law).sum()
    assert square == pytest.approx(float(rem.participation(sigma, C=3)), rel=1e-10)
    independent = np.exp(-(a * a + b * b) / (4 * sigma**2)) / (4 * np.pi * sigma**2)
    wrong = ((p**2).sum(axis=-1) * independent).sum() * (y[1] - y[0]) ** 2
    assert abs(wrong / square - 1) > 1e-3  # log ratios are not independent


def test_density_turns_over_at_unit_spread():
    centre = np.full(3, 1 / 3)
    for angle in np.linspace(0, 2 * np.pi, 7):
        step = 0.01 * (
            np.cos(angle) * np.array([1, -1, 0]) / np.sqrt(2)
            + np.sin(angle) * np.array([1, 1, -2]) / np.sqrt(6)
        )
        for sigma, sign in ((0.9, -1), (1.1, 1)):
            middle, beside = simplex.density([centre, centre + step], sigma_z=sigma)
            assert sign * (beside - middle) > 0
    assert simplex.density([0.0, 0.5, 0.5], sigma_z=1.0) == 0
    assert simplex.density(np.full((4, 2, 3), 1 / 3), sigma_z=1).shape == (4, 2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: simplex.density([0.5, 0.6], sigma_z=1), "p must have rows that sum to 1"),
        (lambda: simplex.density([0.5, 0.5], sigma_z=0), "sigma_z must be greater than 0, got 0"),
        (lambda: simplex.density(0.5, sigma_z=1), "p must have at least 1 axis"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(InputError, match=re.escape(message)):
        call()
