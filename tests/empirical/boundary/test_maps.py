"""A map is of the network's own alignments, at the places that it names."""

import numpy as np
import pytest
import torch

from empirical.boundary import maps, networks, reinforcing
from empirical.settings import Boundary, Recipe


def test_a_map_is_what_its_nodes_have():
    recipe = Recipe(epochs=30, learning_rate=0.05, batch_size=64, momentum=0.9)
    settings = Boundary.smallest(sets=("gaussians",), hidden=(6,), recipe=recipe)
    one = networks.made(settings, (0, 0, 0))
    found = maps.alignment_map(one, nodes=15, vectors=2)
    assert found.alignment.shape == (2, 15, 15)
    row, column = 11, 3
    at = torch.tensor([[found.grid.x[column], found.grid.y[row]]]).to(torch.float32)
    own = reinforcing.alignments(one.network, at, one.vectors[:2])[0].abs().numpy()
    np.testing.assert_allclose(np.abs(found.alignment[:, row, column]), own, rtol=1e-12)
    assert int(one.network(at).argmax()) == found.grid.labels[row, column]
    peaks = found.alignment.reshape(2, -1)
    assert peaks.max(1) == pytest.approx(np.abs(peaks).max(1))
    assert len(found.points) == len(found.targets) == len(one.train)
