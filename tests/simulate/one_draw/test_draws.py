"""Softmax outputs, labels and Gram matrices of means have their laws."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import chisquare, kstest

from simulate.one_draw.draws import examples, mean_gram
from theory import InputError, Params, memory, stream

SIZES: dict[str, Any] = {"N": 20_000, "C": 4, "D": 50}


SCALES: dict[str, Any] = {"sigma_z": 1.0, "sigma_c": 2.0, "sigma_E": 0.7}


def params(**changes):
    return Params(**(SIZES | SCALES | changes))


def test_softmax_of_gaussian_logits():
    drawn = examples(params(sigma_z=3.0), seed=1)
    direct = np.exp(drawn.z) / np.exp(drawn.z).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(drawn.p, direct, rtol=1e-12)
    assert kstest(drawn.z.ravel() / 3, "norm").pvalue > 1e-3
    np.testing.assert_allclose(drawn.r.sum(axis=1), 0, atol=1e-12)
    assert (drawn.r[np.arange(20_000), drawn.y] <= 0).all()


def test_softmax_is_stable_at_extreme_logits():
    drawn = examples(params(sigma_z=1e4, N=100), seed=1)
    np.testing.assert_allclose(drawn.p.sum(axis=1), 1)


def test_uniform_labels_ignore_the_logits():
    drawn = examples(params(), seed=2)
    assert chisquare(np.bincount(drawn.y, minlength=4)).pvalue > 1e-3
    hit = (drawn.y == drawn.p.argmax(axis=1)).mean()
    assert abs(hit - 1 / 4) < 4 * np.sqrt(3 / 16 / 20_000)


def test_balanced_labels_have_equal_counts_in_random_order():
    drawn = examples(params(labels="balanced"), seed=2)
    assert (np.bincount(drawn.y) == 5000).all()
    assert not (np.diff(drawn.y) >= 0).all()


def test_calibrated_labels_follow_the_softmax():
    drawn = examples(params(labels="calibrated"), seed=2)
    # Σ_μ (onehot(y) - p)_k has mean 0 and variance Σ_μ p_k (1 - p_k)
    z = drawn.r.sum(axis=0) / np.sqrt((drawn.p * (1 - drawn.p)).sum(axis=0))
    assert np.abs(z).max() < 4
    own = drawn.p[np.arange(20_000), drawn.y]
    Y = (drawn.p**2).sum(axis=1)
    spread = ((drawn.p**3).sum(axis=1) - Y**2).mean()
    error = np.sqrt(spread / 20_000)
    assert abs((own - Y).mean()) < 4 * error
    assert abs((own - 1 / 4).mean()) > 40 * error  # uniform labels would give 1/C


def test_margin_raises_the_true_logit_and_nothing_else():
    plain = examples(params(), seed=3)
    raised = examples(params(labels="margin", margin=2.5), seed=3)
    onehot = np.eye(4)[plain.y]
    np.testing.assert_array_equal(raised.y, plain.y)
    np.testing.assert_allclose(raised.z - plain.z, 2.5 * onehot, atol=1e-12)


def test_logits_of_a_seed_scale_with_sigma_z_and_examples_repeat():
    one, two = examples(params(), seed=4), examples(params(sigma_z=2.0), seed=4)
    np.testing.assert_array_equal(2 * one.z, two.z)
    np.testing.assert_array_equal(one.p, examples(params(), seed=4).p)
    assert not np.array_equal(one.y, examples(params(), seed=5).y)


def test_a_negative_seed_is_refused():
    with pytest.raises(InputError, match="seed must be at least 0"):
        examples(params(), seed=-1)


@pytest.mark.parametrize("D", [3, 4, 50])
def test_mean_gram_has_the_moments_of_a_gram_matrix(D):
    rng = stream(5, "means")
    drawn = np.array([mean_gram(params(D=D), rng=rng) for _ in range(4000)])
    mean, spread = drawn.mean(axis=0), drawn.var(axis=0)
    # σ_c²/D times a Wishart matrix: mean D δ, variance D (1 + δ)
    np.testing.assert_allclose(mean, 4 * np.eye(4), atol=4 * 4 * np.sqrt(2 / D / 4000))
    np.testing.assert_allclose(spread * D / 16, 1 + np.eye(4), rtol=0.2)
    assert np.linalg.matrix_rank(drawn[0]) == min(4, D)


def test_mean_gram_matches_stored_means():
    rng = stream(6, "means")
    bartlett = [np.linalg.eigvalsh(mean_gram(params(D=6), rng=rng))[-1] for _ in range(500)]
    means = stream(7).standard_normal((500, 4, 6)) * 2 / np.sqrt(6)
    stored = np.linalg.eigvalsh(means @ means.transpose(0, 2, 1))[:, -1]
    assert kstest(bartlett, stored).pvalue > 1e-3
    assert kstest(np.array(bartlett) * 7 / 6, stored).pvalue < 1e-3  # D + 1 degrees of freedom


def test_more_logits_than_fit_are_refused_before_they_are_drawn(monkeypatch):
    with pytest.raises(InputError, match=r"N C must be at most \d+ .* are free, got 4\d+"):
        examples(params(N=10**14), seed=0)
    monkeypatch.setattr(memory, "free", lambda: 5 * 8 * 80)
    assert examples(params(N=20), seed=0).p.shape == (20, 4)
    with pytest.raises(InputError, match="N C must be at most 80"):
        examples(params(N=21), seed=0)
