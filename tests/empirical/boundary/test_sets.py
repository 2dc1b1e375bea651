"""The sets of points are what they are said to be."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from empirical.boundary.sets import GAUSSIANS, GAUSSIANS_SCALE, points
from empirical.settings.boundary import SETS
from theory import InputError


def whole(name, examples=400):
    parts = points(name, examples=examples, seed=0)
    at = np.vstack([part.inputs.double().numpy() for part in parts])
    return at, np.concatenate([part.targets.numpy() for part in parts])


@pytest.mark.parametrize("name", SETS)
def test_halves_are_apart_and_the_same_seed_gives_the_same(name):
    train, test = points(name, examples=101, seed=4)
    assert (len(train), len(test)) == (51, 50)
    again, _ = points(name, examples=101, seed=4)
    other, _ = points(name, examples=101, seed=5)
    assert torch.equal(train.inputs, again.inputs)
    assert not torch.equal(train.inputs, other.inputs)
    assert not set(map(tuple, train.inputs.tolist())) & set(map(tuple, test.inputs.tolist()))
    share = np.bincount(whole(name)[1]) / 400
    np.testing.assert_allclose(share, 1 / train.classes, atol=0.01)


def test_gaussians_lie_around_their_means():
    at, labels = whole("gaussians", 3000)
    for k, mean in enumerate(GAUSSIANS):
        own = at[labels == k]
        error = GAUSSIANS_SCALE / np.sqrt(len(own))
        assert np.abs(own.mean(0) - mean).max() < 4 * error
        assert (own - mean).std() == pytest.approx(GAUSSIANS_SCALE, rel=0.1)


RULES = {
    "circles": lambda x: np.hypot(*x.T) < 0.75,
    "checkerboard": lambda x: np.prod(x, axis=1) < 0,
    "fine-checkerboard": lambda x: np.floor(x / (1.6 / 3)).sum(1) % 2 == 1,
    "islands": lambda x: np.hypot(*(np.abs(x) - 0.9).T) < 0.65,
}


@pytest.mark.parametrize("name", RULES)
def test_the_boundary_that_is_meant_divides_the_points(name):
    at, labels = whole(name)
    assert (RULES[name](at) == labels).mean() > 0.95
    assert 0.3 < labels.mean() < 0.7


def test_the_spirals_turn():
    at, labels = whole("spirals")
    radius = np.hypot(*at.T)
    turned = np.arctan2(at[:, 1], at[:, 0]) - 2 * np.pi * 1.25 * radius - np.pi * labels
    assert np.cos(turned)[radius > 0.4].min() > 0.6
    assert np.cos(turned + np.pi * labels)[radius > 0.4].min() < -0.9  # of one arm alone


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="name must be one of moons, circles, "):
        points("swiss roll", examples=10, seed=0)
    with pytest.raises(InputError, match="examples must be at least 2, got 1"):
        points("moons", examples=1, seed=0)
