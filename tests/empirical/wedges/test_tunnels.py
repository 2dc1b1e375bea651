"""Widths of tunnels against losses whose width is known."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from empirical.data import digits
from empirical.networks import mlp
from empirical.wedges import Losses, tunnels
from theory import InputError


class Bowl(Losses):
    """``½ |w - w₀|²`` in place of the cross-entropy."""

    def loss(self, weights: Tensor) -> Tensor:
        return ((weights - 1) ** 2).sum(1) / 2


@pytest.fixture
def losses():
    return Losses(mlp((64, 9, 10), seed=0), digits(seed=0)[1])


def bowl(losses):
    return Bowl(losses.network, losses.data), torch.ones(losses.D)


@pytest.mark.parametrize("rise", [0.1, 2.0])
def test_the_width_of_a_bowl_is_that_of_its_curvature(losses, rise):
    at, bottom = bowl(losses)
    found = tunnels.radii(at, bottom, rise=rise, kind="uniform", directions=5, seed=0)
    assert found.shape == (5,)
    grid_step = (tunnels.MOST / tunnels.LEAST) ** (1 / (tunnels.RADII - 1)) - 1
    np.testing.assert_allclose(found, math.sqrt(2 * rise), rtol=grid_step)
    assert abs(float(found[0]) / math.sqrt(2.5 * rise) - 1) > 0.05


def test_filter_directions_have_the_norms_of_the_rows(losses):
    weights = torch.randn(losses.D, generator=torch.Generator().manual_seed(0))
    ways = tunnels.random_directions(losses, weights, kind="filter", count=3, seed=0)
    norm = weights.norm()
    for way, own in zip(losses.split(ways), losses.split(weights), strict=True):
        if own.ndim == 1:
            assert not way.any()
        else:
            rows = way.norm(dim=2) * norm
            torch.testing.assert_close(rows, own.norm(dim=1).expand_as(rows))


def test_widths_by_filter_do_not_see_a_rescaling_that_leaves_the_function():
    """Without biases: a hidden layer times 4 and the next over 4 give the same function."""
    data = digits(seed=0)[1]
    at = Losses(mlp((64, 9, 10), bias=False, seed=0), data)
    weights = torch.cat(
        [p.detach().flatten() for p in mlp((64, 9, 10), bias=False, seed=0).parameters()]
    )
    factors = torch.cat([torch.full((64 * 9,), 4.0), torch.full((90,), 0.25)])
    found = {
        kind: [
            tunnels.radii(at, w, rise=0.1, kind=kind, directions=4, seed=0).mean()
            * (w.norm() if kind == "filter" else 1)
            for w in (weights, factors * weights)
        ]
        for kind in ("uniform", "filter")
    }
    shares = [found["filter"][i] / w.norm() for i, w in enumerate((weights, factors * weights))]
    assert float(shares[0] / shares[1]) == pytest.approx(1, rel=0.02)
    assert abs(float(found["uniform"][0] / found["uniform"][1]) - 1) > 0.2


def test_a_flat_loss_has_no_width(losses):
    at, bottom = bowl(losses)
    found = tunnels.radii(at, bottom, rise=1e9, kind="uniform", directions=2, seed=0)
    assert torch.isinf(found).all()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rise": 0.0}, "rise must be greater than 0"),
        ({"kind": "sparse"}, "kind must be one of uniform, filter"),
        ({"directions": 0}, "count must be at least 1, got 0"),
    ],
)
def test_bad_input_is_refused(losses, changes, message):
    settings = {"rise": 0.1, "kind": "uniform", "directions": 2, "seed": 0} | changes
    with pytest.raises(InputError, match=message):
        tunnels.radii(losses, torch.ones(losses.D), **settings)
    with pytest.raises(InputError, match="weights must have shape"):
        tunnels.radii(losses, torch.ones(3), rise=0.1, kind="uniform", directions=1, seed=0)
