"""Collapsed means: their Gram matrix written out, and how far others are from it."""

import numpy as np
import pytest

from theory import InputError
from theory.rivals import collapse


def simplex(C, length):
    vectors = np.eye(C) - 1 / C
    return length * vectors / np.linalg.norm(vectors[0])


def test_the_gram_matrix_is_that_of_the_means():
    C, h = 4, simplex(4, 3.0)
    means = np.array([np.kron(np.eye(C)[k], h[y]) for y in range(C) for k in range(C)])
    assert collapse.gram(C, length=3.0) == pytest.approx(means @ means.T, abs=1e-12)


def test_a_mean_that_all_classes_share_does_not_matter_and_noise_does():
    C, h = 3, simplex(3, 1.0) + np.array([5.0, 1.0, 0.0])
    means = np.array([np.kron(np.eye(C)[k], h[y]) for y in range(C) for k in range(C)])
    assert collapse.distance(means @ means.T) == pytest.approx(0, abs=1e-7)
    noisy = means + 0.3 * np.random.default_rng(0).standard_normal(means.shape)
    assert 0.1 < collapse.distance(noisy @ noisy.T) < 2**0.5


def test_means_of_the_level_FG_are_nowhere_near():
    means = np.tile(np.eye(3), (3, 1))  # the same for all classes
    assert collapse.distance(means @ means.T) == 1.0
    with pytest.raises(InputError, match="Gamma"):
        collapse.distance(np.eye(5))
