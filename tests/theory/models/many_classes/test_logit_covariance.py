"""A covariance across logits of diagonal plus low rank, against the matrix."""

from __future__ import annotations

import numpy as np
import pytest

from theory import stream
from theory.checks import InputError
from theory.models.many_classes import logit_covariance


def test_products_are_those_of_the_matrix():
    rng = stream(0, "covariance")
    made = logit_covariance(rng.uniform(0.5, 2, 5), rng.normal(size=(5, 2)))
    y = rng.normal(size=(3, 5))
    np.testing.assert_allclose(made.seen(y), y @ made.matrix, rtol=1e-12)
    assert (made.logits, made.rank) == (5, 2)


@pytest.mark.parametrize(
    ("diagonal", "factor", "words"),
    [
        ([1.0, 0.0], [[1.0], [1.0]], "diagonal must be above 0, got 0"),
        ([1.0, 1.0], [[1.0]], "factor must have a row for each of the 2 entries"),
    ],
)
def test_what_is_no_covariance_is_refused(diagonal, factor, words):
    with pytest.raises(InputError, match=words):
        logit_covariance(diagonal, factor)
