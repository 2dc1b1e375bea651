"""Kernels of perceptrons: closed forms, both parametrisations, a sampled network of one layer."""

import numpy as np
import pytest

from theory import InputError
from theory.ntk import kernels

X = np.random.default_rng(0).standard_normal((6, 5))


def test_without_hidden_layers_it_is_linear():
    assert kernels(X, hidden=[]).tangent == pytest.approx(X @ X.T + 1)
    assert kernels(X, hidden=[], bias=False).covariance == pytest.approx(X @ X.T / 5)
    found = kernels(X, hidden=[], parametrisation="NTK", sigma_b=0.5)
    assert found.tangent == pytest.approx(X @ X.T / 5 + 0.25)
    assert found.covariance == pytest.approx(X @ X.T / 5 + 0.25)


def test_one_relu_layer_by_hand():
    """``Θ = (x·x'/d) 2 κ_0 + 2 κ_1``, and with the layers' numbers of inputs as factors."""
    gram = X @ X.T / 5
    norms = np.sqrt(np.outer(gram.diagonal(), gram.diagonal()))
    angle = np.arccos((gram / norms).clip(-1, 1))
    kappa0 = (np.pi - angle) / (2 * np.pi)
    kappa1 = 2 * norms * (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / (2 * np.pi)
    NTK = kernels(X, hidden=[70], parametrisation="NTK")
    assert NTK.tangent == pytest.approx(2 * gram * kappa0 + kappa1, rel=1e-6)
    assert NTK.covariance == pytest.approx(kappa1, rel=1e-6)
    standard = kernels(X, hidden=[70])
    assert standard.tangent == pytest.approx((5 * gram + 1) * kappa0 + 70 * kappa1 + 1, rel=1e-6)
    assert standard.covariance == pytest.approx(kappa1, rel=1e-6)


@pytest.mark.parametrize("activation", ["relu", "erf", "tanh", "gelu"])
def test_activations_keep_scale_or_shrink_it(activation):
    """ReLU with gain 2 is homogeneous; its diagonal is exact at any depth."""
    found = kernels(X, hidden=[50] * 3, activation=activation, parametrisation="NTK", bias=False)
    assert np.linalg.eigvalsh(found.tangent)[0] > 0
    if activation == "relu":
        own = (X**2).mean(axis=1)
        assert found.covariance.diagonal() == pytest.approx(own, rel=1e-12)
        assert found.tangent.diagonal() == pytest.approx(4 * own, rel=1e-12)


def test_a_wide_layer_of_tanh_sampled():
    """200 draws of width 500; the spread is their standard error, the bias of order 1/500."""
    rng, n, draws = np.random.default_rng(1), 500, 200
    found = kernels(X, hidden=[n], activation="tanh", gain=1.5)
    samples = []
    for _ in range(draws):
        W, v = rng.standard_normal((n, 5)) * np.sqrt(1.5 / 5), rng.standard_normal(n) / np.sqrt(n)
        h = np.tanh(X @ W.T)
        back = v * (1 - h**2)
        samples.append(h @ h.T + 1 + (X @ X.T + 1) * (back @ back.T))
    error = np.std(samples, axis=0, ddof=1) / np.sqrt(draws)
    difference = np.abs(np.mean(samples, axis=0) - found.tangent)
    assert (difference < 4.5 * error).all()
    other = kernels(X, hidden=[n], activation="tanh", gain=1.5, bias=False).tangent
    assert (np.abs(np.mean(samples, axis=0) - other) > 4.5 * error).any()


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"activation": "step"}, "activation must be one of relu, erf, tanh, gelu"),
        ({"parametrisation": "muP"}, "parametrisation must be one of standard, NTK"),
        ({"hidden": [0]}, "hidden must be at least 1, got 0"),
        ({"gain": 0.0}, "gain must be greater than 0"),
        ({"sigma_b": -1.0}, "sigma_b must be at least 0"),
    ],
)
def test_what_is_out_of_bounds_is_refused(change, text):
    with pytest.raises(InputError, match=text):
        kernels(X, **({"hidden": [3]} | change))
