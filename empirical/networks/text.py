"""A small character transformer: the next character is the class."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import skip_init

from theory import checks
from theory.checks import InputError


class TransformerBlock(nn.Module):
    """Causal self-attention and a two-layer perceptron, each after a norm and beside a shortcut."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv = skip_init(nn.Linear, width, 3 * width)
        self.mix = skip_init(nn.Linear, width, width)
        self.up = skip_init(nn.Linear, width, 4 * width)
        self.down = skip_init(nn.Linear, 4 * width, width)

    def forward(self, h: Tensor) -> Tensor:
        """Features ``(N, T, width)``, each of those at its own and earlier positions."""
        N, T, width = h.shape
        split = self.qkv(self.norm1(h)).view(N, T, 3, self.heads, width // self.heads)
        q, k, v = split.permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        h = h + self.mix(mixed.transpose(1, 2).reshape(N, T, width))
        return h + self.down(F.gelu(self.up(self.norm2(h))))


class CharTransformer(nn.Module):
    """Logits of the character that follows ``context`` characters, with C the vocabulary's size.

    Takes token indices ``(N, T)`` with ``T <= context``; one window of text is one example.
    """

    kind = "transformer"

    def __init__(
        self, *, classes: int, context: int, width: int = 32, heads: int = 4, depth: int = 2
    ) -> None:
        super().__init__()
        checks.integer("classes", classes, low=2)
        for name, value in (("context", context), ("heads", heads), ("depth", depth)):
            checks.integer(name, value, low=1)
        if checks.integer("width", width, low=1) % heads:
            raise InputError(f"width must be a multiple of heads, got {width} and {heads}")
        self.token = skip_init(nn.Embedding, classes, width)
        self.position = skip_init(nn.Embedding, context, width)
        self.blocks = nn.Sequential(*(TransformerBlock(width, heads) for _ in range(depth)))
        self.norm = nn.LayerNorm(width)
        self.head = skip_init(nn.Linear, width, classes)
        self.architecture: dict[str, Any] = {
            "kind": self.kind,
            "classes": classes,
            "context": context,
            "width": width,
            "heads": heads,
            "depth": depth,
        }

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits ``(N, C)`` of the token that follows each window ``(N, T)``."""
        positions = torch.arange(tokens.shape[1], device=tokens.device).expand_as(tokens)
        h = self.blocks(self.token(tokens) + self.position(positions))
        return self.head(self.norm(h[:, -1]))
