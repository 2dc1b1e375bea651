"""Layers of many kinds and habits drawn at random: stems by the kind of input, and what follows."""

from __future__ import annotations

import random
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

ACTIVATIONS = (torch.tanh, F.relu, F.gelu, F.silu, F.softplus, torch.sin, torch.sigmoid)
WIDTH = 4


class Apply(nn.Module):
    """A function of the layers that it is given, held under their names."""

    def __init__(self, function: Callable[..., Tensor], **layers: nn.Module) -> None:
        super().__init__()
        self.function, self.layers = function, nn.ModuleDict(layers)

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x, **self.layers)


class Matrix(nn.Module):
    """A bare matrix, and a bare vector that multiplies what comes out."""

    def __init__(self, d_in: int, d_out: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(d_in, d_out) / d_in**0.5)
        self.gain = nn.Parameter(1 + 0.1 * torch.randn(d_out))

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.weight * self.gain


class Experts(nn.Module):
    """Each example goes to the expert of its largest gate."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gate = nn.Linear(width, 2)
        self.experts = nn.ModuleList(nn.Linear(width, width) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        share, chosen = self.gate(x).softmax(-1).max(-1)
        out = x.new_zeros(x.shape)
        for number, expert in enumerate(self.experts):
            at = (chosen == number).nonzero()[:, 0]
            out = out.index_add(0, at, expert(x[at]) * share[at, None])
        return out


def _linear(rng: random.Random, d_in: int, d_out: int) -> nn.Module:
    return nn.Linear(d_in, d_out, bias=rng.random() < 0.6)


def _activation(rng: random.Random) -> nn.Module:
    return Apply(rng.choice(ACTIVATIONS))


def _vectors(rng: random.Random, N: int) -> tuple[Tensor, list[nn.Module], list[str]]:
    d = rng.randint(2, 5)
    layer = rng.choice((_linear(rng, d, WIDTH), Matrix(d, WIDTH)))
    return torch.randn(N, d), [layer, _activation(rng)], [type(layer).__name__]


def _series(rng: random.Random, N: int) -> tuple[Tensor, list[nn.Module], list[str]]:
    d, T = rng.randint(2, 3), rng.randint(2, 4)
    name = rng.choice(sorted(OVER_TIME))
    return torch.randn(N, T, d), [OVER_TIME[name](rng, d)], [name]


def _tokens(rng: random.Random, N: int) -> tuple[Tensor, list[nn.Module], list[str]]:
    rows, d, T = rng.randint(3, 4), rng.randint(2, 3), rng.randint(2, 4)
    padding = rng.choice((None, None, 0))
    name = rng.choice(sorted(OVER_TIME))
    parts = [nn.Embedding(rows, d, padding_idx=padding), OVER_TIME[name](rng, d)]
    return torch.randint(0, rows, (N, T)), parts, [f"embedding (padding {padding})", name]


def _images(rng: random.Random, N: int) -> tuple[Tensor, list[nn.Module], list[str]]:
    c, side = rng.randint(1, 2), rng.randint(4, 5)
    groups = rng.choice((1, c))
    conv = nn.Conv2d(
        c,
        WIDTH,
        rng.choice((2, 3, (1, 2))),
        stride=rng.choice((1, 2)),
        padding=rng.choice((0, 1)),
        dilation=rng.choice((1, 1, 2)) if side > 4 else 1,
        groups=groups,
        bias=rng.random() < 0.6,
    )
    norm = rng.choice((nn.GroupNorm(2, WIDTH), _batch_norm(), nn.Identity()))
    pool = rng.choice((nn.AdaptiveAvgPool2d(1), nn.AdaptiveMaxPool2d(1)))
    parts = [conv, norm, _activation(rng), pool, nn.Flatten()]
    names = [f"convolution (groups {groups})", type(norm).__name__, type(pool).__name__]
    return torch.randn(N, c, side, side), parts, names


def _batch_norm() -> nn.Module:
    norm = nn.BatchNorm2d(WIDTH)
    norm.running_mean = 0.1 * torch.randn(WIDTH)
    norm.running_var = 1 + torch.rand(WIDTH)
    return norm


STEMS = {"vectors": _vectors, "series": _series, "tokens": _tokens, "images": _images}


def _recurrent(kind: Callable[..., nn.RNNBase]) -> Callable[[random.Random, int], nn.Module]:
    def make(rng: random.Random, d: int) -> nn.Module:
        first = rng.random() < 0.5
        layers = rng.choice((1, 1, 2))
        both = rng.random() < 0.3
        options = {"num_layers": layers, "batch_first": first, "bidirectional": both}
        cell = kind(d, WIDTH // 2 if both else WIDTH, bias=rng.random() < 0.6, **options)

        def last(x: Tensor, cell: nn.Module) -> Tensor:
            return cell(x)[0][:, -1] if first else cell(x.transpose(0, 1))[0][-1]

        return Apply(last, cell=cell)

    return make


def _conv1d(rng: random.Random, d: int) -> nn.Module:
    layer = nn.Conv1d(d, WIDTH, 2, padding=rng.choice((0, 1)), bias=rng.random() < 0.6)
    act = rng.choice(ACTIVATIONS)
    return Apply(lambda x, layer: act(layer(x.transpose(1, 2))).mean(-1), layer=layer)


def _attention(rng: random.Random, d: int) -> nn.Module:
    first = rng.random() < 0.5
    layers = {
        "up": nn.Linear(d, WIDTH),
        "mix": nn.MultiheadAttention(WIDTH, 2, batch_first=first, bias=rng.random() < 0.6),
    }

    def attend(x: Tensor, up: nn.Module, mix: nn.Module) -> Tensor:
        h = up(x) if first else up(x).transpose(0, 1)
        return (h + mix(h, h, h, need_weights=False)[0]).mean(1 if first else 0)

    return Apply(attend, **layers)


def _cross_attention(rng: random.Random, d: int) -> nn.Module:
    mix = nn.MultiheadAttention(WIDTH, 2, batch_first=True)
    layers = {"up": nn.Linear(d, WIDTH), "mix": mix}
    return Apply(lambda x, up, mix: mix(up(x[:, :1]), up(x), up(x))[0][:, 0], **layers)


def _encoder(rng: random.Random, d: int) -> nn.Module:
    layer = nn.TransformerEncoderLayer(
        WIDTH, 2, 5, dropout=0.1, batch_first=True, norm_first=rng.random() < 0.5
    )
    return Apply(lambda x, up, layer: layer(up(x))[:, -1], up=nn.Linear(d, WIDTH), layer=layer)


def _time_first(rng: random.Random, d: int) -> nn.Module:
    def mean(x: Tensor, layer: nn.Module) -> Tensor:
        flat = x.transpose(0, 1).reshape(-1, x.shape[2])
        return layer(flat).tanh().view(x.shape[1], x.shape[0], -1).mean(0)

    return Apply(mean, layer=_linear(rng, d, WIDTH))


def _every_step(rng: random.Random, d: int) -> nn.Module:
    act = rng.choice(ACTIVATIONS)
    layers = {"layer": _linear(rng, d, WIDTH), "norm": nn.LayerNorm(WIDTH)}
    return Apply(lambda x, layer, norm: act(norm(layer(x))).sum(1), **layers)


OVER_TIME = {
    "rnn": _recurrent(nn.RNN),
    "gru": _recurrent(nn.GRU),
    "lstm": _recurrent(nn.LSTM),
    "conv1d": _conv1d,
    "attention": _attention,
    "cross-attention": _cross_attention,
    "encoder": _encoder,
    "time first": _time_first,
    "every step": _every_step,
}


def _residual(rng: random.Random) -> nn.Module:
    act = rng.choice(ACTIVATIONS)
    return Apply(lambda x, layer: x + act(layer(x)), layer=_linear(rng, WIDTH, WIDTH))


def _views(rng: random.Random) -> nn.Module:
    def both(x: Tensor, layer: nn.Module) -> Tensor:
        a, b = layer(torch.cat([x, x.flip(1)])).tanh().chunk(2)
        return a * b

    return Apply(both, layer=_linear(rng, WIDTH, WIDTH))


def _interleaved_views(rng: random.Random) -> nn.Module:
    def both(x: Tensor, layer: nn.Module) -> Tensor:
        return layer(torch.stack([x, -x], 1).flatten(0, 1)).tanh().unflatten(0, (-1, 2)).sum(1)

    return Apply(both, layer=_linear(rng, WIDTH, WIDTH))


def _twice(rng: random.Random) -> nn.Module:
    return Apply(lambda x, layer: layer(layer(x).tanh()), layer=_linear(rng, WIDTH, WIDTH))


def _transposed(rng: random.Random) -> nn.Module:
    def back(x: Tensor, layer: nn.Module) -> Tensor:
        return F.linear(layer(x).tanh(), layer.get_parameter("weight").T)

    return Apply(back, layer=_linear(rng, WIDTH, WIDTH))


def _soft_experts(rng: random.Random) -> nn.Module:
    layers = {"gate": nn.Linear(WIDTH, 2), "a": nn.Linear(WIDTH, WIDTH), "b": Matrix(WIDTH, WIDTH)}

    def mixed(x: Tensor, gate: nn.Module, a: nn.Module, b: nn.Module) -> Tensor:
        share = gate(x).softmax(1)
        return share[:, :1] * a(x) + share[:, 1:] * b(x)

    return Apply(mixed, **layers)


def _weight_norm(rng: random.Random) -> nn.Module:
    return nn.utils.parametrizations.weight_norm(nn.Linear(WIDTH, WIDTH))


def _squeezing(rng: random.Random) -> nn.Module:
    layer = nn.Conv1d(1, WIDTH, 3)
    return Apply(
        lambda x, layer: layer(x[:, None]).tanh().mean(-1, keepdim=True).squeeze(-1), layer=layer
    )


def _einsum(rng: random.Random) -> nn.Module:
    return Apply(
        lambda x, layer: torch.einsum("ni,oi->no", x, layer.get_parameter("weight")).sin(),
        layer=nn.Linear(WIDTH, WIDTH, bias=False),
    )


BODIES: dict[str, Callable[[random.Random], nn.Module]] = {
    "linear": lambda rng: nn.Sequential(_linear(rng, WIDTH, WIDTH), _activation(rng)),
    "residual": _residual,
    "layer norm": lambda rng: nn.LayerNorm(WIDTH, bias=rng.random() < 0.6),
    "group norm": lambda rng: nn.GroupNorm(2, WIDTH),
    "experts": lambda rng: Experts(WIDTH),
    "soft experts": _soft_experts,
    "views": _views,
    "interleaved views": _interleaved_views,
    "twice": _twice,
    "transposed": _transposed,
    "weight norm": _weight_norm,
    "squeezing": _squeezing,
    "einsum": _einsum,
    "matrix": lambda rng: Matrix(WIDTH, WIDTH),
    "prelu": lambda rng: nn.PReLU(WIDTH),
    "dropout": lambda rng: nn.Dropout(0.3),
    "bilinear": lambda rng: Apply(
        lambda x, layer: layer(x, x), layer=nn.Bilinear(WIDTH, WIDTH, WIDTH)
    ),
}
