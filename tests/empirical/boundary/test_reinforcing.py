"""Alignments against one gradient at a time, and the threshold against random directions."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from empirical.boundary.networks import eigenpairs
from empirical.boundary.reinforcing import (
    alignments,
    generalisation,
    random_alignment,
    residuals,
)
from empirical.boundary.sets import points
from empirical.networks import mlp
from tests.support.references.explicit_hessian import images
from theory import InputError

DATA = points("gaussians", examples=30, seed=0)[0]


def by_hand(network, x, vectors):
    twin = mlp((2, 5, 3), seed=0).double()
    logits = twin(x.double()[None])
    loss = nn.functional.cross_entropy(logits, logits.argmax(1))
    g = torch.cat([each.flatten() for each in torch.autograd.grad(loss, list(twin.parameters()))])
    return vectors @ g / g.norm()


def test_alignments_with_the_hessians_eigenvectors_are_those_of_dense_float64():
    network = mlp((2, 5, 3), seed=0)
    D = sum(weight.numel() for weight in network.parameters())
    H = images(network, DATA, torch.eye(D, dtype=torch.float64))["H"]
    values, vectors = torch.linalg.eigh(H)
    found, own = eigenpairs(network, DATA)
    torch.testing.assert_close(found, values.flip(0), atol=1e-12, rtol=1e-9)
    along = alignments(network, DATA.inputs, own[:3])
    for k in range(3):
        exact = torch.stack([by_hand(network, x, vectors[:, -1 - k]) for x in DATA.inputs])
        torch.testing.assert_close(along[:, k].abs(), exact.abs(), atol=1e-9, rtol=0)
    assert along.abs().max() > 0.5


def test_directions_of_certain_networks_are_exact():
    logits = torch.tensor([[50.0, 0.0, 1.0]], dtype=torch.float64)
    p = torch.exp(logits[0] - logits[0].logsumexp(0))
    expected = torch.tensor([-(p[1] + p[2]), p[1], p[2]])
    torch.testing.assert_close(residuals(logits)[0], expected, rtol=1e-12, atol=0)


def test_gradients_too_short_have_no_alignment():
    network = mlp((2, 3), seed=0)
    with torch.no_grad():
        network.get_parameter("0.bias")[0] = 60.0
    found = alignments(network, DATA.inputs, torch.eye(9, dtype=torch.float64))
    assert not found.any()


def test_the_threshold_is_passed_by_its_share_of_random_directions():
    n, D, draws, level = 20, 30, 4000, 0.1
    rng = np.random.default_rng(0)
    x = rng.standard_normal((draws, n, D))
    largest = (np.abs(x[:, :, 0]) / np.linalg.norm(x, axis=2)).max(1)
    threshold = random_alignment(n, D=D, level=level)
    error = np.sqrt(level * (1 - level) / draws)
    assert abs((largest >= threshold).mean() - level) < 4 * error
    normal = np.sqrt(2 * np.log(n / level) / D)  # the rough one is told apart
    assert abs((largest >= normal).mean() - level) > 4 * error


def test_the_measure_counts_vectors():
    along = torch.tensor([[0.2, 1e-7, -0.5], [-0.1, 2e-6, 0.0]])
    assert generalisation(along) == 1.0
    assert generalisation(along, threshold=0.15) == pytest.approx(2 / 3)


def test_bad_input_is_refused():
    with pytest.raises(InputError, match=r"vectors must have shape \(R, 9\), got \(9,\)"):
        alignments(mlp((2, 3), seed=0), DATA.inputs, torch.ones(9).double())
    with pytest.raises(InputError, match="threshold must be greater than 0, got 0"):
        generalisation(torch.ones(1, 1), threshold=0)
    with pytest.raises(InputError, match="level must be below 1, got 1"):
        random_alignment(3, D=5, level=1)
    with pytest.raises(InputError, match="D must be at least 2, got 1"):
        random_alignment(3, D=1)
