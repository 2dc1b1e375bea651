"""Means of diagonal plus low-rank Gram matrix, against that matrix."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.draws.sampling import outputs
from theory import stream
from theory.checks import InputError
from theory.models.many_classes import diagonal_plus_low_rank
from theory.models.means import Means

RNG = stream(0, "low rank")
DIAGONAL, FACTOR = RNG.uniform(0, 2, 6), RNG.normal(size=(6, 2))
MEANS = diagonal_plus_low_rank(DIAGONAL, FACTOR)


def test_products_are_those_of_a_factor_of_the_matrix():
    c = np.column_stack([np.diag(np.sqrt(DIAGONAL)), FACTOR])
    np.testing.assert_allclose(MEANS.Gamma, c @ c.T, rtol=1e-14)
    np.testing.assert_allclose(MEANS.squares, np.diag(MEANS.Gamma), rtol=1e-14)
    assert MEANS.sigma_c == pytest.approx(np.sqrt(np.trace(MEANS.Gamma) / 6), rel=1e-14)
    x, y = RNG.normal(size=8), RNG.normal(size=6)
    np.testing.assert_allclose(MEANS.mixed(x), c @ x, rtol=1e-13)
    np.testing.assert_allclose(MEANS.along(y), c.T @ y, rtol=1e-13)


def test_pull_is_that_of_fixed_means():
    c = np.column_stack([np.diag(np.sqrt(DIAGONAL)), FACTOR])
    p = outputs(RNG, N=20, C=6, sigma_z=1.0)
    r = p - np.eye(6)[RNG.integers(6, size=20)]
    whole = Means(c[None], np.zeros(20, dtype=np.int64))
    for kappa in (0.0, -0.3):
        np.testing.assert_allclose(
            MEANS.pull(p, r, kappa=kappa), whole.pull(p, r, kappa=kappa), rtol=1e-12
        )


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
