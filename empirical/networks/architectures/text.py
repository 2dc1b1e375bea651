"""A small character transformer: the next character is the class."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from empirical.networks.architectures.parametrised import (
    Embedding,
    Linear,
    Scaling,
    described,
    unset,
)
from theory import checks
from theory.checks import InputError


class TransformerBlock(nn.Module):
    """Causal self-attention and a two-layer perceptron, each after a norm and beside a shortcut."""

    def __init__(self, width: int, heads: int, scaling: Scaling | None) -> None:
        super().__init__()
        plain = scaling is None
        self.heads = heads
        self.attention = None if scaling is None else scaling.attention(heads)
        self.norm1, self.norm2 = (nn.LayerNorm(width, elementwise_affine=plain) for _ in range(2))
        self.qkv = unset(Linear, width, 3 * width, bias=plain)
        self.mix = unset(Linear, width, width, bias=plain)
        self.up = unset(Linear, width, 4 * width, bias=plain)
        self.down = unset(Linear, 4 * width, width, bias=plain)

    def forward(self, h: Tensor) -> Tensor:
        """Features ``(N, T, width)``, each of those at its own and earlier positions."""
        N, T, width = h.shape
        split = self.qkv(self.norm1(h)).view(N, T, 3, self.heads, width // self.heads)
        q, k, v = split.permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True, scale=self.attention)
        h = h + self.mix(mixed.transpose(1, 2).reshape(N, T, width))
        return h + self.down(F.gelu(self.up(self.norm2(h))))


class CharTransformer(nn.Module):
    """Logits of the character that follows ``context`` characters, with C the vocabulary's size.

    Takes token indices ``(N, T)`` with ``T <= context``; one window of text is one example.
    """

    kind = "transformer"

    def __init__(
        self,
        *,
        classes: int,
        context: int,
        width: int = 32,
        heads: int = 4,
        depth: int = 2,
        parametrisation: str | None = None,
    ) -> None:
        super().__init__()
        checks.integer("classes", classes, low=2)
        for name, value in (("context", context), ("heads", heads), ("depth", depth)):
            checks.integer(name, value, low=1)
        if checks.integer("width", width, low=1) % heads:
            raise InputError(f"width must be a multiple of heads, got {width} and {heads}")
        self.scaling = described(parametrisation, width)
        plain = self.scaling is None
        self.token = unset(Embedding, classes, width)
        self.position = unset(Embedding, context, width)
        blocks = (TransformerBlock(width, heads, self.scaling) for _ in range(depth))
        self.blocks = nn.Sequential(*blocks)
        self.norm = nn.LayerNorm(width, elementwise_affine=plain)
        self.head = unset(Linear, width, classes, bias=plain)
        self.architecture: dict[str, Any] = {
            "kind": self.kind,
            "classes": classes,
            "context": context,
            "width": width,
            "heads": heads,
            "depth": depth,
        }
        if self.scaling is not None:
            self.architecture["parametrisation"] = self.scaling.name
            self.scaling.multiply(self)

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits ``(N, C)`` of the token that follows each window ``(N, T)``."""
        return self.head(self.norm(self._read(tokens)[:, -1]))

    def features(self, tokens: Tensor) -> Tensor:
        """What ``head`` takes at every place, ``(N, T, width)``, to tell the token that follows."""
        return self.norm(self._read(tokens))

    def _read(self, tokens: Tensor) -> Tensor:
        positions = torch.arange(tokens.shape[1], device=tokens.device).expand_as(tokens)
        return self.blocks(self.token(tokens) + self.position(positions))
