"""Sampled logit gradients, and what is estimated from them without bias."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from empirical.estimates.parameters import curvature_weights
from empirical.language import Readout, Windows
from empirical.language.clustering import clustering
from empirical.language.noise import noise
from empirical.language.sampled import sampled
from tests.support.networks.language import jacobian, small
from theory.checks import InputError

Z = 4.5  # standard errors that an unbiased estimate may lie off


@pytest.fixture(scope="module")
def explicit():
    network, windows = small()
    z, J = jacobian(network, windows)
    return Readout(network, windows, chunk_bytes=600), z, J


def test_inner_products_are_those_of_the_jacobian(explicit):
    readout, _, J = explicit
    places, classes = torch.tensor([0, 5, 5, 23, 7]), torch.tensor([1, 2, 1, 6, 1])
    rows = J[places, classes]
    found = sampled(readout, places, classes)
    torch.testing.assert_close(found.products, rows @ rows.T, rtol=1e-12, atol=1e-12)
    part = found.take(slice(1, 3)).products
    torch.testing.assert_close(part, found.products[1:3, 1:3])


def whole(readout, J, w) -> tuple[float, float]:
    """σ_c² and σ_E² over all pairs of places of different windows."""
    window = torch.arange(readout.N) // 4
    apart = (window[:, None] != window).double()
    kept = w.sum(0) / w.sum()
    mean_square = noise_square = 0.0
    for k, share in enumerate(kept):
        K = J[:, k] @ J[:, k].T
        pairs = torch.outer(w[:, k], w[:, k]) * apart
        pairs /= pairs.sum()
        own = K.diagonal()
        mean_square += float(share * (pairs * K).sum())
        noise_square += float(share * (pairs * (own[:, None] + own - 2 * K) / 2).sum())
    return mean_square, noise_square


@pytest.mark.parametrize("weighting", ["equal", "curvature"])
def test_lengths_are_unbiased(explicit, weighting):
    """Against all pairs, and the other weighting's would be refused."""
    readout, z, J = explicit
    of = {"equal": torch.ones_like(z), "curvature": curvature_weights(z.softmax(1))}
    found = noise(readout, weighting=weighting, draws=400, seed=1)
    right, wrong = whole(readout, J, of.pop(weighting)), whole(readout, J, *of.values())
    for estimate, value in zip((found.sigma_c2, found.sigma_E2), right, strict=True):
        assert abs(estimate.value - value) < Z * estimate.error
        assert estimate.error < 0.06 * value
    assert abs(found.sigma_c2.value - wrong[0]) > Z * found.sigma_c2.error


def test_the_effective_dimension_of_known_deviations(monkeypatch):
    """Gaussian deviations in 20 dimensions of unequal variance, around means of the classes."""
    rng = np.random.default_rng(0)
    C, n, T, T_diagonal = 3, 400, 2, np.arange(1, 21) ** -0.5
    centres = torch.from_numpy(5 * rng.normal(size=(C, 20)))
    rows = torch.from_numpy(rng.normal(size=(n * T, C, 20)) * np.sqrt(T_diagonal)) + centres
    network, windows = small(classes=C, context=T, n=n)

    class Known:
        def __init__(self, products):
            self.products = products

    def given(_, places, classes):
        each = rows[places, classes]
        return Known(each @ each.T)

    monkeypatch.setattr("empirical.language.noise.sampled", given)
    found = noise(Readout(network, windows), weighting="equal", draws=300)
    trace, squared = T_diagonal.sum(), (T_diagonal**2).sum()
    assert abs(found.sigma_E2.value - trace) < Z * found.sigma_E2.error
    dimension = found.effective_dimension
    assert abs(dimension.value - trace**2 / squared) < Z * dimension.error
    assert abs(dimension.value - 20) > Z * dimension.error


def test_cosines_are_unbiased(explicit):
    readout, _, J = explicit
    N, C = readout.N, readout.C
    U = J / J.norm(dim=2, keepdim=True)
    K = torch.einsum("nkd,mld->nkml", U, U)
    y = readout.windows.targets.flatten()
    own, anywhere = [], []
    for k in range(C):
        at = (y == k).nonzero()[:, 0]
        same = K[:, k, :, k]
        anywhere.append(float((same.sum() - N) / (N * (N - 1))))
        if len(at) > 1:
            own.append(float((same[at][:, at].sum() - len(at)) / (len(at) * (len(at) - 1))))
    apart = float(K.sum() - sum(K[:, k, :, k].sum() for k in range(C))) / (N * N * C * (C - 1))
    found = clustering(readout, draws=150, seed=2)
    assert found.classes == len(own)
    for estimate, right in zip(
        (found.q_SLSC, found.q_SL, found.q_DL),
        (np.mean(own), np.mean(anywhere), apart),
        strict=True,
    ):
        assert abs(estimate.value - right) < Z * estimate.error
        assert estimate.error < 0.04
    assert abs(found.q_SL.value - apart) > Z * found.q_SL.error


def test_what_is_too_little_is_refused(explicit):
    readout, *_ = explicit
    one = readout.on(readout.windows.take(slice(1)))
    with pytest.raises(InputError, match="draws must be at least 4, got 3"):
        noise(readout, weighting="equal", draws=3)
    with pytest.raises(InputError, match="windows must be at least 2, got 1"):
        noise(one, weighting="equal", draws=4)
    with pytest.raises(InputError, match="draws must be at least 2, got 1"):
        clustering(readout, draws=1)
    once = Windows(torch.tensor([[0, 1]]), torch.tensor([[1, 2]]), 7)
    with pytest.raises(InputError, match="must hold two examples of a class"):
        clustering(readout.on(once), draws=5)
    with pytest.raises(InputError, match="windows must be of 7 classes, got 9"):
        readout.on(Windows(once.tokens, once.targets, 9))
