"""The spectrum with outputs shuffled or means removed, against explicit matrices."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from empirical.capture import capture
from empirical.data import digits
from empirical.hierarchy.knockout import shuffled_outputs, without_means
from empirical.measure import measure
from empirical.networks import mlp
from empirical.settings import Measurement
from tests.support.networks.zoo import WIDTHS, make
from tests.support.references.explicit_jacobian import jacobian, random_data
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
        constant.get_parameter("2.weight").zero_()  # all outputs alike: shuffling changes nothing
    found = measure(
        constant,
        train,
        Measurement(observe=("spectrum", "shuffled"), examples=100, held_out=200, seed=3),
    )
    np.testing.assert_allclose(found.shuffled_eigenvalues[:9], found.eigenvalues[:9], rtol=1e-9)


def spectrum_of(J, p):
    """Eigenvalues of G, descending, float64."""
    A = torch.diag_embed(p) - p[:, :, None] * p[:, None, :]
    G = torch.einsum("nkd,nkl,nle->de", J, A, J) / len(J)
    return torch.linalg.eigvalsh(G).flip(0).numpy()


@pytest.mark.parametrize(
    "name", ["relu", "linear", "custom parameters", "reused convolution", "transformer"]
)
def test_means_are_removed_from_the_gradients_and_nothing_else(name):
    network = make(name)
    data = random_data(22, width=WIDTHS[name])
    J, sample = jacobian(network, data), capture(network, data)
    y, p = data.targets, sample.p
    of_class = torch.stack([J[y == c].mean(0) for c in range(4)])[y]
    of_logit = J.mean(0).expand_as(J)
    found = without_means(sample)
    wanted = {"logit_means": J - of_logit, "logit_class_means": J - of_class, "noise": of_class}
    scale = float(spectrum_of(J, p)[0])
    for knockout, gradients in wanted.items():
        values = found.knockout_eigenvalues.sel(knockout=knockout).values
        exact = spectrum_of(gradients, p)[: len(values)]
        assert len(values) == min(22 * 3, J.shape[2])
        np.testing.assert_allclose(values[: len(exact)], exact, atol=1e-12 * scale)
    for label in range(4):
        gradients = torch.where((y == label)[:, None, None], J - of_class, J)
        values = found.class_knockout_eigenvalues.sel(label=label).values
        np.testing.assert_allclose(values, spectrum_of(gradients, p)[:4], rtol=1e-5)

    removed = found.knockout_eigenvalues.sel(knockout=["logit_means", "logit_class_means"])
    apart = np.ptp(removed.values[:, :4], axis=0) / scale
    assert apart.max() > 1e-3


def test_an_eigenvalue_that_does_not_converge_is_no_number(monkeypatch):
    monkeypatch.setattr("empirical.hierarchy.knockout.PRODUCTS", 8)
    network, data = make("relu"), random_data(22)
    with pytest.raises(ArithmeticError, match="relative residual"):
        without_means(capture(network, data))
