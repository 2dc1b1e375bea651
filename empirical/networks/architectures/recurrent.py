"""A recurrent network that reads an image row by row."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from empirical.networks.architectures.image import ImageNetwork

WIDTH = 48


class RowGRU(ImageNetwork):
    """A gated recurrent unit (Cho et al. 2014) over the rows of an image, and a linear layer.

    8,842 weights for digits of 8 × 8 pixels.
    """

    kind = "gru"

    def __init__(self, *, image: Sequence[int] = (1, 8, 8), classes: int = 10) -> None:
        super().__init__(image=image, classes=classes)
        channels, _, width = self.image
        with torch.random.fork_rng(devices=[]):  # skip_init cannot make one
            self.memory = nn.GRU(channels * width, WIDTH, batch_first=True)
        self.head = nn.utils.skip_init(nn.Linear, WIDTH, classes)

    def forward(self, inputs: Tensor) -> Tensor:
        """Logits ``(N, C)`` of images, also flattened ones."""
        rows = self.images(inputs).transpose(1, 2).flatten(2)
        return self.head(self.memory(rows)[0][:, -1])
