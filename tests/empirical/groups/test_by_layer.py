"""Blocks of layers against explicit matrices, and a network of one layer against itself."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from empirical.groups.by_layer import TOP, layers
from empirical.measure import measure
from empirical.networks import mlp, transformer
from empirical.operators import Curvature
from empirical.settings import Measurement
from tests.support.references.explicit_jacobian import random_data
from theory import stream

N = 40
HOW = Measurement(observe=("spectrum", "model", "noise", "layers"), examples=N, held_out=60)


class Shifted(nn.Module):
    """A last bias by itself: its logit gradients are the same of all examples."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Linear(5, 4, bias=False)
        self.shift = nn.Parameter(torch.zeros(4))

    def forward(self, x):
        return self.body(x) + self.shift


@pytest.fixture(scope="module")
def data():
    return random_data(100)


@pytest.fixture(scope="module")
def measured(data):
    network = mlp((5, 6, 7, 4), activation="tanh", seed=0)
    return network, measure(network, data, HOW)


def test_every_trained_weight_is_in_one_layer():
    network = transformer(classes=4, context=6, width=8, heads=2, seed=0)
    next(network.parameters()).requires_grad_(False)
    trained = [name for name, w in network.named_parameters() if w.requires_grad]
    assert sorted(name for names in layers(network).values() for name in names) == sorted(trained)
    assert layers(Shifted()) == {"shift": ("shift",), "body": ("body.weight",)}


def test_blocks_are_those_of_the_matrices(measured, data):
    network, found = measured
    order = torch.from_numpy(np.random.default_rng(0).permutation(len(data)))  # of another sample
    assert found.layer.values.tolist() == ["0", "2", "4"]
    taken = measured_examples(data)
    curvature = Curvature(network, data.take(taken))
    wrong = Curvature(network, data.take(order[:N].numpy()))
    for layer in ("0", "2", "4"):
        own = found.sel(layer=layer)
        G, H = dense(curvature.term("G", layer=layer)), dense(curvature.term("H", layer=layer))
        other = dense(wrong.term("G", layer=layer))
        values = own.layer_eigenvalues.dropna("layer_rank").values
        assert own.layer_weights == len(G)
        exact = torch.linalg.eigvalsh(G).flip(0).numpy()[: len(values)]
        np.testing.assert_allclose(values, exact, rtol=0, atol=1e-12 * exact[0])
        assert abs(torch.linalg.eigvalsh(other)[-1] / exact[0] - 1) > 1e-3
        top = torch.linalg.eigvalsh(H).flip(0).numpy()[:TOP]
        np.testing.assert_allclose(own.layer_hessian_top, top, rtol=1e-3)
        assert float(own.layer_trace) == pytest.approx(float(G.trace()), rel=1e-12)
        assert float(own.layer_frobenius) == pytest.approx(float(G.norm()), rel=1e-12)
    assert float(found.layer_trace.sum()) == pytest.approx(float(found.trace), rel=1e-12)
    lengths = float((found.layer_gradient_norm**2).sum())
    assert lengths == pytest.approx(float(found.gradient_norm) ** 2, rel=1e-12)


def measured_examples(data):
    return stream(HOW.seed, "examples").permutation(len(data))[:N]


def dense(operator):
    return operator(torch.eye(operator.D, dtype=operator.dtype))


def test_a_network_of_one_layer_is_that_layer(data):
    found = measure(nn.Sequential(nn.Linear(5, 4)), data, HOW)
    assert found.layer.values.tolist() == ["0"]
    own = found.isel(layer=0)
    named = [name for name in found if f"layer_{name}" in found]
    assert {"eigenvalues", "Gamma_cluster", "noise_spectrum", "mean_rest", "weights"} <= {*named}
    for name in named:
        mine = own[f"layer_{name}"].values
        width = tuple(slice(n) for n in found[name].shape)
        np.testing.assert_allclose(mine[width], found[name].values, rtol=1e-10, atol=1e-12)
        assert np.isnan(mine).sum() == mine.size - found[name].size


def test_a_layer_without_noise_has_a_spectrum_and_no_model(data):
    found = measure(Shifted(), data, HOW)
    shift, body = (found.sel(layer=name) for name in ("shift", "body"))
    assert float(shift.layer_trace) > 0
    assert float(found.layer_trace.sum()) == pytest.approx(float(found.trace), rel=1e-12)
    assert np.isnan(shift.layer_sigma_E).all()
    assert np.isfinite(body.layer_sigma_E).all()
