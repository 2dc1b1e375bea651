"""Convolutional networks: a small one, LeNet-5 and ResNet-20."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import skip_init

from empirical.networks.architectures.parametrised import Conv2d, Linear, described, unset
from empirical.settings.network import HIDDEN
from theory import checks
from theory.checks import InputError


class ImageNetwork(nn.Module):
    """Takes images ``(N, channels, height, width)``, or flat ``(N, channels·height·width)``."""

    kind: str
    smallest = 4  # pixels on each side

    def __init__(self, *, image: Sequence[int], classes: int) -> None:
        super().__init__()
        if len(image) != 3:
            raise InputError(f"image must be (channels, height, width), got {tuple(image)}")
        self.image = tuple(checks.integer("image", size, low=1) for size in image)
        if min(self.image[1:]) < self.smallest:
            raise InputError(
                f"image must be at least {self.smallest} pixels on each side, got {self.image[1:]}"
            )
        checks.integer("classes", classes, low=2)
        self.architecture: dict[str, Any] = {
            "kind": self.kind,
            "image": list(self.image),
            "classes": classes,
        }

    def images(self, inputs: Tensor) -> Tensor:
        """The inputs as images."""
        return inputs.reshape(len(inputs), *self.image)


class SmallCNN(ImageNetwork):
    """Convolutions of 3 × 3 pixels, all but the first of stride 2, and two linear layers.

    71,754 weights for digits of 8 × 8 pixels and the widths that it has by default.

    Parameters
    ----------
    hidden
        Channels of the convolutions, at least one, and the width of the linear layer after them.
    parametrisation
        One of ``theory.ntk.parametrisation.NAMES``, for hidden layers of one width.
    """

    kind = "cnn"

    def __init__(
        self,
        *,
        image: Sequence[int],
        classes: int,
        hidden: Sequence[int] = HIDDEN["cnn"],
        parametrisation: str | None = None,
    ) -> None:
        super().__init__(image=image, classes=classes)
        *channels, last = checks.integers("hidden", hidden, low=1)
        if not channels:
            raise InputError(f"hidden must name at least 2 widths of a cnn, got {list(hidden)}")
        self.scaling = described(parametrisation, *channels, last)
        plain = self.scaling is None
        sizes = pairwise((self.image[0], *channels))
        self.convolutions = [f"conv{i + 1}" for i in range(len(channels))]
        for i, (name, (d_in, d_out)) in enumerate(zip(self.convolutions, sizes, strict=True)):
            stride = 1 if i == 0 else 2
            layer = unset(Conv2d, d_in, d_out, 3, stride=stride, padding=1, bias=plain)
            self.add_module(name, layer)
        shrunk = 2 ** (len(channels) - 1)
        pixels = -(-self.image[1] // shrunk) * -(-self.image[2] // shrunk)
        self.hidden = unset(Linear, channels[-1] * pixels, last, bias=plain)
        self.head = unset(Linear, last, classes, bias=plain)
        self.architecture["hidden"] = [*channels, last]
        if self.scaling is not None:
            self.architecture["parametrisation"] = self.scaling.name
            self.scaling.multiply(self)

    def forward(self, inputs: Tensor) -> Tensor:
        """Logits ``(N, C)`` of images, also flattened ones."""
        h = self.images(inputs)
        for name in self.convolutions:
            h = F.relu(self.get_submodule(name)(h))
        return self.head(F.relu(self.hidden(h.flatten(1))))


class LeNet5(ImageNetwork):
    """LeNet-5 (LeCun et al. 1998) with ReLU and max pooling.

    61,706 weights for 28 × 28 pixels, which are padded by two on each side.
    """

    kind = "lenet"
    smallest = 12

    def __init__(self, *, image: Sequence[int], classes: int) -> None:
        super().__init__(image=image, classes=classes)
        channels, height, width = self.image
        features = 16 * ((height // 2 - 4) // 2) * ((width // 2 - 4) // 2)
        self.conv1 = skip_init(nn.Conv2d, channels, 6, 5, padding=2)
        self.conv2 = skip_init(nn.Conv2d, 6, 16, 5)
        self.hidden1 = skip_init(nn.Linear, features, 120)
        self.hidden2 = skip_init(nn.Linear, 120, 84)
        self.head = skip_init(nn.Linear, 84, classes)

    def forward(self, inputs: Tensor) -> Tensor:
        """Logits ``(N, C)`` of images, also flattened ones."""
        h = F.max_pool2d(F.relu(self.conv1(self.images(inputs))), 2)
        h = F.max_pool2d(F.relu(self.conv2(h)), 2)
        return self.head(F.relu(self.hidden2(F.relu(self.hidden1(h.flatten(1))))))


class Block(nn.Module):
    """Two convolutions with batch normalisation beside a shortcut without weights.

    Where the shape changes, the shortcut takes every second pixel and pads channels with zeros.
    """

    def __init__(self, d_in: int, d_out: int, *, stride: int) -> None:
        super().__init__()
        self.conv1 = skip_init(nn.Conv2d, d_in, d_out, 3, stride=stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(d_out)
        self.conv2 = skip_init(nn.Conv2d, d_out, d_out, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(d_out)
        self.stride, self.added = stride, d_out - d_in

    def forward(self, h: Tensor) -> Tensor:
        """Features ``(N, channels, height, width)`` after the block, of those before it."""
        inner = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(h)))))
        if self.added:
            h = F.pad(h[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.added))
        return F.relu(h + inner)


class ResNet20(ImageNetwork):
    """The residual network of 20 layers for small images, with shortcuts of option A.

    He et al. 2015, arXiv:1512.03385, section 4.2; 269,722 weights for 10 classes of colour images.
    Measure it in eval mode: batch normalisation then uses its running statistics.
    """

    kind = "resnet20"

    def __init__(self, *, image: Sequence[int], classes: int) -> None:
        super().__init__(image=image, classes=classes)
        self.conv = skip_init(nn.Conv2d, self.image[0], 16, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(16)
        blocks: list[Block] = []
        d_in = 16
        for d_out, stride in ((16, 1), (32, 2), (64, 2)):
            for position in range(3):
                blocks.append(Block(d_in, d_out, stride=stride if position == 0 else 1))
                d_in = d_out
        self.blocks = nn.Sequential(*blocks)
        self.head = skip_init(nn.Linear, 64, classes)

    def forward(self, inputs: Tensor) -> Tensor:
        """Logits ``(N, C)`` of images, also flattened ones."""
        h = self.blocks(F.relu(self.norm(self.conv(self.images(inputs)))))
        return self.head(torch.mean(h, dim=(2, 3)))
