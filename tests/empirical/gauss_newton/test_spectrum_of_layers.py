"""Blocks of G layer by layer, its eigenvectors in weight space, and which matrix is formed."""

from __future__ import annotations

import pytest
import torch

from empirical.capture import capture
from empirical.gauss_newton.spectrum import eigenvalues, eigenvectors
from empirical.networks import mlp
from tests.support.references.explicit_jacobian import jacobian, random_data
from theory.checks import InputError


def explicit(network, data):
    """G (D, D) in float64."""
    J, p = jacobian(network, data), capture(network, data).p
    A = torch.diag_embed(p) - p[:, :, None] * p[:, None, :]
    return torch.einsum("nkd,nkl,nle->de", J, A, J) / len(data)


def test_the_spectrum_of_each_layer_is_that_of_its_block(network, data):
    G, sample = explicit(network, data), capture(network, data)
    start = 0
    for layer in sample.gradients.layers:
        size = layer.shape[2]
        block = G[start : start + size, start : start + size]
        found = eigenvalues(sample.part(layer.names))
        expected = torch.linalg.eigvalsh(block).flip(0)[: len(found)]
        torch.testing.assert_close(
            found, expected.clamp_min(0), rtol=0, atol=1e-12 * float(G.norm())
        )
        start += size
    assert start == len(G)
    names = [n for n, w in network.named_parameters() if w.requires_grad]
    assert list(sample.gradients.names) == names


def test_parts_are_checked():
    sample = capture(mlp((5, 6, 4), seed=0), random_data(10))
    with pytest.raises(InputError, match="names must be among"):
        sample.part(["3.weight"])
    with pytest.raises(InputError, match="names must be among"):
        sample.part([])
    with pytest.raises(InputError, match="names must hold all of"):
        sample.part(["0.weight"])


@pytest.mark.parametrize("widths", [(5, 12, 4), (5, 4)])
def test_eigenvectors_are_those_of_G(widths):
    network, data = mlp(widths, seed=0), random_data(23)
    G, sample = explicit(network, data), capture(network, data)
    values, vectors = eigenvectors(sample, count=5)
    torch.testing.assert_close(values, eigenvalues(sample)[:5], rtol=1e-12, atol=0)
    torch.testing.assert_close(vectors @ vectors.T, torch.eye(5).double(), rtol=0, atol=1e-10)
    residual = (vectors @ G - values[:, None] * vectors).norm(dim=1)
    assert float(residual.max()) < 1e-12 * float(values[0])
    assert not torch.allclose(vectors @ G, values.roll(1)[:, None] * vectors, rtol=0.1)


def test_only_eigenvectors_above_rounding_can_be_had():
    sample = capture(mlp((5, 4), bias=False, seed=0), random_data(23))
    with pytest.raises(InputError, match="count must be at most 20, got 21"):
        eigenvectors(sample, count=21)
    with pytest.raises(InputError, match="count must be at most 15, the eigenvalues above zero"):
        eigenvectors(sample, count=20)
    with pytest.raises(InputError, match="count must be at least 1"):
        eigenvectors(sample, count=0)
