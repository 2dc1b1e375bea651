"""Outliers by products against those from dense matrices, and the gradient on them."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from tests.support.draws.sampling import outputs
from theory import stream
from theory.checks import InputError
from theory.models import Isotropic
from theory.models.many_classes import (
    ManyClasses,
    blocks_plus_low_rank,
    diagonal_plus_low_rank,
    logit_covariance,
)
from theory.models.many_classes.low_rank_means import LowRankMeans
from theory.models.separable import Separable

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


@pytest.mark.parametrize("sigma_E", [0.0, 1.0, 5.0])
def test_means_of_groups_are_those_of_the_dense_cluster_level(sigma_E):
    """And those of one group would be refused."""
    C, rng = 10, stream(1, "groups")
    p, y = outputs(rng, N=100, C=C, sigma_z=1.5), rng.integers(C, size=100)
    r = p - np.eye(C)[y]
    roots = rng.normal(size=(C, C, 5)) / 2
    means = blocks_plus_low_rank(roots @ roots.transpose(0, 2, 1), rng.normal(size=(C, C, 3)) / 2)
    ours = ManyClasses(p, means=means, sigma_E=sigma_E, D=400, top=9, groups=y)
    dense = Isotropic(p, Gamma=means.Gamma, sigma_E=sigma_E, D=400, groups=y)
    count = min(9, len(dense.outliers))
    np.testing.assert_allclose(ours.outliers, dense.outliers[:count], rtol=1e-8)
    theirs = dense.power(r)
    np.testing.assert_allclose(ours.power(r).outliers, theirs.outliers[:count], atol=1e-3)
    assert ours.power(r).norm == pytest.approx(theirs.norm, rel=1e-12)
    shared = LowRankMeans(means.own.mean(1, keepdims=True), means.factor.mean(0, keepdims=True))
    one = ManyClasses(p, means=shared, sigma_E=sigma_E, D=400, top=2).outliers
    assert len(one) < 2 or abs(one[0] / ours.outliers[0] - 1) > 0.2


@pytest.mark.parametrize("sigma_E", [0.5, 2.0])
def test_noise_across_logits_is_that_of_the_dense_anisotropic_level(sigma_E):
    """And noise of the same length that is independent across logits would be refused."""
    C, rng = 12, stream(2, "logits")
    p = outputs(rng, N=100, C=C, sigma_z=1.5)
    r = p - np.eye(C)[rng.integers(C, size=100)]
    K = logit_covariance(rng.uniform(0.5, 2, C), rng.normal(size=(C, 3)))
    means = diagonal_plus_low_rank(rng.uniform(0.5, 2, C), rng.normal(size=(C, 2)))
    length = sigma_E * np.sqrt(np.trace(K.matrix) / C)
    values, frame = np.linalg.eigh(means.Gamma)
    rows = np.zeros((C, 400))
    rows[:, :C] = frame * np.sqrt(values)
    dense = Separable(p, means=rows, sigma_E=length, T=np.ones(400), K_C=K.matrix)
    ours = ManyClasses(p, means=means, sigma_E=sigma_E, D=400, top=C - 1, K_C=K)
    np.testing.assert_allclose(ours.outliers, dense.outliers, rtol=1e-8)
    assert ours.upper_edge == pytest.approx(dense.edges[0, 1], rel=1e-7)
    np.testing.assert_allclose(ours.power(r).outliers, dense.power(r).outliers, atol=1e-7)
    plain = ManyClasses(p, means=means, sigma_E=length, D=400, top=C - 1)
    count = min(len(plain.outliers), len(ours.outliers))
    assert abs(plain.outliers[:count] / ours.outliers[:count] - 1).max() > 0.003


def test_directions_are_added_until_the_equation_is_solved():
    """Where the leading eigenvectors at ``u = ∞`` alone do not solve it, with many classes."""
    C, rng = 200, stream(3, "directions")
    p = outputs(rng, N=60, C=C, sigma_z=2.5)
    means = diagonal_plus_low_rank(rng.uniform(0.5, 2, C), rng.normal(size=(C, 4)) / 5)
    ours = ManyClasses(p, means=means, sigma_E=2.0, D=300, top=6)
    dense = Isotropic(p, Gamma=means.Gamma, sigma_E=2.0, D=300)
    np.testing.assert_allclose(ours.outliers, dense.outliers[:6], rtol=1e-9)
    basis = ours.signal.leading(6)
    u, x = ours.solution.u[-1], ours.solution.vectors[-1]
    assert np.linalg.norm(x - (x @ basis.T) @ basis) > 1e-3  # the first would miss this much
    assert np.linalg.norm(ours.signal.left(x, u)) < 1e-5 * u


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
    K_C = logit_covariance([1.0], [[1.0]])
    with pytest.raises(InputError, match="K_C must be those of 30 logits, got 1"):
        ManyClasses(P, means=MEANS, sigma_E=1.0, D=D, top=2, K_C=K_C)
    two = blocks_plus_low_rank(np.tile(np.eye(2), (C, 1, 1)))
    with pytest.raises(InputError, match="groups must be given for means of 2 groups"):
        ManyClasses(P, means=two, sigma_E=1.0, D=D, top=2)
    with pytest.raises(InputError, match=r"groups must lie in 0\.\.1"):
        ManyClasses(P, means=two, sigma_E=1.0, D=D, top=2, groups=np.arange(N))
    with pytest.raises(InputError, match="r must"):
        ManyClasses(P, means=MEANS, sigma_E=1.0, D=D, top=2).power(R[:3])
