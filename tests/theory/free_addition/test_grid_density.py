"""A density on a grid: its integrals against adaptive quadrature, near and far."""

from itertools import pairwise

import numpy as np
import pytest
from scipy import integrate

from theory import InputError
from theory.free_addition import GridDensity, Semicircle

POINTS, VALUES = np.array([-1.0, 0.0, 0.7, 2.0]), np.array([0.0, 2.0, 0.5, 1.0])


def integral(function):
    """``∫ f(x) function(x) dx`` of the density above."""
    area = np.trapezoid(VALUES, POINTS)

    def weighted(x):
        return np.interp(x, POINTS, VALUES) / area * function(x)

    total = 0
    for a, b in pairwise(POINTS):
        for part, unit in (("real", 1), ("imag", 1j)):
            total += (
                unit
                * integrate.quad(
                    lambda x, part=part: getattr(complex(weighted(x)), part), a, b, epsabs=1e-13
                )[0]
            )
    return total


@pytest.mark.parametrize("z", [0.3 + 0.2j, 0.69 + 0.5j, 4.0, -1.5, 30.0, 200 + 3j])
def test_integrals_are_exact(z):
    law = GridDensity(POINTS, VALUES)
    G, slope = law.cauchy(np.array([complex(z)]))
    assert G[0] == pytest.approx(integral(lambda x: 1 / (z - x)), rel=1e-11, abs=1e-14)
    assert slope[0] == pytest.approx(integral(lambda x: -1 / (z - x) ** 2), rel=1e-11, abs=1e-14)
    logs = law.log_potential(np.array([complex(z)]))[0]
    assert logs == pytest.approx(integral(lambda x: np.log(z - x + 0j)), rel=1e-11)


def test_on_the_line_it_is_the_limit_from_above():
    law = GridDensity(POINTS, VALUES)
    x = np.array([-0.5, 0.0, 0.1, 0.35, 0.7, 1.9])  # points and middles of the grid among them
    above = law.cauchy(x + 1e-12j)[0]
    assert law.cauchy(x + 0j)[0] == pytest.approx(above, rel=1e-9)
    assert -above.imag / np.pi == pytest.approx(np.interp(x, POINTS, law.values), rel=1e-9)
    assert law.log_potential(x + 0j) == pytest.approx(law.log_potential(x + 1e-12j), rel=1e-9)


def test_moments_and_gaps():
    law = GridDensity([-1.0, 0.0, 1.0, 2.0, 3.0, 4.0], [0.0, 1.0, 0.0, 0.0, 1.0, 0.0])
    assert law.support.tolist() == [[-1, 1], [2, 4]]
    assert law.mean == pytest.approx(1.5)
    assert law.variance == pytest.approx(1.5**2 + 1 / 6)
    assert law.moments(2) == pytest.approx([1.5, 4.5 + 1 / 6])


def test_a_fine_grid_is_the_semicircle():
    x = -2 * np.cos(np.linspace(0, np.pi, 2001))
    fine, exact = GridDensity(x, np.sqrt(np.maximum(4 - x**2, 0))), Semicircle(1.0)
    z = np.array([3.0, 0.1 + 0.1j, -1.9 + 0.01j])
    assert fine.cauchy(z)[0] == pytest.approx(exact.cauchy(z)[0], rel=1e-5)
    assert fine.log_potential(z) == pytest.approx(exact.log_potential(z), rel=1e-5)


@pytest.mark.parametrize(
    ("points", "values", "text"),
    [
        ([0.0, 0.0], [1.0, 1.0], "points must be at least 2 and ascend"),
        ([0.0, 1.0], [1.0], r"values must have shape \(2,\)"),
        ([0.0, 1.0], [1.0, -1.0], "values must be non-negative and not all zero, got -1"),
        ([0.0, 1.0], [0.0, 0.0], "values must be non-negative and not all zero, got 0"),
    ],
)
def test_what_is_no_density_is_refused(points, values, text):
    with pytest.raises(InputError, match=text):
        GridDensity(points, values)
