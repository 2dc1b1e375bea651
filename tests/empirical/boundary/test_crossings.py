"""Distances to boundaries that are known, of functions and of a linear network."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from empirical.boundary.crossings import crossings, distances, true_margin
from empirical.boundary.grid import on_grid
from empirical.boundary.networks import classifier
from empirical.networks import mlp

POINTS = np.random.default_rng(0).uniform(-1, 1, (40, 2))


def linear():
    """A network whose boundary is ``0.6 x + 0.8 y = 0.2``."""
    network = mlp((2, 2), seed=0)
    with torch.no_grad():
        network.get_parameter("0.weight")[:] = torch.tensor([[0.0, 0.0], [3.0, 4.0]])
        network.get_parameter("0.bias")[:] = torch.tensor([0.0, -1.0])
    return classifier(network)


def seen(classify, nodes=40):
    return on_grid(classify, centre=(0, 0), half=1.5, nodes=nodes)


def disc(x):
    return (np.hypot(*x.T) < 0.7).astype(int)


CASES = {
    "linear network": (linear(), np.abs(POINTS @ (0.6, 0.8) - 0.2)),
    "circle": (disc, np.abs(np.hypot(*POINTS.T) - 0.7)),
}


@pytest.mark.parametrize("name", CASES)
def test_crossings_lie_on_the_boundary(name):
    classify, _ = CASES[name]
    at = crossings(classify, seen(classify))
    off = at @ (0.6, 0.8) - 0.2 if name == "linear network" else np.hypot(*at.T) - 0.7
    np.testing.assert_allclose(off, 0, atol=1e-7)
    assert len(at) > 50


@pytest.mark.parametrize("name", CASES)
def test_distances_are_above_by_less_than_a_diagonal(name):
    classify, exact = CASES[name]
    grid = seen(classify)
    found = distances(classify, grid, POINTS)
    assert (found >= exact - 1e-7).all()
    assert (found <= exact + np.sqrt(2) * grid.spacing).all()


@pytest.mark.parametrize("nodes", [15, 40])
@pytest.mark.parametrize("name", CASES)
def test_the_margin_is_exact_where_the_grid_is_coarse(name, nodes):
    classify, exact = CASES[name]
    grid = seen(classify, nodes)
    found = true_margin(classify, grid, POINTS)
    assert found == pytest.approx(exact.min(), rel=2e-3)
    second = np.partition(exact, 1)[1]
    assert abs(second / exact.min() - 1) > 0.1  # another point would not do


def test_one_region_has_no_boundary():
    def nothing(x):
        return np.zeros(len(x), dtype=np.int64)

    assert crossings(nothing, seen(nothing)).shape == (0, 2)
    assert true_margin(nothing, seen(nothing), POINTS) == np.inf
