"""Draws whose rows are made when they are looked at."""

import numpy as np
import pytest

from simulate import _kernels
from simulate.ensemble import ensemble
from simulate.one_draw.lazy_draw import CHUNK, Explored, Rows
from theory import stream

pytestmark = pytest.mark.kernels


def example(N=14, C=4, D=70, *, levels=(), **model):
    """A small ensemble with any of the levels that need no curvature."""
    rng = stream(0, "explored")
    p, y = rng.dirichlet(np.ones(C), size=N), rng.integers(C, size=N)
    groups = y if "groups" in levels else None
    R = C if groups is None else C * C
    means = rng.standard_normal((R, D)) / np.sqrt(D)
    if "K_C" in levels:
        factor = rng.standard_normal((C, C))
        model["K_C"] = factor @ factor.T
    if "T" in levels:
        model["T"] = np.where(np.arange(D) < 20, 9.0, np.arange(D) % 2 + 0.5)
    return ensemble(p, p - np.eye(C)[y], means=means, sigma_E=1.0, D=D, groups=groups, **model)


LEVELS = [(), ("groups",), ("K_C", "T"), ("groups", "K_C", "T")]


def fold_rows_twin(p, root, rows):
    return root * (rows - (p * rows).sum(axis=-1, keepdims=True))


def unfold_rows_twin(p, root, rows):
    return root * rows - p * (root * rows).sum(axis=-1, keepdims=True)


@pytest.mark.parametrize("name", ["fold_rows", "unfold_rows"])
def test_kernels_are_their_twins_and_transposes(name):
    rng = stream(1)
    p, root = rng.dirichlet(np.ones(3), size=5), rng.random((5, 3))
    rows = rng.standard_normal((2, 5, 3))
    out = rows.copy()
    getattr(_kernels, name)(p, root, out)
    np.testing.assert_allclose(out, globals()[f"{name}_twin"](p, root, rows), atol=1e-15)
    x, y = rng.standard_normal((2, 1, 5, 3))
    folded, unfolded = fold_rows_twin(p, root, x), unfold_rows_twin(p, root, y)
    assert (folded * y).sum() == pytest.approx((x * unfolded).sum())


def test_rows_are_one_matrix():
    rng, rows = stream(2), Rows(7)
    assert rows.dot(np.ones((2, 7))).shape == (2, 0)
    np.testing.assert_array_equal(rows.combine(np.zeros((2, 0))), np.zeros((2, 7)))
    blocks = [rng.standard_normal((b, 7)) for b in (1, CHUNK - 1, 3, 2 * CHUNK, 0, 5)]
    for block in blocks:
        rows.append(block)
    matrix, weights = np.concatenate(blocks), rng.standard_normal((3, len(np.concatenate(blocks))))
    assert rows.count == len(matrix)
    np.testing.assert_allclose(rows.combine(weights), weights @ matrix, atol=1e-13)
    np.testing.assert_allclose(rows.dot(matrix[:4]), matrix[:4] @ matrix.T, atol=1e-13)


@pytest.mark.parametrize("levels", LEVELS)
def test_what_is_known_is_a_piece_of_one_hessian(levels):
    """Looked at in full, the draw keeps its first block, its gradient and all inner products."""
    e = example(levels=levels)
    known = Explored(e, rng=stream(3))
    known.wander(5)
    m, early, slopes = len(known.g), known.H.copy(), known.g.copy()
    known.wander(60)
    assert known.looked == 56  # all of the N·C dimensions
    np.testing.assert_array_equal(known.H[:m, :m], early)
    np.testing.assert_array_equal(known.g[:m], slopes)
    F = known.F.combine(np.eye(len(known.g)))
    np.testing.assert_allclose(known.H, F @ F.T, atol=1e-13)
    # the gradient is a combination of the directions known first: g = Jᵀr/N
    first = len(e.spread) + len(e.rest)
    np.testing.assert_allclose(known.g[first:], 0, atol=1e-13)


@pytest.mark.parametrize("levels", LEVELS)
def test_sources_lead_out_of_the_known_space(levels):
    """After looking at the sources of c, G V c is known in full: nothing is left to look at."""
    known = Explored(example(levels=levels), rng=stream(4))
    c = stream(5).standard_normal((3, len(known.g)))
    z = known.sources(c)
    before, _ = known.residuals(c, z)
    known.look(z)
    out = np.linalg.norm(known.H[: c.shape[1], c.shape[1] :].T @ c.T, axis=0)
    c = np.pad(c, ((0, 0), (0, len(known.g) - c.shape[1])))
    after, _ = known.residuals(c, known.sources(c))
    np.testing.assert_allclose(out, before, rtol=0.5)  # an RMS, against one draw of it
    assert (after < 1e-12 * before).all()


def test_directions_run_out_with_the_weights():
    known = Explored(example(D=10), rng=stream(6))
    known.wander(30)
    known.wander(30)
    assert len(known.g) == 10


def test_a_second_look_shows_nothing_new():
    known = Explored(example(), rng=stream(8))
    seen = stream(9).standard_normal((2, 56))
    known.look(seen)
    H = known.H.copy()
    known.look(3 * seen[:1] - seen[1:])
    np.testing.assert_array_equal(known.H, H)
    known.wander(60)
    assert known.looked == 56
    known.wander(5)
    assert known.looked == 56


def test_curvature_of_known_directions_is_consistent():
    """A bent direction c leaves V by one new direction only, so later ones see nothing of it."""
    known = Explored(example(sigma_H=0.5), rng=stream(7))
    c = np.eye(len(known.g))[:2]
    known.bend(c)
    m = len(known.g)
    known.wander(3)
    G = known.F.dot(known.F.combine(np.eye(len(known.g))))
    W = known.H - G
    np.testing.assert_allclose(W, W.T, atol=1e-14)
    np.testing.assert_allclose(W[m:, :2], 0, atol=1e-14)
    assert (np.abs(W[m - 2 : m, :2]).max(axis=1) > 1e-3).all()
    c = np.eye(len(known.g))[:2]
    assert known.residuals(c, known.sources(c))[1].max() < 1e-14
