"""Layer factors against the explicit Jacobian."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from empirical.capture import capture
from empirical.jacobian import gradients as module
from tests.support.networks.zoo import WIDTHS
from tests.support.references.explicit_jacobian import jacobian, random_data

TIGHT: dict[str, Any] = {"rtol": 1e-12, "atol": 1e-12}


@pytest.fixture
def pair(network, data):
    return capture(network, data).gradients, jacobian(network, data)


def test_gram_is_that_of_the_jacobian_in_any_tiles(pair, monkeypatch):
    gradients, J = pair
    rows = J.flatten(0, 1)
    for tile in (1, 12, 10_000):
        monkeypatch.setattr(module, "TILE_ROWS", tile)
        torch.testing.assert_close(gradients.gram().tril(), (rows @ rows.T).tril(), **TIGHT)


def test_lengths_blocks_and_sizes(pair):
    gradients, J = pair
    assert tuple(J.shape) == (gradients.N, gradients.K, gradients.D)
    torch.testing.assert_close(gradients.squared_lengths(), J.square().sum(2), **TIGHT)
    torch.testing.assert_close(gradients.blocks(), J @ J.mT, **TIGHT)


def test_weighted_sums_have_the_order_of_the_parameters(pair, data):
    gradients, J = pair
    weights = torch.randn(J.shape[:2], dtype=J.dtype, generator=torch.Generator().manual_seed(0))
    expected = torch.einsum("nk,nkd->d", weights, J)
    torch.testing.assert_close(gradients.combined(weights), expected, **TIGHT)
    sums = gradients.sums(data.targets, data.classes)
    for y in range(data.classes):
        torch.testing.assert_close(sums[y], J[data.targets == y].sum(0), **TIGHT)


def test_projections_mixing_selection_and_subsets(pair, data):
    gradients, J = pair
    generator = torch.Generator().manual_seed(1)
    vectors = torch.randn(3, J.shape[2], dtype=J.dtype, generator=generator)
    torch.testing.assert_close(gradients.project(vectors), J @ vectors.T, **TIGHT)
    S = torch.randn(*J.shape[:2], 2, dtype=J.dtype, generator=generator)
    mixed = S.mT @ J
    torch.testing.assert_close(gradients.mixed(S).blocks(), mixed @ mixed.mT, **TIGHT)
    own = J[torch.arange(len(J)), data.targets]
    selected = gradients.selected(data.targets).project(vectors)[:, 0]
    torch.testing.assert_close(selected, own @ vectors.T, **TIGHT)
    index = torch.tensor([4, 0, 7])
    cross = gradients.take(index).cross_gram(gradients)
    torch.testing.assert_close(cross, torch.einsum("nkd,mld->nkml", J[index], J), **TIGHT)


def test_float32_is_float32_to_its_rounding(network, name):
    data = random_data(40, seed=2, width=WIDTHS[name])
    gradients = capture(network, data, dtype=torch.float32).gradients
    assert gradients.dtype == torch.float32
    rows = jacobian(network, data).flatten(0, 1)
    gram = (rows @ rows.T).tril()
    error = (gradients.gram().tril() - gram).abs().max() / gram.abs().max()
    assert error < 2e-6
