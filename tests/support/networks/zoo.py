"""Small classifiers with every kind of layer and every way of using weights."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn

from empirical.networks import mlp

CLASSES = 4


class Skip(nn.Module):
    """A residual network: the order of calls differs from the order of definition."""

    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Linear(6, 4)
        self.first = nn.Linear(5, 6)
        self.middle = nn.Linear(6, 6, bias=False)
        self.norm = nn.BatchNorm1d(6, affine=False)

    def forward(self, x):
        h = torch.tanh(self.first(x))
        h = self.norm(h + F.relu_(self.middle(h)))
        return self.last(h)


class Lambda(nn.Module):
    def __init__(self, function: Callable[[torch.Tensor], torch.Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


class Twice(nn.Module):
    """A layer called twice, and its weight once more without its bias."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.head = nn.Linear(5, 5), nn.Linear(5, 4)

    def forward(self, x):
        h = torch.tanh(self.body(torch.tanh(self.body(x))))
        return self.head(F.linear(h, self.body.weight))


class Custom(nn.Module):
    """Parameters used by hand: a product, a sum, a scale, and none at all."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.randn(()))
        self.matrix = nn.Parameter(torch.randn(5, 6))
        self.shift = nn.Parameter(torch.randn(6))
        self.idle = nn.Parameter(torch.randn(3))
        self.head = nn.Linear(6, 4)

    def forward(self, x):
        return self.head(torch.tanh(self.scale * x @ self.matrix + self.shift))


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.memory = nn.LSTM(3, 4, batch_first=True)
        self.head = nn.Linear(4, 4)

    def forward(self, x):
        return self.head(self.memory(x.view(-1, 4, 3))[0][:, -1])


class Characters(nn.Module):
    """A transformer on six characters of seven, its embedding tied to its last layer or not."""

    def __init__(self, *, tied: bool, by_hand: bool, batch_first: bool = True) -> None:
        super().__init__()
        self.token, self.place = nn.Embedding(7, 8, padding_idx=0), nn.Embedding(6, 8)
        self.by_hand, self.batch_first = by_hand, batch_first
        if by_hand:
            self.qkv, self.out, self.norm = nn.Linear(8, 24), nn.Linear(8, 8), nn.LayerNorm(8)
        else:
            self.block = nn.TransformerEncoderLayer(
                8, 2, 10, dropout=0.2, batch_first=batch_first, norm_first=True
            )
        self.head = nn.Linear(8, 7, bias=False)
        if tied:
            self.head.weight = self.token.weight

    def attend(self, h):
        q, k, v = self.qkv(self.norm(h)).unflatten(-1, (3, 2, 4)).unbind(-3)
        mixed = F.scaled_dot_product_attention(
            q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2), is_causal=True
        )
        return h + self.out(mixed.transpose(1, 2).flatten(2))

    def forward(self, x):
        tokens = (x.abs() * 3).clamp(max=6).long()
        h = self.token(tokens) + self.place(torch.arange(6))
        if self.by_hand:
            return self.head(self.attend(h)[:, -1])[:, :CLASSES]
        if self.batch_first:
            return self.head(self.block(h)[:, -1])[:, :CLASSES]
        return self.head(self.block(h.transpose(0, 1))[-1])[:, :CLASSES]


class CrossAttention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Linear(3, 4)
        self.attention = nn.MultiheadAttention(4, 2, batch_first=True, add_bias_kv=True)
        self.head = nn.Linear(4, 4)

    def forward(self, x):
        x = x.view(-1, 4, 3)
        h = torch.tanh(self.query(x))
        return self.head(self.attention(h[:, :1], h, h, need_weights=False)[0][:, 0])


def convolutions() -> nn.Module:
    return nn.Sequential(
        nn.Unflatten(1, (2, 5, 5)),
        nn.Conv2d(2, 4, 3, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(4),
        nn.ReLU(inplace=True),
        nn.Conv2d(4, 6, (1, 3), padding="same", groups=2),
        nn.GroupNorm(3, 6),
        nn.ReLU(),
        nn.Conv2d(6, 30, 2, dilation=2, padding=(1, 0), padding_mode="circular"),
        nn.Flatten(),
        nn.LazyLinear(4),
    )


def residual_images() -> nn.Module:
    """A convolution whose layer is used twice, then pooling."""
    conv = nn.Conv2d(3, 3, 3, padding=1)
    return nn.Sequential(
        nn.Unflatten(1, (2, 5, 5)),
        nn.Conv2d(2, 3, 1),
        conv,
        nn.Tanh(),
        conv,
        nn.AdaptiveAvgPool2d(2),
        nn.Flatten(),
        nn.Linear(12, 4),
    )


def sequences() -> nn.Module:
    """Weights at several positions: few, so that factors are cheaper, and many."""
    return nn.Sequential(
        nn.Unflatten(1, (2, 6)),
        nn.Linear(6, 20),
        nn.Tanh(),
        nn.Linear(20, 21),
        nn.LayerNorm(21, bias=False),
        nn.Flatten(),
        nn.Unflatten(1, (21, 2)),
        nn.Linear(2, 3, bias=False),
        nn.Flatten(0, 1),
        nn.Linear(3, 3),
        nn.Unflatten(0, (-1, 21)),
        nn.Flatten(),
        nn.Linear(63, 4),
    )


def one_dimensional() -> nn.Module:
    return nn.Sequential(
        nn.Unflatten(1, (2, 6)), nn.Conv1d(2, 3, 3), nn.Tanh(), nn.Flatten(), nn.Linear(12, 4)
    )


def frozen() -> nn.Module:
    network = nn.Sequential(nn.Linear(5, 6), nn.Tanh(), nn.LayerNorm(6), nn.Linear(6, 4))
    network[0].weight.requires_grad_(False)
    network[2].bias.requires_grad_(False)
    return network


def tied() -> nn.Module:
    network = nn.Sequential(nn.Linear(5, 5), nn.Tanh(), nn.Linear(5, 5), nn.Tanh(), nn.Linear(5, 4))
    network[2].weight = network[0].weight
    return network


def normed() -> nn.Module:
    return nn.Sequential(
        nn.utils.parametrizations.weight_norm(nn.Linear(5, 6)), nn.ReLU(), nn.Linear(6, 4)
    )


VECTORS: dict[str, Callable[[], nn.Module]] = {
    "relu": lambda: mlp((5, 7, 6, 4), seed=0),
    "tanh without bias": lambda: mlp((5, 7, 4), activation="tanh", bias=False, seed=1),
    "linear": lambda: mlp((5, 4), seed=2),
    "residual": Skip,
    "frozen weights": frozen,
    "in-place activation": lambda: nn.Sequential(
        nn.Linear(5, 7), nn.ReLU(inplace=True), nn.Linear(7, 4)
    ),
    "reused layer": Twice,
    "tied weights": tied,
    "custom parameters": Custom,
    "weight norm": normed,
    "dropped batch axis": lambda: nn.Sequential(
        nn.Linear(5, 6), Lambda(lambda x: x[None].squeeze()), nn.Linear(6, 4)
    ),
}
IMAGES: dict[str, Callable[[], nn.Module]] = {
    "convolutions": convolutions,
    "reused convolution": residual_images,
}
SEQUENCES: dict[str, Callable[[], nn.Module]] = {
    "sequences": sequences,
    "one-dimensional convolution": one_dimensional,
    "recurrent": Recurrent,
    "cross-attention": CrossAttention,
}
TOKENS: dict[str, Callable[[], nn.Module]] = {
    "transformer": lambda: Characters(tied=False, by_hand=False),
    "transformer, examples second": lambda: Characters(
        tied=False, by_hand=False, batch_first=False
    ),
    "transformer by hand, tied": lambda: Characters(tied=True, by_hand=True),
}
WIDTHS = {
    **dict.fromkeys(VECTORS, 5),
    **dict.fromkeys(IMAGES, 50),
    **dict.fromkeys(SEQUENCES, 12),
    **dict.fromkeys(TOKENS, 6),
}
NETWORKS = {**VECTORS, **IMAGES, **SEQUENCES, **TOKENS}


def make(name: str) -> nn.Module:
    """The network in eval mode with random weights and random statistics of its norms."""
    with torch.random.fork_rng():
        torch.manual_seed(11)
        network = NETWORKS[name]().eval()
        network(torch.randn(3, WIDTHS[name]))
        for layer in network.modules():
            if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d):
                layer.get_buffer("running_mean").normal_()
                layer.get_buffer("running_var").uniform_(0.5, 2)
            if isinstance(layer, nn.BatchNorm2d | nn.LayerNorm | nn.GroupNorm):
                layer.weight.data.normal_()
    return network
