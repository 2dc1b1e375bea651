"""Outliers beside a soft edge: far above it they are alone, and one at it is the spiked edge's."""

import numpy as np

from theory.spread import outliers_at_edge, spiked_edge, splitting
from theory.spread.splitting import Ordered

NONE = np.empty(0)


def test_one_that_has_left_is_alone_and_the_next_at_the_edge():
    """Whatever the highest, the lower one is drawn as if it were the only one."""
    b, D, edge = np.array([1.5, 0.9]), 10**5, {"edge": 1.0, "scale": 0.05}
    position = np.array([3.0, 1.05])
    alone = Ordered(position, np.array([0.01, 1.0]))
    found = outliers_at_edge.ordered(alone, position, b, NONE, D=D, **edge)
    assert (found.mean[0], found.std[0]) == (alone.mean[0], alone.std[0])
    lower = Ordered(alone.mean[1:], alone.std[1:])
    single = outliers_at_edge.ordered(lower, position[1:], b[1:], NONE, D=D, **edge)
    error = single.std[0] / np.sqrt(512)
    column = 0.05 / np.sqrt(2.0 / 0.05)  # the higher takes one with it: scale/strength
    assert abs(found.mean[1] - single.mean[0]) < 4 * np.sqrt(2) * error + column
    all_around_it = spiked_edge.draw(np.sqrt((position - 1) / 0.05), np.zeros((1, 1, 1)), D=D)
    assert abs(1 + 0.05 * all_around_it.values[:, 1].mean() - single.mean[0]) > 5 * error


def test_at_the_edge_it_is_the_spiked_edge():
    position, b = np.array([5.0]), np.array([1.0])
    alone = Ordered(position, b)
    found = outliers_at_edge.ordered(
        alone, position, b, np.array([-2.0, -99.0]), edge=5.0, scale=0.1, D=10**4
    )
    drawn = spiked_edge.draw(np.array([0.0, -2.0]), np.zeros((1, 1, 1)), D=10**4)
    mean, std = drawn.moments(drawn.values[:, :1])
    np.testing.assert_allclose(found.mean, 5 + 0.1 * mean)
    np.testing.assert_allclose(found.std, 0.1 * std)
    lone = outliers_at_edge.ordered(alone, position, b, NONE, edge=5.0, scale=0.1, D=10**4)
    assert found.mean[0] > lone.mean[0]  # short means lift it


def test_who_reaches_the_edge():
    far, near = Ordered(np.array([2.0, 1.5]), np.array([0.1, 0.1])), np.array([0.1, 0.2])
    assert not outliers_at_edge.reached(far, 1.0, first=2)
    assert outliers_at_edge.reached(Ordered(far.mean, near), 1.0, first=2)
    assert not outliers_at_edge.reached(Ordered(far.mean, near), 1.0, first=1)
    assert outliers_at_edge.reached(splitting.NONE, 1.0, first=1)
