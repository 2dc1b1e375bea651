"""Regions, pieces, curves and length of boundaries that are known."""

from __future__ import annotations

import numpy as np
import pytest

from empirical.boundary.grid import Grid, on_grid, window
from theory import InputError

HALF = 2.0


def grid(classify, nodes=80):
    return on_grid(classify, centre=(0.013, -0.017), half=HALF, nodes=nodes)


def counts(found):
    return found.regions, found.pieces, found.curves


def line(x):
    return (x @ (1.0, 0.4) > 0.3).astype(int)


def disc(x):
    return (np.hypot(*x.T) < 1).astype(int)


def arms(x):
    return ((np.arctan2(*x.T) + np.pi) // (2 * np.pi / 3)).astype(int)


def board(x):
    """4 × 4 squares in the window."""
    return (np.floor(x / 1.02).sum(1) % 2).astype(int)


def rings(x):
    """Circles of radii 0.5, 1 and 1.5."""
    return np.minimum(np.hypot(*x.T) // 0.5, 3).astype(int) % 2


@pytest.mark.parametrize(
    ("classify", "expected"),
    [
        (line, (2, 1, 1)),
        (disc, (2, 1, 1)),
        (arms, (3, 3, 1)),
        (rings, (4, 3, 3)),
        (board, (16, 24, 1)),
        (lambda x: np.zeros(len(x)), (1, 0, 0)),
    ],
    ids=["line", "disc", "arms", "rings", "board", "none"],
)
def test_boundaries_that_are_known_have_their_counts(classify, expected):
    assert counts(grid(classify)) == expected


def by_flooding(labels):
    """Pieces and curves by walking along the boundary, a side at a time."""
    n, m = labels.shape
    region, names = -np.ones((n, m), dtype=int), 0
    for start in np.ndindex(n, m):
        if region[start] >= 0:
            continue
        todo = [start]
        while todo:
            i, j = todo.pop()
            if region[i, j] < 0:
                region[i, j] = names
                for a, b in ((i + 1, j), (i - 1, j), (i, j + 1), (i, j - 1)):
                    if 0 <= a < n and 0 <= b < m and labels[a, b] == labels[i, j]:
                        todo.append((a, b))
        names += 1
    sides = {}
    for i, j in np.ndindex(n, m):
        for a, b, ends in (
            (i + 1, j, {(i + 1, j), (i + 1, j + 1)}),
            (i, j + 1, {(i, j + 1), (i + 1, j + 1)}),
        ):
            if a < n and b < m and region[a, b] != region[i, j]:
                sides[i, j, a, b] = ends, frozenset((region[a, b], region[i, j]))
    found = []
    for apart in (True, False):
        left, parts = dict(sides), 0
        while left:
            todo, parts = [left.popitem()[1]], parts + 1
            while todo:
                ends, pair = todo.pop()
                near = [k for k, (e, p) in left.items() if e & ends and (p == pair or not apart)]
                todo += [left.pop(k) for k in near]
        found.append(parts)
    return names, *found


@pytest.mark.parametrize("classes", [2, 3])
def test_counts_are_those_of_a_walk_along_the_boundary(classes):
    rng = np.random.default_rng(classes)
    for _ in range(5):
        labels = rng.integers(classes, size=(9, 7))
        found = Grid(np.arange(7.0), np.arange(9.0), labels)
        assert counts(found) == by_flooding(labels)


def test_only_pieces_between_points_are_told_apart():
    found = grid(board)
    middle = np.array([[0.5, 0.5], [1.5, 0.5], [0.5, 1.5], [-1.5, -1.5]])
    assert found.pieces_between(middle) == 2  # the last two have no neighbour with a point
    assert found.pieces_between(np.array([[0.5, 0.5], [90.0, 0.0]])) == 0


@pytest.mark.parametrize("angle", [0.0, 0.2, np.pi / 8, 0.6, np.pi / 4])
def test_the_length_of_a_line_is_within_what_four_directions_allow(angle):
    """``(π/8) Σ_k |sin(angle - k π/4)|`` of it, and an error of the ends."""
    normal = np.array([-np.sin(angle), np.cos(angle)])
    found = grid(lambda x: (x @ normal > 0.1).astype(int), nodes=400)
    along = np.array([np.cos(angle), np.sin(angle)])
    reach = np.linspace(-4, 4, 100_001)[:, None] * along + 0.1 * normal - (0.013, -0.017)
    length = (np.abs(reach).max(1) < HALF).mean() * 8
    share = np.pi / 8 * np.abs(np.sin(angle - np.arange(4) * np.pi / 4)).sum()
    assert found.length == pytest.approx(share * length, abs=4 * found.spacing)
    assert 0.948 < share < 1.027


def test_the_length_of_a_circle_is_its_circumference():
    assert grid(disc, nodes=400).length == pytest.approx(2 * np.pi, rel=0.01)


def test_the_window_holds_the_points_and_a_quarter_more():
    centre, half = window(np.array([[0.0, 1.0], [4.0, 2.0]]))
    assert centre == (2.0, 1.5)
    assert half == 2.5
    for points, message in (
        (np.ones((3, 2)), "points must not be all the same"),
        (np.ones((3, 4)), r"points must have shape \(n, 2\), got \(3, 4\)"),
    ):
        with pytest.raises(InputError, match=message):
            window(points)


def test_a_grid_needs_two_nodes():
    with pytest.raises(InputError, match="nodes must be at least 2, got 1"):
        grid(disc, nodes=1)
