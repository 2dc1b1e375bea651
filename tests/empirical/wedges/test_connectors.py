"""Connectors between networks: right angles, corners, and a loss that stays low."""

import numpy as np
import pytest
import torch

from empirical.data import digits
from empirical.networks import mlp
from empirical.settings.recipe import Recipe
from empirical.wedges import Losses, connectors, optima
from theory import InputError, stream

WIDTHS = (64, 20, 10)


@pytest.fixture(scope="module")
def losses():
    return Losses(mlp(WIDTHS, seed=0), digits(seed=0)[0].take(np.arange(200)))


@pytest.fixture(scope="module")
def corners(losses):
    recipe = Recipe(epochs=25, batch_size=16, momentum=0.9)
    return torch.cat(
        [optima.train(mlp(WIDTHS, seed=s), losses.data, recipe, seed=s) for s in range(3)]
    )


@pytest.fixture(scope="module")
def connector(losses, corners):
    return connectors.relax(losses, corners, divisions=5, steps=80, learning_rate=0.01)


def test_points_are_relaxed_at_right_angles_and_corners_stay(connector, corners):
    edges = (corners[1:] - corners[0]).double()
    moved = connector.moved.double()
    cosine = (moved @ edges.T).abs() / (edges.norm(dim=1) * moved.norm(dim=1).max())
    assert float(cosine.max()) < 1e-5
    torch.testing.assert_close(connector.at(np.eye(3)), corners)
    assert float(moved.norm(dim=1).max()) > 1


def test_a_two_connector_stays_within_a_twentieth_of_the_optima_where_the_simplex_does_not(
    connector, losses
):
    found = connectors.measure(connector, losses, points=150, seed=0)
    allowed = float(found.optima.max()) + 0.05
    assert float(found.connector.max()) < allowed
    assert float((found.linear > allowed).mean()) > 0.5
    assert float(found.lattice.max()) < allowed


def test_losses_are_those_at_the_weights_and_shares_are_their_means(connector, losses, corners):
    found = connectors.measure(connector, losses, points=5, seed=1)
    shares = torch.from_numpy(found.shares.values).float()
    flat = losses.loss(shares @ corners).numpy()
    np.testing.assert_allclose(found.linear, flat, rtol=1e-4)
    heights = (connector.at(found.shares.values) - shares @ corners).norm(dim=1)
    np.testing.assert_allclose(found.height, heights, rtol=1e-4)


def test_a_convex_loss_has_flat_connectors():
    """Of one linear layer: relaxed points gain no more than the simplex' least loss allows."""
    data = digits(seed=0)[1]
    at = Losses(mlp((64, 10), seed=0), data)
    ends = 0.1 * torch.from_numpy(stream(0).standard_normal((2, at.D))).float()
    own = connectors.relax(at, ends, divisions=4, steps=20, learning_rate=0.01)
    found = connectors.measure(own, at, points=40, seed=0)
    assert np.all(found.linear <= found.optima.max())
    assert float(found.connector.mean()) < float(found.linear.mean())


@pytest.mark.parametrize(
    ("optima_of", "changes", "message"),
    [
        (lambda c: c[:1], {}, "optima must have shape"),
        (lambda c: c[[0, 0]], {}, "got dependent ones"),
        (lambda c: c, {"steps": 0}, "steps must be at least 1, got 0"),
        (lambda c: c, {"divisions": 0}, "divisions must be at least 1, got 0"),
    ],
)
def test_bad_input_is_refused(losses, corners, optima_of, changes, message):
    settings = {"divisions": 2, "steps": 1, "learning_rate": 0.1} | changes
    with pytest.raises(InputError, match=message):
        connectors.relax(losses, optima_of(corners), **settings)
