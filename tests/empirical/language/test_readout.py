"""Features, their derivatives, and the weights of the head."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from empirical import networks
from empirical.language import Readout
from tests.support.networks.language import jacobian, small
from theory.checks import InputError


def test_derivatives_are_the_rows_of_the_jacobian():
    """Forward and backward, in any chunks: ``J v`` and ``Jᵀ u`` of explicit rows."""
    network, windows = small()
    z, J = jacobian(network, windows)
    readout = Readout(network, windows, chunk_bytes=3 * 4 * 7 * 8)
    assert readout.at_a_time == 3
    assert (24, 7, J.shape[2]) == (readout.N, readout.C, readout.D)
    vector, u = torch.randn(readout.D, dtype=z.dtype), torch.randn(z.shape, dtype=z.dtype)
    body, V, beta = readout.split(vector)
    logits, changes, pulled = [], [], torch.zeros_like(vector)
    parts = readout.split(pulled)
    for windows_, rows in zip(readout.chunks(), u.split(12), strict=True):
        run = readout.run(windows_)
        h, change = run.h, run.changed(body)
        torch.testing.assert_close(readout.features(windows_), h)
        logits.append(readout.logits(h))
        changes.append(h @ V.T + beta + change @ readout.W.T)
        parts[1].add_(rows.T @ h)
        parts[2].add_(rows.sum(0))
        for total, part in zip(parts[0], run.pulled(rows @ readout.W), strict=True):
            total += part
    torch.testing.assert_close(torch.cat(logits), z)
    torch.testing.assert_close(torch.cat(changes), J @ vector, rtol=1e-12, atol=1e-12)
    expected = torch.einsum("nk,nkd->d", u, J)
    torch.testing.assert_close(pulled, expected, rtol=1e-12, atol=1e-11)


def test_the_network_is_left_as_it_is():
    network, windows = small()
    before = [w.clone() for w in network.parameters()]
    network.train()
    readout = Readout(network, windows, dtype=torch.float32)
    list(map(readout.features, readout.chunks()))
    assert network.training
    assert all(torch.equal(a, b) for a, b in zip(before, network.parameters(), strict=True))
    assert next(network.parameters()).dtype == torch.float64


def test_networks_without_a_linear_head_of_features_are_refused():
    network, windows = small()
    with pytest.raises(InputError, match=r"must have features\(tokens\) and a linear head"):
        Readout(nn.Linear(2, 3), windows)
    with pytest.raises(InputError, match="must have a head of 7 classes, got 5"):
        Readout(small(classes=5)[0], windows)
    scaled = networks.transformer(
        classes=7, context=4, width=8, depth=1, parametrisation="mup", seed=0
    )
    with pytest.raises(InputError, match="a head with biases and without a multiplier"):
        Readout(scaled, windows)
    with pytest.raises(InputError, match="chunk_bytes must be at least 1"):
        Readout(network, windows, chunk_bytes=0)
