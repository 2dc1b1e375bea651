"""Estimates of the model's parameters on gradients drawn from a model that is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from empirical.estimates.parameters import Estimate, estimate
from tests.support.draws.drawn_gradients import (
    D_EFF,
    DRAWS,
    GAMMA,
    K_C,
    SIGMA_E,
    SIZES,
    C,
    D,
    draw,
    sample_of,
)
from theory import checks, stream
from theory.checks import InputError


@pytest.fixture(scope="module")
def estimates() -> list[Estimate]:
    return [estimate(draw(index)) for index in range(DRAWS)]


def near(values, truth, *, z=4.0, bias=0.0) -> np.ndarray:
    values = np.asarray(values)
    error = values.std(axis=0, ddof=1) / np.sqrt(len(values))
    return np.abs(values.mean(axis=0) - truth) <= z * error + bias


def test_cluster_means_are_free_of_noise(estimates):
    found = np.stack([e.cluster.Gamma.numpy() for e in estimates])
    assert near(found, GAMMA, bias=0.02 * GAMMA.diagonal().max()).all()  # the bias of clipping
    biased = GAMMA.diagonal() + SIGMA_E**2 * np.tile(K_C.diagonal(), C) / np.repeat(SIZES, C)
    diagonal = found.diagonal(axis1=1, axis2=2)
    assert (~near(diagonal, biased, bias=0.02 * GAMMA.diagonal().max())).sum() >= 6


def test_lengths_at_the_cluster_level(estimates):
    weights = np.repeat(SIZES, C) / (C * sum(SIZES))
    assert near([e.cluster.sigma_c**2 for e in estimates], weights @ GAMMA.diagonal())
    squares = [e.cluster.sigma_E**2 for e in estimates]
    assert near(squares, SIGMA_E**2)
    assert not near(squares, SIGMA_E**2 * (1 - C / sum(SIZES)))  # sample means left in


def test_level_FG_is_the_mean_over_pairs_of_different_examples(estimates):
    """Labels are fixed, so c_k is the mean over pairs of classes, without repetition."""
    n = np.array(SIZES)
    pairs = (np.outer(n, n) - np.diag(n)) / (n.sum() * (n.sum() - 1))
    expected = np.einsum("yw,ykwl->kl", pairs, GAMMA.reshape(C, C, C, C))
    found = np.stack([e.FG.Gamma.numpy() for e in estimates])
    assert near(found, expected, bias=1e-3 * np.abs(expected).max()).all()


def test_the_two_lengths_make_up_the_gradients():
    sample = draw(0)
    total = float(sample.gradients.squared_lengths().mean())
    found = estimate(sample)
    for level in (found.FG, found.cluster):
        assert level.sigma_c**2 + level.sigma_E**2 == pytest.approx(total, rel=1e-12)


def test_effective_dimension(estimates):
    """The inverse of the ratio is unbiased up to the fluctuation of its denominator, 2 %."""
    inverses = [1 / e.cluster.effective_dimension for e in estimates]
    assert near(inverses, 1 / D_EFF, bias=0.02 / D_EFF)
    assert not near(inverses, 1 / D, bias=0.02 / D)
    same_mean = 1 / D_EFF + (1 / np.array(SIZES) ** 2) @ (np.array(SIZES) / sum(SIZES)) ** 2
    assert not near(inverses, same_mean, bias=0.02 / D_EFF)


def test_isotropic_noise_fills_the_space():
    rng = stream(1, "isotropic")
    y = np.arange(200) % C
    dims = [
        estimate(sample_of(rng.standard_normal((200, C, 500)), y)).FG.effective_dimension
        for _ in range(4)
    ]
    assert np.mean(dims) == pytest.approx(500, rel=0.02)


def test_every_Gamma_is_a_Gram_matrix_for_theory(estimates):
    for e in estimates[:20]:
        checks.gram(e.FG.Gamma.numpy(), size=C)
        checks.gram(e.cluster.Gamma.numpy(), size=C * C)


def test_the_order_of_examples_and_classes_is_respected():
    sample = draw(3)
    order = torch.from_numpy(stream(2, "order").permutation(sum(SIZES)))
    a, b = estimate(sample), estimate(sample.take(order))
    torch.testing.assert_close(a.cluster.Gamma, b.cluster.Gamma, rtol=1e-10, atol=1e-12)
    assert a.cluster.sigma_E == pytest.approx(b.cluster.sigma_E, rel=1e-12)


def test_three_examples_of_a_class_do_not_suffice():
    y = np.array([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2])
    with pytest.raises(InputError, match="at least 4 examples in the sample, got 3 of class 2"):
        estimate(sample_of(np.ones((11, C, D)), y))
