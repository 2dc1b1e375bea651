"""Growth in training, and the variance of random networks against infinitely wide ones."""

import numpy as np
import pytest

from figures.gallery.logits.trajectory import OVER_TRAINING, _kernel, _variance

pytestmark = pytest.mark.slow

Z = 4.5
WIDTH = 32  # of the small perceptron


def test_all_three_grow_in_training(fast):
    data = fast("trajectory")
    for name in OVER_TRAINING:
        assert np.all(data[name].isel(epoch=-1) > data[name].isel(epoch=0)), name


def test_relu_networks_grow_with_the_power_of_their_depth(fast):
    data = fast("trajectory")
    for name, layers in (("relu", 2), ("cnn", 4)):
        own = data.sel(random=name)
        slope = np.diff(np.log(own.random_variance), axis=1) / np.diff(
            np.log(own.random_norm), axis=1
        )
        np.testing.assert_allclose(slope, 2 * layers, rtol=1e-6)
    tanh = data.sel(random="tanh")
    slope = np.diff(np.log(tanh.random_variance), axis=1) / np.diff(
        np.log(tanh.random_norm), axis=1
    )
    assert np.all(np.diff(slope, axis=1) < 0)  # it saturates towards the last layer's alone, 2
    assert np.all((slope > 2) & (slope < 4))


def test_random_networks_have_the_variance_of_wide_ones(fast):
    data = fast("trajectory")
    own = data.sel(random="relu").isel(scale=0)
    ratio = float(own.random_variance.mean() / own.wide_variance)
    error = float(own.wide_variance_std / own.wide_variance) / np.sqrt(data.sizes["replicate"])
    allowed = Z * error + 2 / WIDTH
    assert abs(ratio - 1) < allowed


def test_the_variance_of_gaussian_logits_has_the_law_of_the_band():
    rng = np.random.default_rng(0)
    root = rng.standard_normal((6, 4)) + 0.7
    logits = np.einsum("ij,djk->dik", root, rng.standard_normal((20_000, 4, 3)))
    drawn = logits.var(axis=(1, 2))
    mean, deviation = _variance(root @ root.T, C=3)
    assert abs(drawn.mean() - mean) < Z * deviation / np.sqrt(len(drawn))
    assert abs(drawn.std() / deviation - 1) < 0.04  # standard error about 0.01
    assert abs(np.mean(logits**2) - mean) > 10 * deviation / np.sqrt(len(drawn))


def test_the_kernel_is_that_of_wide_networks():
    rng = np.random.default_rng(1)
    x = rng.random((5, 8))
    pairs = np.zeros((5, 5))
    draws, width = 400, 256
    for _ in range(draws):
        h = np.maximum(x @ rng.standard_normal((8, width)) * np.sqrt(2 / 8), 0)
        h = np.maximum(h @ rng.standard_normal((width, width)) * np.sqrt(2 / width), 0)
        pairs += h @ h.T / width / draws  # the last layer's weights averaged
    expected = _kernel(x, layers=3)
    error = np.sqrt(10 / width / draws)  # relative, of two layers' squares
    assert np.all(np.abs(pairs / expected - 1) < Z * error + 1 / width)
    assert np.any(np.abs(pairs / _kernel(x, layers=2) - 1) > 2 * (Z * error + 1 / width))
