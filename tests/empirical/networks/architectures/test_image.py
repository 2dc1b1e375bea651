"""Networks of images have their papers' sizes."""

from __future__ import annotations

import pytest
import torch

from tests.support.networks.shipped_networks import SHIPPED, weights


@pytest.mark.parametrize("kind", SHIPPED)
def test_sizes_are_those_of_the_papers_and_flat_images_are_taken_too(kind):
    make, count, image = SHIPPED[kind]
    network = make(0).eval()
    assert len(weights(network)) == count
    x = torch.rand(3, *image)
    assert network(x).shape == (3, 10)
    assert torch.equal(network(x.flatten(1)), network(x))
