"""Means of diagonal plus low-rank Gram matrix, against that matrix."""

from __future__ import annotations

import numpy as np
import pytest

from theory import stream
from theory.checks import InputError
from theory.models.many_classes import blocks_plus_low_rank, diagonal_plus_low_rank

RNG = stream(0, "low rank")
DIAGONAL, FACTOR = RNG.uniform(0, 2, 6), RNG.normal(size=(6, 2))
MEANS = diagonal_plus_low_rank(DIAGONAL, FACTOR)


def test_products_are_those_of_a_factor_of_the_matrix():
    c = np.column_stack([np.diag(np.sqrt(DIAGONAL)), FACTOR])
    np.testing.assert_allclose(MEANS.Gamma, c @ c.T, rtol=1e-14)
    np.testing.assert_allclose(MEANS.squares[0], np.diag(MEANS.Gamma), rtol=1e-14)
    assert MEANS.sigma_c == pytest.approx(np.sqrt(np.trace(MEANS.Gamma) / 6), rel=1e-14)
    x, y = RNG.normal(size=8), RNG.normal(size=6)
    np.testing.assert_allclose(MEANS.mixed(x)[0], c @ x, rtol=1e-13)
    np.testing.assert_allclose(MEANS.along(y[None]), c.T @ y, rtol=1e-13)


def test_groups_have_blocks_for_each_logit_and_share_the_factor():
    """Against the matrix entry by entry; a block's negative eigenvalue, noise, is left out."""
    roots, factor = RNG.normal(size=(4, 3, 3)), RNG.normal(size=(3, 4, 2))
    blocks = roots @ roots.transpose(0, 2, 1)
    made = blocks_plus_low_rank(blocks, factor)
    expected = np.einsum("gkr,hlr->gkhl", factor, factor)
    expected += np.einsum("kgh,kl->gkhl", blocks, np.eye(4))
    np.testing.assert_allclose(made.Gamma, expected.reshape(12, 12), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(made.squares.ravel(), np.diag(made.Gamma), rtol=1e-12)
    x = RNG.normal(size=(5, made.rank))
    each = [made.mixed(row) for row in x]
    np.testing.assert_allclose(made.mixed(x), each, rtol=1e-13)
    y = RNG.normal(size=(3, 4))
    np.testing.assert_allclose(made.along(y) @ x[0], np.sum(y * each[0]), rtol=1e-12)
    noisy = blocks_plus_low_rank([np.diag([1.0, -0.5])])
    np.testing.assert_allclose(noisy.Gamma, np.diag([1.0, 0.0]), atol=1e-15)


def test_orthogonal_means_have_no_factor():
    alone = diagonal_plus_low_rank([1.0, 4.0])
    assert alone.rank == 2
    np.testing.assert_array_equal(alone.Gamma, np.diag([1.0, 4.0]))


@pytest.mark.parametrize(
    ("diagonal", "factor", "words"),
    [
        ([1.0, -2.0], None, "diagonal must be at least 0, got -2"),
        ([1.0, 2.0], [[1.0]], "factor must have a row for each of the 2 entries of diagonal"),
        ([1.0, np.nan], None, "diagonal must be finite"),
    ],
)
def test_what_is_no_gram_matrix_is_refused(diagonal, factor, words):
    with pytest.raises(InputError, match=words):
        diagonal_plus_low_rank(diagonal, factor)


def test_blocks_that_do_not_fit_the_factor_are_refused():
    with pytest.raises(InputError, match=r"blocks and factor must have shapes .* \(2, 1, 1\)"):
        blocks_plus_low_rank(np.ones((2, 1, 1)), np.ones((1, 3, 1)))
