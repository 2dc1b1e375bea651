"""Edges: against polynomials where one law is a semicircle, and by the masses between gaps."""

from functools import reduce

import numpy as np
import pytest

from theory import InputError
from theory.free_addition import Atoms, FreeSum, GridDensity, Semicircle

rng = np.random.default_rng(3)


@pytest.mark.parametrize("sigma", [1e-5, 0.03, 0.2, 1.0, 40.0])
def test_edges_with_a_semicircle_are_roots_of_a_polynomial(sigma):
    """``z = ω + σ²G(ω)`` is stationary where ``σ² Σ w_i/(ω - x_i)² = 1``."""
    x, w = np.array([-1.0, -0.8, 0.1, 2.0]), np.array([0.1, 0.3, 0.2, 0.4])
    squares = [np.poly([each, each]) for each in x]
    rest = np.zeros(2 * x.size - 1)
    for i, weight in enumerate(w):
        rest += weight * reduce(np.polymul, [each for j, each in enumerate(squares) if j != i])
    roots = np.roots(np.polysub(reduce(np.polymul, squares), sigma**2 * rest))
    real = roots[np.abs(roots.imag) < 1e-9 * (1 + np.abs(roots))].real
    expected = np.sort(real + sigma**2 * np.sum(w / (real[:, None] - x), axis=1))
    edges = FreeSum(Atoms(x, w), Semicircle(sigma)).edges
    assert edges.ravel() == pytest.approx(expected, abs=1e-9)
    assert FreeSum(Semicircle(sigma), Atoms(x, w)).edges == pytest.approx(edges, abs=1e-12)


@pytest.mark.parametrize("seed", range(8))
def test_the_mass_in_the_intervals_is_that_of_atoms(seed):
    """In a gap, the mass above is that of atoms of both laws, less one where G < 0."""
    rng = np.random.default_rng(seed)
    first, second = (
        Atoms(10 ** rng.uniform(-1, 1) * rng.standard_normal(n), rng.uniform(0.1, 1, n))
        for n in rng.integers(2, 5, 2)
    )
    law = FreeSum(first, second)
    low, high = law.edges.T
    middle = (high[:-1] + low[1:]) / 2
    above = 1 - law.cdf(np.r_[low[0] - 1, middle, high[-1] + 1])
    sums = [np.r_[0, np.cumsum(each.weights[::-1])] for each in (first, second)]
    possible = np.add.outer(*sums).ravel()
    for mass in above[1:-1]:
        assert np.abs([possible - mass, possible - 1 - mass]).min() < 1e-9
    assert above[[0, -1]] == pytest.approx([1, 0], abs=1e-12)
    # the density vanishes like a root at each edge, and not inside
    inside = (low + high) / 2
    assert (law.density(np.r_[low - 1e-6, high + 1e-6, middle]) == 0).all()
    assert (law.density(inside) > 0).all()
    near = law.density(np.r_[low + 1e-8 * (high - low), low + 4e-8 * (high - low)])
    assert near[len(low) :] / near[: len(low)] == pytest.approx(2, rel=0.05)


def test_two_fair_coins_leave_no_gap():
    """Their masses add to exactly one at the middle: a gap that is closed."""
    coin = Atoms([-1.0, 1.0])
    assert FreeSum(coin, coin).edges == pytest.approx(np.array([[-2.0, 2.0]]), abs=1e-12)


def test_a_single_atom_shifts():
    law = FreeSum(Atoms([3.0]), GridDensity([-1.0, 0.0, 1.0], [0.0, 1.0, 0.0]))
    assert law.edges.tolist() == [[2, 4]]
    assert law.ends == (2, 4)
    assert FreeSum(Atoms([3.0]), Atoms([0.0, 1.0])).edges.shape == (0, 2)


def test_many_atoms_have_ends_still():
    many = Atoms(np.linspace(0, 1, 300))
    law = FreeSum(many, Atoms(np.linspace(0, 3, 200)))
    with pytest.raises(InputError, match="at most 10000 pairs of gaps, got 60501"):
        _ = law.edges
    low, high = law.ends
    assert 0 < low < 0.5
    assert high == pytest.approx(4 - low, abs=1e-9)  # both laws are symmetric about their middle
    x = np.array([low - 1e-6, low + 1e-6, high - 1e-6, high + 1e-6])
    assert (law.density(x) > 0).tolist() == [False, True, True, False]
