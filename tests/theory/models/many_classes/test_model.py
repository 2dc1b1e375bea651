"""Outliers by products against those from dense matrices, and the gradient on them."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from tests.support.draws.sampling import outputs
from theory import stream
from theory.checks import InputError
from theory.models import Isotropic
from theory.models.many_classes import ManyClasses, diagonal_plus_low_rank

N, C, D, TOP = 120, 30, 400, 8
RNG = stream(0, "many classes")
P = outputs(RNG, N=N, C=C, sigma_z=1.5)
R = P - np.eye(C)[RNG.integers(C, size=N)]
MEANS = diagonal_plus_low_rank(RNG.uniform(0.5, 2, C), RNG.normal(size=(C, 4)))


def pair(sigma_E: float, *, top: int = TOP, D: int = D) -> tuple[ManyClasses, Isotropic]:
    """By products, and with matrices of C × C."""
    return (
        ManyClasses(P, means=MEANS, sigma_E=sigma_E, D=D, top=top),
        Isotropic(P, Gamma=MEANS.Gamma, sigma_E=sigma_E, D=D),
    )


@pytest.mark.parametrize("sigma_E", [0.0, 0.7, 2.0, 6.0])
def test_outliers_are_those_of_the_dense_equation(sigma_E):
    """To 1e-8, also where only some leave the bulk."""
    found, dense = pair(sigma_E)
    count = min(TOP, len(dense.outliers))
    assert count == len(found.outliers)
    np.testing.assert_allclose(found.outliers, dense.outliers[:count], rtol=1e-8)
    np.testing.assert_allclose(found.solution.transfer, dense.solution.transfer[:count], rtol=1e-6)
    if sigma_E:
        assert found.upper_edge == pytest.approx(dense.edges[-1, 1], rel=1e-6)
    if sigma_E > 5:
        assert count < TOP


@pytest.mark.parametrize("sigma_E", [0.0, 1.0])
def test_all_outliers_and_their_gradient_are_those_of_the_dense_model(sigma_E):
    found, dense = pair(sigma_E, top=C - 1)
    ours, theirs = found.power(R), dense.power(R)
    np.testing.assert_allclose(ours.outliers, theirs.outliers, rtol=1e-6, atol=1e-10)
    assert ours.norm == pytest.approx(theirs.norm, rel=1e-12)


def test_the_gradient_on_a_few_is_their_share_of_the_whole():
    found, dense = pair(1.0)
    np.testing.assert_allclose(
        found.power(R).outliers.sum(), dense.power(R).outliers[:TOP].sum(), atol=2e-3
    )


def test_a_vocabulary_takes_no_matrix_of_its_size():
    """C = 20,000, whose square alone would take 3 GB; equal outputs and means are known."""
    C, N = 20_000, 3
    p = np.full((N, C), 1 / C)
    tracemalloc.start()
    model = ManyClasses(
        p, means=diagonal_plus_low_rank(np.full(C, 2.0)), sigma_E=0.0, D=10**6, top=2
    )
    np.testing.assert_allclose(model.outliers, 2 / C, rtol=1e-9)
    assert tracemalloc.get_traced_memory()[1] < 60 * 8 * C * N
    tracemalloc.stop()


def test_what_does_not_fit_together_is_refused():
    with pytest.raises(InputError, match="means must be those of 30 logits, got 2"):
        ManyClasses(P, means=diagonal_plus_low_rank([1.0, 1.0]), sigma_E=1.0, D=10, top=1)
    with pytest.raises(InputError, match="top must be at most 29, got 30"):
        ManyClasses(P, means=MEANS, sigma_E=1.0, D=D, top=30)
    with pytest.raises(InputError, match="r must"):
        ManyClasses(P, means=MEANS, sigma_E=1.0, D=D, top=2).power(R[:3])
