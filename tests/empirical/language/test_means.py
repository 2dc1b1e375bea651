"""Γ from products against Γ from explicit gradients of two halves."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from empirical.estimates.parameters import curvature_weights
from empirical.language import Readout
from empirical.language.means import means
from tests.support.networks.language import jacobian, small
from theory.checks import InputError


@pytest.fixture(scope="module")
def explicit():
    network, windows = small()
    return network, windows, *jacobian(network, windows)


@pytest.mark.parametrize("weighting", ["equal", "curvature"])
def test_inner_products_of_halves(explicit, weighting):
    network, windows, z, J = explicit
    w = torch.ones_like(z) if weighting == "equal" else curvature_weights(z.softmax(1))
    halves = [
        torch.einsum("nk,nkd->kd", w[at], J[at]) / w[at].sum(0)[:, None]
        for at in (slice(12), slice(12, None))
    ]
    products = halves[0] @ halves[1].T
    expected = ((products + products.T) / 2).numpy()
    found = means(Readout(network, windows, chunk_bytes=600), weighting=weighting, rank=7)
    np.testing.assert_allclose(found.Gamma, expected, atol=1e-9 * np.abs(expected).max())
    plain = torch.einsum("nk,nkd->kd", w, J) / w.sum(0)[:, None]
    biased = (plain @ plain.T).numpy()  # holds noise: another matrix
    assert np.abs(found.Gamma - biased).max() > 0.02 * np.abs(expected).max()


def test_fewer_columns_keep_the_largest_part(explicit):
    network, windows, *_ = explicit
    readout = Readout(network, windows)
    whole, few = (means(readout, weighting="equal", rank=rank) for rank in (7, 2))
    assert few.factor.shape == (7, 2)
    np.testing.assert_array_equal(few.diagonal, whole.diagonal)
    rest = np.linalg.eigvalsh(whole.factor @ whole.factor.T)[::-1]
    kept = np.linalg.eigvalsh(few.factor @ few.factor.T)[::-1]
    np.testing.assert_allclose(kept[:2], rest[:2], rtol=1e-3)


def test_what_has_no_halves_is_refused(explicit):
    network, windows, *_ = explicit
    with pytest.raises(InputError, match="windows must be at least 2, got 1"):
        means(Readout(network, windows.take(slice(1))), weighting="equal", rank=2)
    with pytest.raises(InputError, match="rank must be at most 7, got 8"):
        means(Readout(network, windows), weighting="equal", rank=8)
