"""The spectrum with outputs shuffled within each class, against the explicit matrix."""

from __future__ import annotations

import numpy as np
import torch

from empirical.capture import capture
from empirical.data import digits
from empirical.knockout import shuffled_outputs
from empirical.measure import measure
from empirical.networks import mlp
from theory import stream

N = 60


def explicit(network, data, *, exchange):
    """Eigenvalues of G with example μ carrying the outputs of ``exchange[μ]``."""
    sample = capture(network, data)
    basis = torch.eye(10, dtype=torch.float64)
    J = torch.stack(
        [
            torch.stack([sample.gradients.take(torch.tensor([i])).combined(b[None]) for b in basis])
            for i in range(len(data))
        ]
    )
    p = sample.p[exchange]
    A = torch.diag_embed(p) - p[:, :, None] * p[:, None, :]
    G = torch.einsum("nkd,nkl,nle->de", J, A, J) / len(data)
    return torch.linalg.eigvalsh(G).flip(0).numpy()


def test_outputs_are_exchanged_within_classes_and_nothing_else():
    train, _ = digits(seed=0)
    network = mlp((64, 6, 10), seed=0)
    chosen = train.take(stream(0, "examples").permutation(len(train))[:N])
    found = shuffled_outputs(capture(network, chosen), seed=0).shuffled_eigenvalues.values
    exchange = torch.arange(N)
    rng = stream(0, "shuffle")
    for label in range(10):
        members = np.flatnonzero(chosen.targets.numpy() == label)
        exchange[torch.from_numpy(members)] = torch.from_numpy(
            members[rng.permutation(len(members))]
        )
    assert torch.equal(chosen.targets[exchange], chosen.targets)
    top = found[:9]
    np.testing.assert_allclose(top, explicit(network, chosen, exchange=exchange)[:9], rtol=1e-9)
    unshuffled = explicit(network, chosen, exchange=torch.arange(N))[:9]
    assert np.abs(top / unshuffled - 1).max() > 1e-4


def test_outputs_that_are_alike_change_nothing():
    train, _ = digits(seed=0)
    constant = mlp((64, 6, 10), seed=0)
    with torch.no_grad():
        constant[-1].weight.zero_()  # all outputs alike: shuffling changes nothing
    found = measure(
        constant, train, observe=("spectrum", "shuffled"), examples=100, held_out=200, seed=3
    )
    np.testing.assert_allclose(found.shuffled_eigenvalues[:9], found.eigenvalues[:9], rtol=1e-9)
