"""Patches of an image are those that torch takes."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from empirical.jacobian.layers import patches


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@pytest.mark.parametrize(("kernel", "dilation"), [((2, 2), 1), ((4, 3), 1), ((2, 4), 2)])
def test_patches_of_even_kernels(kernel, dilation):
    generator = torch.Generator().manual_seed(0)
    images = torch.randn(2, 3, 9, 8, generator=generator, dtype=torch.float64)
    weight = torch.randn(5, 3, *kernel, generator=generator, dtype=torch.float64)
    found = patches(images[:, None], kernel=kernel, stride=1, padding="same", dilation=dilation)
    expected = nn.functional.conv2d(images, weight, padding="same", dilation=dilation)
    torch.testing.assert_close(found @ weight.flatten(1).T, expected.flatten(2).mT)
