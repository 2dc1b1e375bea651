"""The transformer of characters."""

from __future__ import annotations

import torch

from empirical import networks


def test_the_transformer_is_causal_and_sees_places():
    network = networks.transformer(classes=5, context=6, width=8, heads=2, depth=1, seed=0)
    x = torch.tensor([[1, 2, 3, 4, 0, 1]])
    swapped = torch.tensor([[2, 1, 3, 4, 0, 1]])
    assert not torch.allclose(network(x), network(swapped))
    h = network.token(x) + network.position(torch.arange(6))
    changed = h.clone()
    changed[:, -1] += 1
    block = network.blocks[0]
    torch.testing.assert_close(block(h)[:, :-1], block(changed)[:, :-1])
    assert network(x[:, :3]).shape == (1, 5)


def test_features_at_a_place_are_those_of_the_window_that_ends_there():
    network = networks.transformer(classes=5, context=6, width=8, heads=2, depth=2, seed=0)
    x = torch.tensor([[1, 2, 3, 4, 0, 1], [0, 4, 4, 2, 1, 3]])
    at_each = network.head(network.features(x))
    for place in range(6):
        torch.testing.assert_close(at_each[:, place], network(x[:, : place + 1]))
